#include "value/placebo.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "analytics/student_t.h"
#include "value/effect.h"
#include "value/thresholds.h"

namespace bedplate {
namespace {

constexpr std::size_t kMaxBlocks = 6;

/// The standard deviation of a Student t of more than 2 degrees of freedom.
double SpreadOf(double degrees) { return std::sqrt(degrees / (degrees - 2)); }

/// The rows of `period` in which `keep(day)` holds; their places in time stay.
template <typename Keep>
DesignPeriod Filter(const DesignPeriod& period, Keep keep) {
  DesignPeriod part;
  part.period_count = period.period_count;
  part.bucket_count = period.bucket_count;
  part.regressors.group_count = period.regressors.group_count;
  part.regressors.names = period.regressors.names;
  part.regressors.columns.resize(period.regressors.columns.size());
  for (std::size_t row = 0; row < period.y.size(); ++row) {
    if (!keep(period.periods[row])) continue;
    part.y.push_back(period.y[row]);
    part.buckets.push_back(period.buckets[row]);
    part.periods.push_back(period.periods[row]);
    part.regressors.groups.push_back(period.regressors.groups[row]);
    for (std::size_t k = 0; k < part.regressors.columns.size(); ++k) {
      part.regressors.columns[k].push_back(period.regressors.columns[k][row]);
    }
  }
  return part;
}

/// A false effect in units of the spread that the method gives it (a Student t with f degrees of
/// freedom varies by f / (f - 2)); empty when the rest of the baseline cannot tell.
std::optional<double> JudgeBlock(const DesignPeriod& baseline, std::int32_t first,
                                 std::int32_t end) {
  Design design;
  design.baseline = Filter(baseline, [&](std::int32_t day) { return day < first || day >= end; });
  design.reporting = Filter(baseline, [&](std::int32_t day) { return day >= first && day < end; });
  for (std::int32_t& day : design.reporting.periods) day -= first;
  design.reporting.period_count = static_cast<std::size_t>(end - first);
  if (design.reporting.y.empty()) return std::nullopt;
  const auto model = LinearModel::Fit(design.baseline.regressors, design.baseline.y);
  if (!model.ok()) return std::nullopt;
  std::vector<double> errors(design.reporting.y.size());
  for (std::size_t row = 0; row < errors.size(); ++row) {
    errors[row] = model.value().Predict(design.reporting.regressors, row) - design.reporting.y[row];
  }
  const double effect = std::reduce(errors.begin(), errors.end());
  const ErrorModel error = EstimateError(model.value(), design, errors, 0);
  const double degrees = error.degrees_of_freedom;
  if (!std::isfinite(effect) || !(error.StandardError() > 0)) return std::nullopt;
  if (degrees < kMinDegreesOfFreedom) return std::nullopt;
  return effect / (error.StandardError() * SpreadOf(degrees));
}

}  // namespace

Placebo TestPlacebo(const Design& design) {
  const DesignPeriod& baseline = design.baseline;
  Placebo placebo;
  const std::size_t length = std::max<std::size_t>(1, design.reporting.period_count);
  const std::size_t blocks = std::clamp<std::size_t>(baseline.period_count / length, 2, kMaxBlocks);
  double squares = 0;
  for (std::size_t block = 0; block < blocks; ++block) {
    const auto first = static_cast<std::int32_t>(baseline.period_count * block / blocks);
    const auto end = static_cast<std::int32_t>(baseline.period_count * (block + 1) / blocks);
    const auto ratio = JudgeBlock(baseline, first, end);
    if (!ratio) continue;
    squares += *ratio * *ratio;
    ++placebo.blocks;
  }
  if (placebo.blocks > 0) {
    placebo.ratio = std::sqrt(squares / static_cast<double>(placebo.blocks));
  }
  return placebo;
}

double WideningOf(const Placebo& placebo, double degrees_of_freedom) {
  if (degrees_of_freedom < kMinDegreesOfFreedom) return 1;
  const double t = StudentTQuantile((1 + kConfidence) / 2, degrees_of_freedom);
  return std::max(1.0, placebo.ratio * SpreadOf(degrees_of_freedom) / t);
}

}  // namespace bedplate
