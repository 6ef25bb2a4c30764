#include "base/parse_number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace bedplate {
namespace {

TEST(ParseNumberTest, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(ParseNumber<int>("-12"), -12);
  EXPECT_EQ(ParseNumber<double>("2.5e1"), 25.0);
  EXPECT_EQ(ParseNumber<std::uint64_t>("ff", 16), 255U);
  for (const char* text : {"", " 1", "1 ", "1x", "x", "+1", "300"}) {
    EXPECT_FALSE(ParseNumber<std::uint8_t>(text)) << text;
  }
}

}  // namespace
}  // namespace bedplate
