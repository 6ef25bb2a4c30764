#include "base/ascii.h"

#include <gtest/gtest.h>

#include <limits>

namespace bedplate {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";

TEST(Ascii, KnowsEachByte) {
  for (int byte = 0; byte <= std::numeric_limits<unsigned char>::max(); ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(IsDigit(c), kDigits.find(c) != kDigits.npos) << byte;
    const std::size_t upper = kUpper.find(c);
    EXPECT_EQ(LowerAscii(c), upper == kUpper.npos ? c : kLower[upper]) << byte;
  }
}

TEST(Ascii, LowersLettersAndLeavesUtf8) {
  EXPECT_EQ(LowerAscii("Kühler Ä-12 [Z]"), "kühler Ä-12 [z]");
  EXPECT_EQ(LowerAscii(""), "");
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_TRUE(EqualsIgnoringCase("Bearer", "bEARER"));
  EXPECT_FALSE(EqualsIgnoringCase("bearer", "bearer "));
  EXPECT_FALSE(EqualsIgnoringCase("@", "`"));  // 32 apart, as upper and lower letters are
  EXPECT_FALSE(EqualsIgnoringCase("Ä", "ä"));
}

}  // namespace
}  // namespace bedplate
