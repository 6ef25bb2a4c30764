#include "analytics/fit_quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace bedplate {
namespace {

TEST(FitQuality, MatchesAHandComputedCase) {
  const std::vector<double> y = {10, 12, 14, 16};
  const std::vector<double> residuals = {1, -1, 1, -1};
  const std::vector<std::int64_t> positions = {0, 1, 2, 3};
  const FitQuality quality = AssessFit(y, residuals, positions, 2);
  EXPECT_DOUBLE_EQ(quality.mean, 13);
  EXPECT_DOUBLE_EQ(quality.rmse, std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(quality.cv_rmse, std::sqrt(2.0) / 13);
  EXPECT_DOUBLE_EQ(quality.nmbe, 0);
  EXPECT_DOUBLE_EQ(quality.r_squared, 1 - 4.0 / 20);
  EXPECT_DOUBLE_EQ(quality.adjusted_r_squared, 1 - 0.2 * 3 / 2);
  EXPECT_DOUBLE_EQ(quality.autocorrelation, -1);
  EXPECT_DOUBLE_EQ(quality.effective_rows, 4);  // negative correlation never adds rows
}

TEST(FitQuality, EffectiveRowsFollowGuideline14) {
  // Nine equal squares, eight neighbour products of which six are +1 and two are -1: rho = 1/2.
  const std::vector<double> residuals = {1, 1, 1, 1, -1, -1, -1, -1, 1};
  const std::vector<double> y(9, 5);
  const std::vector<std::int64_t> positions = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  const FitQuality quality = AssessFit(y, residuals, positions, 1);
  EXPECT_DOUBLE_EQ(quality.autocorrelation, 0.5);
  EXPECT_DOUBLE_EQ(quality.effective_rows, 3);
  EXPECT_DOUBLE_EQ(quality.durbin_watson, 1);
}

TEST(FitQuality, OnlyNeighboursInTimeArePairs) {
  const std::vector<double> residuals = {1, 1, -1, -1, 1, 1};
  const std::vector<double> y(6, 5);
  const std::vector<std::int64_t> with_gaps = {0, 1, 10, 11, 20, 21};
  EXPECT_DOUBLE_EQ(AssessFit(y, residuals, with_gaps, 1).autocorrelation, 1);
}

TEST(FitQuality, APerfectFitHasNoAutocorrelation) {
  const std::vector<double> y = {1, 2, 4};
  const std::vector<double> residuals = {0, 0, 0};
  const std::vector<std::int64_t> positions = {0, 1, 2};
  const FitQuality quality = AssessFit(y, residuals, positions, 1);
  EXPECT_EQ(quality.autocorrelation, 0);
  EXPECT_EQ(quality.effective_rows, 3);
  EXPECT_EQ(quality.r_squared, 1);
}

}  // namespace
}  // namespace bedplate
