#include "analytics/long_run_variance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "analytics/student_t.h"

namespace bedplate {
namespace {

/// A first-order autoregressive series with unit innovations.
std::vector<double> Autoregressive(std::mt19937_64& random, std::size_t n, double rho) {
  std::normal_distribution<double> normal;
  std::vector<double> series(n);
  double state = normal(random) / std::sqrt(1 - rho * rho);
  for (double& value : series) {
    value = state;
    state = rho * state + normal(random);
  }
  return series;
}

/// How often the 90 % interval for the mean (truly 0) contains it, of 1000 series.
int CoveredOfThousand(double rho) {
  std::mt19937_64 random(2018);
  int covered = 0;
  for (int run = 0; run < 1000; ++run) {
    const std::vector<double> series = Autoregressive(random, 180, rho);
    const SumVariance estimate = EstimateSumVariance(series);
    const double half_width =
        StudentTQuantile(0.95, estimate.degrees_of_freedom) * std::sqrt(estimate.variance);
    if (std::abs(std::reduce(series.begin(), series.end())) <= half_width) ++covered;
  }
  return covered;
}

TEST(LongRunVariance, CoversTheTruthAsOftenAsItSays) {
  EXPECT_NEAR(CoveredOfThousand(0.0), 900, 30);
  EXPECT_NEAR(CoveredOfThousand(0.3), 900, 30);
  EXPECT_NEAR(CoveredOfThousand(0.6), 900, 40);
}

TEST(LongRunVariance, ConstantsDoNotMatter) {
  std::mt19937_64 random(1);
  std::vector<double> series = Autoregressive(random, 100, 0.4);
  const double before = EstimateSumVariance(series).variance;
  for (double& value : series) value += 1000;
  EXPECT_NEAR(EstimateSumVariance(series).variance, before, 1e-6 * before);
}

TEST(LongRunVariance, TooFewPeriodsGiveNoDegreesOfFreedom) {
  EXPECT_EQ(EstimateSumVariance(std::vector<double>{1, 2, 3}).degrees_of_freedom, 0);
}

/// Rows with an intercept and a linear trend, one row a period.
struct TrendCase {
  Regressors regressors;
  std::vector<std::int32_t> periods;

  explicit TrendCase(std::size_t n) {
    regressors.groups.assign(n, 0);
    regressors.names = {"trend"};
    regressors.columns.emplace_back();
    for (std::size_t i = 0; i < n; ++i) {
      regressors.columns[0].push_back(static_cast<double>(i));
      periods.push_back(static_cast<std::int32_t>(i));
    }
  }
};

TEST(LongRunVariance, PutsBackWhatTheFitTookOut) {
  constexpr std::size_t kRows = 60;
  const TrendCase trend(kRows);
  const std::vector<double> ones(kRows, 1);
  std::mt19937_64 random(4);
  double corrected = 0;
  double plain = 0;
  double degrees_of_freedom = 0;
  constexpr int kRuns = 2000;
  for (int run = 0; run < kRuns; ++run) {
    const auto model = LinearModel::Fit(trend.regressors, Autoregressive(random, kRows, 0));
    ASSERT_TRUE(model.ok());
    const SumVariance estimate = EstimateSumVariance(model.value(), ones, trend.periods, kRows);
    corrected += estimate.variance / kRuns;
    plain += EstimateSumVariance(model.value().residuals()).variance / kRuns;
    degrees_of_freedom = estimate.degrees_of_freedom;
  }
  EXPECT_NEAR(corrected / kRows, 1, 0.04);  // white noise of variance one
  EXPECT_LT(plain / kRows, 0.9);            // the trend ate most of the first cosine
  EXPECT_LT(degrees_of_freedom, static_cast<double>(CosineTerms(kRows)));
  EXPECT_GT(degrees_of_freedom, static_cast<double>(CosineTerms(kRows)) - 1.5);
}

}  // namespace
}  // namespace bedplate
