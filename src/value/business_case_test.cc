#include "value/business_case.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

Timestamp Day(std::string_view text) { return ParseTimestamp(text).value(); }

Initiative Investment() {
  Initiative initiative;
  initiative.reporting = {Day("2019-01-01"), Day("2020-01-01")};
  initiative.discount_rate = 0.10;
  initiative.horizon_years = 3;
  initiative.costs = {{Day("2019-01-01"), 1200, "device", false},
                      {Day("2019-01-01"), 60, "service", true}};
  return initiative;
}

TEST(BusinessCase, LaysOutEveryFlow) {
  const auto flows = CaseFlows(Investment(), 1200);
  ASSERT_EQ(flows.size(), 1U + 3U + 36U);  // device, three services, 36 months
  double sum = 0;
  for (const CashFlow& flow : flows) sum += flow.amount;
  EXPECT_NEAR(sum, 3 * 1200 - 1200 - 3 * 60, 1e-9);
}

TEST(BusinessCase, AgreesWithTheAnnuityFormula) {
  // 100 a month over 3 years at 10 % a year: 100 (1 - v^36) / (v^-1 - 1) with v = 1.1^(-1/12).
  Initiative initiative = Investment();
  initiative.costs.pop_back();
  const CaseFigures figures = JudgeCase(initiative, 1200);
  EXPECT_NEAR(figures.net_present_value, 3118.645844 - 1200, 1e-5);
  ASSERT_EQ(figures.internal_rates.size(), 1U);
  EXPECT_NEAR(*figures.payback_years, 1.0, 1e-9);
  EXPECT_GT(*figures.discounted_payback_years, 1.0);
}

TEST(BusinessCase, WithoutBenefitThereIsNoPayback) {
  const BusinessCase three = MakeBusinessCase(Investment(), -100, 0, 2000);
  EXPECT_FALSE(three.low.payback_years);
  EXPECT_TRUE(three.low.internal_rates.empty());
  EXPECT_LT(three.likely.net_present_value, -1200);
  EXPECT_TRUE(three.high.payback_years);
  EXPECT_GT(three.high.net_present_value, 0);
}

TEST(BusinessCase, WithoutCostsThereIsNothingToPayBack) {
  Initiative initiative = Investment();
  initiative.costs.clear();
  const CaseFigures figures = JudgeCase(initiative, 1200);
  EXPECT_FALSE(figures.payback_years);
  EXPECT_FALSE(figures.discounted_payback_years);
  EXPECT_TRUE(figures.internal_rates.empty());
  EXPECT_GT(figures.net_present_value, 0);
}

TEST(BusinessCase, NothingCountsBeyondTheHorizon) {
  Initiative initiative = Investment();
  const double value = JudgeCase(initiative, 1200).net_present_value;
  for (const bool yearly : {false, true}) {
    initiative.costs.push_back({HorizonOf(initiative), 1e6, "later", yearly});
    EXPECT_EQ(JudgeCase(initiative, 1200).net_present_value, value);
  }
}

TEST(BusinessCase, TheLongestHorizonStaysInRange) {
  // Found by the fuzzer: fifty years in nanoseconds, times twelve, is more than 64 bits hold.
  Initiative initiative = Investment();
  initiative.horizon_years = 50;
  initiative.reporting.start = Day("2199-12-31");
  initiative.costs.clear();
  const auto flows = CaseFlows(initiative, 1200);
  ASSERT_EQ(flows.size(), 600U);
  EXPECT_DOUBLE_EQ(YearsBetween(initiative.reporting.start, flows.back().time), 50);
}

}  // namespace
}  // namespace bedplate
