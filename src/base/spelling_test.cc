#include "base/spelling.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace bedplate {
namespace {

TEST(EditDistanceTest, GoldenValues) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);  // Wagner and Fischer's pair
  EXPECT_EQ(EditDistance("tpye", "type"), 1U);
  EXPECT_EQ(EditDistance("ca", "abc"), 3U);  // optimal string alignment, not Damerau-Levenshtein
}

TEST(EditDistanceTest, IsSymmetricAndBounded) {
  std::mt19937 random(7);
  const auto word = [&] {
    std::string text(random() % 8, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::string a = word();
    const std::string b = word();
    const std::size_t distance = EditDistance(a, b);
    EXPECT_EQ(distance, EditDistance(b, a));
    EXPECT_EQ(distance == 0, a == b);
    EXPECT_LE(distance, std::max(a.size(), b.size()));
    EXPECT_GE(distance, std::max(a.size(), b.size()) - std::min(a.size(), b.size()));
  }
}

TEST(NearestSpellingTest, CaseFirstThenTheFewestEdits) {
  const std::vector<std::string> words{"temperature", "type", "unit", "kWh", "low", "low_low"};
  EXPECT_EQ(NearestSpelling("KWH", words), "kWh");
  EXPECT_EQ(NearestSpelling("temprature", words), "temperature");
  EXPECT_EQ(NearestSpelling("tpye", words), "type");
  EXPECT_EQ(NearestSpelling("lowlow", words), "low_low");
  EXPECT_EQ(NearestSpelling("pressure", words), std::nullopt);
  EXPECT_EQ(NearestSpelling("", words), std::nullopt);
  const std::vector<std::string> keys{"horizon_years", "discount_rate", "unit_value", "unit_kind"};
  EXPECT_EQ(NearestSpelling("horizon", keys), "horizon_years");
  EXPECT_EQ(NearestSpelling("unit", keys), std::nullopt);  // either could be meant
  EXPECT_EQ(NearestSpelling("hori", keys), std::nullopt);
  EXPECT_EQ(NearestSpelling(std::string(1000, 'x'), words), std::nullopt);
}

}  // namespace
}  // namespace bedplate
