#include "app/json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <boost/json.hpp>
#include <cmath>
#include <random>

namespace bedplate {
namespace {

TEST(JsonTest, EveryDoubleComesThroughUnchanged) {
  constexpr int kCount = 20'000;
  std::mt19937_64 random(7);
  std::vector<double> numbers;
  while (numbers.size() < kCount) {
    const auto number = std::bit_cast<double>(random());
    if (std::isfinite(number)) numbers.push_back(number);
  }
  const auto answer = ParseAnswer(fmt::format("[{}]", fmt::join(numbers, ",")));
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  const auto& items = answer->as_array();
  ASSERT_EQ(items.size(), numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string cell = JsonCell(items[i]);
    EXPECT_EQ(std::strtod(cell.c_str(), nullptr), numbers[i]) << cell;
  }
}

TEST(JsonTest, EachKindReadsAsItIs) {
  const auto answer = ParseAnswer(
      R"({"a": [1, -2, 18446744073709551615, 1.5], "b": {"c": null}, "d": true, "e": "x\ny"})");
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  const auto& numbers = answer->at("a").as_array();
  EXPECT_EQ(JsonCell(numbers[0]), "1");
  EXPECT_EQ(JsonCell(numbers[1]), "-2");
  EXPECT_EQ(JsonCell(numbers[2]), "18446744073709551615");
  EXPECT_EQ(JsonCell(numbers[3]), "1.5");
  EXPECT_EQ(JsonText(answer->at("b"), "c"), "");
  EXPECT_EQ(JsonText(*answer, "d"), "true");
  EXPECT_EQ(JsonText(*answer, "e"), "x\ny");
}

TEST(JsonTest, WhatIsNotJsonIsNamed) {
  EXPECT_EQ(ParseAnswer("<html>").error().code(), ErrorCode::kInternal);
  EXPECT_EQ(ParseAnswer(R"({"a": )").error().code(), ErrorCode::kInternal);
}

}  // namespace
}  // namespace bedplate
