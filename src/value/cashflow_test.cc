#include "value/cashflow.h"

#include <gtest/gtest.h>

#include <cmath>

#include "value/plant_calendar.h"

namespace bedplate {
namespace {

Timestamp Day(std::string_view text) { return ParseTimestamp(text).value(); }

std::vector<CashFlow> Yearly(std::vector<double> amounts) {
  std::vector<CashFlow> flows;
  Timestamp time = Day("2020-01-01");
  for (const double amount : amounts) {
    flows.push_back({time, amount});
    time = time + kCashflowYear;
  }
  return flows;
}

// The worked example in Microsoft's documentation of XNPV and XIRR.
const std::vector<CashFlow> kDated = {{Day("2008-01-01"), -10000},
                                      {Day("2008-03-01"), 2750},
                                      {Day("2008-10-30"), 4250},
                                      {Day("2009-02-15"), 3250},
                                      {Day("2009-04-01"), 2750}};

TEST(Cashflow, AgreesWithThePublishedXnpv) {
  EXPECT_NEAR(NetPresentValue(kDated, 0.09, Day("2008-01-01")), 2086.6476020315, 1e-6);
}

TEST(Cashflow, AgreesWithThePublishedXirr) {
  const std::vector<double> rates = InternalRates(kDated);
  ASSERT_EQ(rates.size(), 1U);
  EXPECT_NEAR(rates[0], 0.373362535, 1e-8);  // published to nine digits
}

TEST(Cashflow, AgreesWithThePublishedIrr) {
  // Microsoft's documentation of IRR: 8.7 % after five years, -2.1 % after four.
  const auto five = InternalRates(Yearly({-70000, 12000, 15000, 18000, 21000, 26000}));
  ASSERT_EQ(five.size(), 1U);
  EXPECT_NEAR(five[0], 0.087, 5e-4);
  const auto four = InternalRates(Yearly({-70000, 12000, 15000, 18000, 21000}));
  ASSERT_EQ(four.size(), 1U);
  EXPECT_NEAR(four[0], -0.021, 5e-4);
}

TEST(Cashflow, FindsBothRatesOfThePumpProblem) {
  // Lorie and Savage (1955): a larger pump that only speeds up the flow has two rates.
  const auto rates = InternalRates(Yearly({-1600, 10000, -10000}));
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_NEAR(rates[0], 0.25, 1e-9);
  EXPECT_NEAR(rates[1], 4.00, 1e-8);
}

TEST(Cashflow, HasNoRateWithoutAChangeOfSign) {
  EXPECT_TRUE(InternalRates(Yearly({100, 100})).empty());
  EXPECT_TRUE(InternalRates(Yearly({-100, -100})).empty());
  EXPECT_TRUE(InternalRates({}).empty());
}

TEST(Cashflow, PresentValueIsZeroAtEveryInternalRate) {
  for (const auto& flows : {Yearly({-1000, 300, 300, 300, 300}), Yearly({-50, 200, -170})}) {
    for (const double rate : InternalRates(flows)) {
      EXPECT_NEAR(NetPresentValue(flows, rate, flows[0].time), 0, 1e-7);
    }
  }
}

TEST(Cashflow, PaybackIsLinearWithinAStep) {
  const auto flows = Yearly({-1000, 400, 400, 400});
  EXPECT_DOUBLE_EQ(PaybackYears(flows, 0, flows[0].time).value(), 2.5);
  // At 10 %: 363.636, 330.579 and 300.526 of the 1000, so the third year is needed in full and
  // does not suffice.
  EXPECT_FALSE(PaybackYears(flows, 0.10, flows[0].time).has_value());
  EXPECT_NEAR(PaybackYears(flows, 0.05, flows[0].time).value(), 2.741563, 1e-6);
}

TEST(Cashflow, PaybackIsTheLastTimeTheBalanceIsMadeGood) {
  const auto flows = Yearly({-100, 200, -300, 400});
  EXPECT_DOUBLE_EQ(PaybackYears(flows, 0, flows[0].time).value(), 2.5);
  EXPECT_DOUBLE_EQ(PaybackYears(Yearly({10, 20}), 0, flows[0].time).value(), 0);
}

}  // namespace
}  // namespace bedplate
