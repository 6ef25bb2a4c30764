#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <random>

#include "api/api_test_support.h"
#include "api/initiative_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ValueApiTest : public ApiTest {
 protected:
  ValueApiTest() {
    Apply(kInitiativePlant);
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0, 2);
    const Timestamp change = At("2017-09-01");
    IngestSeries("acme/energy", At("2016-09-01"), hours(1), 24 * 487, [&](int i) {
      const double used = 50.0 + i / 24 % 7;
      return used * (At("2016-09-01") + hours(i) >= change ? 0.9 : 1.0) + noise(random);
    });
  }

  boost::json::object Read(std::string_view target) {
    return boost::json::parse(GetBody(target)).as_object();
  }
  static double Number(const boost::json::value& object, std::string_view key) {
    return object.as_object().at(key).to_number<double>();
  }
};

TEST_F(ValueApiTest, TheListHasAVerdictOrAReasonForEach) {
  const auto answer = Read("/api/v1/initiatives");
  const auto list = answer.at("initiatives").as_array();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].at("name"), "heat-recovery");
  EXPECT_EQ(list[0].at("verdict"), "proven-gain");
  EXPECT_EQ(list[0].at("status"), "scaled");
  EXPECT_FALSE(list[0].as_object().contains("error"));
  EXPECT_FALSE(list[0].as_object().contains("reason"));
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_EQ(list[i].at("verdict"), "no-verdict");
    const std::string reason = list[i].at("reason").as_string().c_str();
    EXPECT_EQ(list[i].at("verdict_text"), boost::json::value("No verdict: " + reason));
  }
  EXPECT_FALSE(list[1].as_object().contains("error"));
  EXPECT_EQ(list[2].at("error"), list[2].at("reason"));
  EXPECT_THAT(list[2].at("error").as_string().c_str(), HasSubstr("degC"));
  EXPECT_TRUE(list[1].at("measured_per_year").at("value").is_null());
  // Only what is proven is summed, by currency.
  EXPECT_EQ(answer.at("proven").at("initiatives"), 1);
  const auto& sums = answer.at("proven").at("per_year").as_array();
  ASSERT_EQ(sums.size(), 1U);
  EXPECT_EQ(sums[0].at("currency"), "EUR");
  EXPECT_EQ(sums[0].at("value"), list[0].at("measured_per_year").at("value"));
}

TEST_F(ValueApiTest, OneInitiativeShowsWhatItsVerdictRestsOn) {
  const auto one = Read("/api/v1/initiatives/heat-recovery");
  EXPECT_EQ(one.at("owners"),
            (boost::json::value{{"business", "Plant manager"}, {"finance", "Controller"}}));
  EXPECT_EQ(one.at("granularity"), "1d");
  EXPECT_EQ(one.at("baseline").at("from"), At("2016-09-01").milliseconds());
  EXPECT_EQ(one.at("drivers"), (boost::json::value{"day-of-week"}));
  // A tenth was saved, and money is KPI units times what one is worth.
  EXPECT_LT(Number(one.at("effect_percent"), "low"), 10);
  EXPECT_GT(Number(one.at("effect_percent"), "high"), 10);
  EXPECT_NEAR(Number(one.at("money"), "value"), 0.2 * Number(one.at("effect"), "value"), 1e-6);
  EXPECT_EQ(Number(one.at("coverage"), "baseline"), 1);
  EXPECT_GT(one.at("findings").as_array().size(), 3U);
  EXPECT_THAT(one.at("yaml").as_string().c_str(), StartsWith("title: Heat recovery\n"));
}

TEST_F(ValueApiTest, CostsCountWhenTheyFallDue) {
  const auto one = Read("/api/v1/initiatives/heat-recovery");
  EXPECT_EQ(Number(one.at("cost"), "once"), 1000);
  EXPECT_EQ(Number(one.at("cost"), "yearly"), 100);
  EXPECT_EQ(Number(one.at("cost"), "to_date"), 1100);
  clock_.Advance(hours(24 * 365));  // to 2019-01-02: the service of September 2018 is paid too
  EXPECT_EQ(Number(Read("/api/v1/initiatives/heat-recovery").at("cost"), "to_date"), 1200);
}

TEST_F(ValueApiTest, SeriesAndCumulatedAreColumnsOfOneLength) {
  const auto one = Read("/api/v1/initiatives/heat-recovery");
  for (const auto& [part, columns] :
       {std::pair{"series", std::vector{"actual", "counterfactual", "low", "high"}},
        std::pair{"cumulated", std::vector{"value", "low", "high", "cost"}}}) {
    const std::size_t points = one.at(part).at("starts").as_array().size();
    EXPECT_GE(points, 100U) << part;
    for (const char* column : columns) {
      EXPECT_EQ(one.at(part).at(column).as_array().size(), points) << part << "." << column;
    }
  }
  EXPECT_EQ(one.at("series").at("starts").as_array().size(), 487U);
  const auto& cumulated = one.at("cumulated").as_object();
  EXPECT_NEAR(cumulated.at("value").as_array().back().to_number<double>(),
              Number(one.at("money"), "value"), 1e-6);
}

TEST_F(ValueApiTest, AnUnknownInitiativeIs404) {
  EXPECT_EQ(Problem(Get("/api/v1/initiatives/nothing")), "404: there is no initiative 'nothing'");
}

}  // namespace
}  // namespace bedplate
