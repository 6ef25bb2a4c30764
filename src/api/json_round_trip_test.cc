// What one writes the other reads.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>

#include "api/json_writer.h"
#include "base/json_reader.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

TEST(JsonRoundTripTest, EveryDoubleReadsBackToTheBit) {
  std::mt19937_64 random(20180101);
  for (int i = 0; i < 200'000; ++i) {
    const double number = i % 2 == 0 ? std::bit_cast<double>(random())
                                     : static_cast<double>(random() % 10'000'000) / 100;
    if (!std::isfinite(number)) continue;
    std::string text;
    AppendNumber(text, number);
    JsonReader json(text);
    const double back = json.Number();
    ASSERT_TRUE(json.Finish().ok()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(number)) << text;
  }
}

TEST(JsonRoundTripTest, EveryTextReadsBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (std::uint64_t n = random() % 12; n > 0; --n) bytes += static_cast<char>(random());
    const std::string valid = ToValidUtf8(bytes, 1000);
    std::string text;
    JsonWriter(text).Text(bytes);
    JsonReader json(text);
    ASSERT_EQ(json.Text(), valid);
    ASSERT_TRUE(json.Finish().ok()) << text;
  }
}

}  // namespace
}  // namespace bedplate
