#include "connectors/files/cell.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

namespace bedplate {
namespace {

/// The value of a cell, or "-" when it is refused.
std::string Read(std::string_view text, ValueType type, const NumberStyle& style = {}) {
  const auto value = ReadCell(text, type, style);
  return value.ok() ? FormatValue(*value) : "-";
}
std::string Number(std::string_view text, const NumberStyle& style = {}) {
  return Read(text, ValueType::kDouble, style);
}

TEST(Cell, ReadsNumbersInTheStyleOfTheFile) {
  EXPECT_EQ(Number("3.17"), "3.17");
  EXPECT_EQ(Number("03.06"), "3.06");
  EXPECT_EQ(Number(" +4 "), "4");
  EXPECT_EQ(Number("-.5"), "-0.5");
  EXPECT_EQ(Number("5."), "5");
  EXPECT_EQ(Number("1e3"), "1000");
  EXPECT_EQ(Number("1,5E+2", {.decimal = ','}), "150");
  EXPECT_EQ(Number("3,17", {.decimal = ','}), "3.17");
  EXPECT_EQ(Number("1.234.567,8", {.decimal = ',', .thousands = '.'}), "1234567.8");
  EXPECT_EQ(Number("12 345", {.thousands = ' '}), "12345");
}

TEST(Cell, RefusesWhatCouldMeanSomethingElse) {
  for (const std::string_view text : {"", "x", "1,5", "1.2.3", "1 2", "0x10", "NaN", "inf", "-inf",
                                      "1e", "1e999", "--1", "+-1", ".", "-", "5%", "e5"}) {
    EXPECT_EQ(Number(text), "-") << text;
  }
  const NumberStyle thousands{.decimal = '.', .thousands = ','};
  for (const std::string_view text : {"1,5", "1,2345", "12,34,567", ",123", "1234,567", "1,"}) {
    EXPECT_EQ(Number(text, thousands), "-") << text;
  }
}

TEST(Cell, ReadsWholeNumbers) {
  EXPECT_EQ(Read("42", ValueType::kInt64), "42");
  EXPECT_EQ(Read("-9223372036854775808", ValueType::kInt64), "-9223372036854775808");
  EXPECT_EQ(Read("9223372036854775808", ValueType::kInt64), "-");
  EXPECT_EQ(Read("5.00", ValueType::kInt64), "5");
  EXPECT_EQ(Read("5.01", ValueType::kInt64), "-");
  EXPECT_EQ(Read("1e3", ValueType::kInt64), "-");
}

TEST(Cell, ReadsBooleansAndText) {
  for (const std::string_view text : {"true", "T", "Yes", "y", "ON", "1"}) {
    EXPECT_EQ(Read(text, ValueType::kBool), "true") << text;
  }
  for (const std::string_view text : {"false", "F", "No", "n", "off", "0"}) {
    EXPECT_EQ(Read(text, ValueType::kBool), "false") << text;
  }
  EXPECT_EQ(Read("2", ValueType::kBool), "-");
  EXPECT_EQ(Read(" Light Load ", ValueType::kString), " Light Load ");
}

TEST(Cell, ReadsBackEveryDouble) {
  std::mt19937_64 random(19);
  for (int round = 0; round < 20'000; ++round) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof(value));
    if (!std::isfinite(value)) continue;
    std::string text = fmt::format("{}", value);
    EXPECT_EQ(ReadCell(text, ValueType::kDouble, {}).value(), Value(value)) << text;
    std::replace(text.begin(), text.end(), '.', ',');
    EXPECT_EQ(ReadCell(text, ValueType::kDouble, {.decimal = ','}).value(), Value(value)) << text;
  }
}

TEST(Cell, DecodesLatin1) {
  EXPECT_EQ(Latin1ToUtf8("K\xFChler \xB0"
                         "C"),
            "Kühler °C");
}

TEST(Cell, DecodesWindows1252) {
  EXPECT_EQ(Windows1252ToUtf8("\x80 \x93K\xFChler\x94 \x9F \x81"), "€ “Kühler” Ÿ \u0081");
}

TEST(Cell, ABoolMayBeANumber) {
  for (const char* text : {"1", "1.0", "1.000", "+1"}) {
    EXPECT_EQ(ReadCell(text, ValueType::kBool, {}).value(), Value(true)) << text;
  }
  EXPECT_EQ(ReadCell("0.0", ValueType::kBool, {}).value(), Value(false));
  EXPECT_EQ(ReadCell("0,0", ValueType::kBool, {.decimal = ','}).value(), Value(false));
  for (const char* text : {"2", "1.5", "-1", "", "1.0.0"}) {
    EXPECT_FALSE(ReadCell(text, ValueType::kBool, {}).ok()) << text;
  }
}

}  // namespace
}  // namespace bedplate
