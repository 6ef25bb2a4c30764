#include "analytics/fit_quality.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace bedplate {
namespace {

double SumOfSquares(std::span<const double> values) {
  return std::transform_reduce(values.begin(), values.end(), values.begin(), 0.0);
}

/// Products and squared differences of residuals one period apart.
struct NeighbourSums {
  double pairs = 0;
  double products = 0;
  double squared_differences = 0;
};

NeighbourSums SumNeighbours(std::span<const double> residuals,
                            std::span<const std::int64_t> positions) {
  NeighbourSums sums;
  for (std::size_t i = 1; i < residuals.size(); ++i) {
    if (positions[i] != positions[i - 1] + 1) continue;
    const double difference = residuals[i] - residuals[i - 1];
    sums.pairs += 1;
    sums.products += residuals[i] * residuals[i - 1];
    sums.squared_differences += difference * difference;
  }
  return sums;
}

void AssessAutocorrelation(FitQuality& quality, std::span<const double> residuals,
                           std::span<const std::int64_t> positions, double sse) {
  const auto n = static_cast<double>(quality.rows);
  quality.effective_rows = n;
  if (sse <= 0) return;
  const NeighbourSums sums = SumNeighbours(residuals, positions);
  if (sums.pairs == 0) return;
  const double per_pair = n / sums.pairs / sse;
  quality.autocorrelation = std::clamp(sums.products * per_pair, -1.0, 1.0);
  quality.durbin_watson = sums.squared_differences * per_pair;
  const double rho = std::max(0.0, quality.autocorrelation);
  quality.effective_rows = n * (1 - rho) / (1 + rho);
}

}  // namespace

FitQuality AssessFit(std::span<const double> y, std::span<const double> residuals,
                     std::span<const std::int64_t> positions, std::size_t parameters) {
  BEDPLATE_CHECK(y.size() == residuals.size());
  BEDPLATE_CHECK(y.size() == positions.size());
  BEDPLATE_CHECK(y.size() > parameters);
  FitQuality quality;
  quality.rows = y.size();
  quality.parameters = parameters;
  const auto n = static_cast<double>(y.size());
  const double degrees_of_freedom = n - static_cast<double>(parameters);
  quality.mean = std::reduce(y.begin(), y.end()) / n;
  const double total = std::transform_reduce(y.begin(), y.end(), 0.0, std::plus<>(), [&](double v) {
    return (v - quality.mean) * (v - quality.mean);
  });
  const double sse = SumOfSquares(residuals);
  quality.rmse = std::sqrt(sse / degrees_of_freedom);
  quality.cv_rmse = quality.rmse / std::abs(quality.mean);
  quality.nmbe =
      std::reduce(residuals.begin(), residuals.end()) / (degrees_of_freedom * quality.mean);
  quality.r_squared = total > 0 ? 1 - sse / total : 0;
  quality.adjusted_r_squared = 1 - (1 - quality.r_squared) * (n - 1) / degrees_of_freedom;
  AssessAutocorrelation(quality, residuals, positions, sse);
  return quality;
}

}  // namespace bedplate
