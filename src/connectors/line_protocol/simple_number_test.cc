#include "connectors/line_protocol/simple_number.h"

#include <bit>
#include <charconv>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace bedplate {
namespace {

const char* EndOf(const std::string& text) { return text.data() + text.size(); }

/// Bit for bit what std::from_chars reads, for whatever it takes at all.
TEST(SimpleNumberTest, DoublesAreTheNearestOnes) {
  std::mt19937_64 random(3);
  int taken = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = i % 2 == 0 ? "" : "-";
    const int whole = 1 + static_cast<int>(random() % 12);
    for (int d = 0; d < whole; ++d) text += static_cast<char>('0' + random() % 10);
    const int decimals = static_cast<int>(random() % 10);
    if (decimals > 0) text += '.';
    for (int d = 1; d < decimals; ++d) text += static_cast<char>('0' + random() % 10);
    const std::string line = text + " 1";
    double value = 0;
    const char* const end = ReadSimpleDouble(line.data(), EndOf(line), value);
    if (end == nullptr) continue;
    ++taken;
    ASSERT_EQ(end, line.data() + text.size()) << text;
    double expected = 0;
    ASSERT_EQ(std::from_chars(text.data(), EndOf(text), expected).ptr, EndOf(text)) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(expected)) << text;
  }
  EXPECT_GT(taken, 100'000);
}

TEST(SimpleNumberTest, OtherFormsAreLeftToTheParser) {
  for (const std::string& text :
       std::vector<std::string>{"", "-", ".5", "-.5", "+1", "x", "nan", "inf", "9007199254740993",
                                "0.1234567890123456789", "12345678901234567890"}) {
    double value = 0;
    EXPECT_EQ(ReadSimpleDouble(text.data(), EndOf(text), value), nullptr) << text;
  }
  const std::string exponent = "1.5e3 ";
  double value = 0;
  EXPECT_EQ(*ReadSimpleDouble(exponent.data(), EndOf(exponent), value), 'e');
}

TEST(SimpleNumberTest, CountsGoUpToTheGreatestInt64) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t number = (random() >> 1U) >> (random() % 63);
    const std::string text = fmt::format("{}\n", number);
    std::int64_t value = 0;
    const char* const end = ReadSimpleCount(text.data(), EndOf(text), value);
    ASSERT_EQ(end, EndOf(text) - 1) << text;
    ASSERT_EQ(static_cast<std::uint64_t>(value), number);
  }
  for (const std::string& text :
       std::vector<std::string>{"", "-1", "9223372036854775808", "10000000000000000000",
                                "12345678901234567890", "a", "99999999999999999999999"}) {
    std::int64_t value = 0;
    EXPECT_EQ(ReadSimpleCount(text.data(), EndOf(text), value), nullptr) << text;
  }
  const std::string greatest = std::to_string(std::numeric_limits<std::int64_t>::max());
  std::int64_t value = 0;
  ASSERT_NE(ReadSimpleCount(greatest.data(), EndOf(greatest), value), nullptr);
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::max());
}

TEST(SimpleNumberTest, IntegersEndWithTheirMark) {
  std::int64_t value = 0;
  const std::string text = "-42i,";
  EXPECT_EQ(ReadSimpleInteger(text.data(), EndOf(text), value), text.data() + 4);
  EXPECT_EQ(value, -42);
  for (const std::string& other :
       std::vector<std::string>{"", "-", "42", "42u", "4.2i", "i", "1234567890123456789i"}) {
    EXPECT_EQ(ReadSimpleInteger(other.data(), EndOf(other), value), nullptr) << other;
  }
}

}  // namespace
}  // namespace bedplate
