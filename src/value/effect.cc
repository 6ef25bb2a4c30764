#include "value/effect.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "analytics/long_run_variance.h"
#include "analytics/student_t.h"
#include "value/thresholds.h"

namespace bedplate {
namespace {

/// Welch and Satterthwaite: the degrees of freedom of a sum of two independent estimates.
SumVariance Add(const SumVariance& a, const SumVariance& b) {
  const double variance = a.variance + b.variance;
  const double spread = a.variance * a.variance / a.degrees_of_freedom +
                        b.variance * b.variance / b.degrees_of_freedom;
  const double degrees = spread > 0 ? variance * variance / spread
                                    : std::min(a.degrees_of_freedom, b.degrees_of_freedom);
  return {variance, degrees};
}

Interval Around(double middle, double half_width) {
  return {middle - half_width, middle, middle + half_width};
}

Interval Times(const Interval& interval, double factor) {
  return {interval.low * factor, interval.middle * factor, interval.high * factor};
}

double SumOfMagnitudes(const std::vector<double>& values) {
  return std::transform_reduce(values.begin(), values.end(), 0.0, std::plus<>(),
                               [](double value) { return std::abs(value); });
}

/// `figure`, or zero where it is no more than what rounding leaves.
double Above(double resolution, double figure) {
  return std::abs(figure) > resolution ? figure : 0;
}

/// `values` less their mean.
std::vector<double> Centred(const std::vector<double>& values) {
  const double mean =
      std::reduce(values.begin(), values.end()) / static_cast<double>(values.size());
  std::vector<double> centred(values);
  for (double& value : centred) value -= mean;
  return centred;
}

}  // namespace

double ErrorModel::StandardError() const { return std::sqrt(model_variance + reporting_variance); }

void ErrorModel::Widen(double factor) {
  model_variance *= factor * factor;
  reporting_variance *= factor * factor;
}

std::vector<double> SumByPeriod(const std::vector<double>& values, const DesignPeriod& design) {
  std::vector<double> sums(design.period_count);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[static_cast<std::size_t>(design.periods[i])] += values[i];
  }
  return sums;
}

ErrorModel EstimateError(const LinearModel& model, const Design& design,
                         const std::vector<double>& reporting_errors, double rmse) {
  const DesignPeriod& baseline = design.baseline;
  const DesignPeriod& reporting = design.reporting;
  RowSum total = RowSum::Empty(reporting.regressors);
  for (std::size_t row = 0; row < reporting.y.size(); ++row) total.Add(reporting.regressors, row);

  const SumVariance from_model =
      EstimateSumVariance(model, model.Influence(total), baseline.periods, baseline.period_count);
  const std::vector<double> ones(baseline.y.size(), 1);
  SumVariance noise = EstimateSumVariance(model, ones, baseline.periods, baseline.period_count);
  const auto rows = static_cast<double>(baseline.y.size());
  ErrorModel error;
  if (rmse > 0) error.inflation = noise.variance / (rows * rmse * rmse);
  noise.variance *= static_cast<double>(reporting.y.size()) / rows;

  // The noise of the reporting period is taken from the baseline, unless it shows more of its own.
  // The mean is the effect; a day that lacks rows would else show as noise of the effect's size.
  const SumVariance own = EstimateSumVariance(SumByPeriod(Centred(reporting_errors), reporting));
  const bool noisier = own.degrees_of_freedom > 0 && own.variance > noise.variance;
  error.model_variance = from_model.variance;
  error.reporting_variance = noisier ? own.variance : noise.variance;
  if (from_model.degrees_of_freedom == 0 || noise.degrees_of_freedom == 0) return error;
  error.degrees_of_freedom =
      noisier ? Add(from_model, own).degrees_of_freedom
              : std::min(from_model.degrees_of_freedom, noise.degrees_of_freedom);
  return error;
}

double UsableYears(const Initiative& initiative, std::size_t rows) noexcept {
  return static_cast<double>(rows) * static_cast<double>(initiative.granularity.count()) /
         static_cast<double>(kCashflowYear.count());
}

double MoneyPerUnit(const Initiative& initiative, double years) noexcept {
  return initiative.unit_value.amount *
         (initiative.kpi.aggregate == Aggregate::kMean ? years : 1.0);
}

Effect MakeEffect(const Initiative& initiative, const DesignPeriod& reporting,
                  double counterfactual_sum, const ErrorModel& error) {
  const bool mean = initiative.kpi.aggregate == Aggregate::kMean;
  const double scale = mean ? 1 / static_cast<double>(reporting.y.size()) : 1.0;
  const double sign = initiative.kpi.direction == KpiDirection::kDecrease ? 1 : -1;
  Effect effect;
  effect.counterfactual = scale * counterfactual_sum;
  effect.actual = scale * std::reduce(reporting.y.begin(), reporting.y.end());
  effect.degrees_of_freedom = error.degrees_of_freedom;
  const double resolution = kResolution * scale * SumOfMagnitudes(reporting.y);
  effect.standard_error = Above(resolution, scale * error.StandardError());
  const double gain = Above(resolution, sign * (effect.counterfactual - effect.actual));
  const double t = StudentTQuantile((1 + kConfidence) / 2, error.degrees_of_freedom);
  const double t_guideline =
      StudentTQuantile((1 + kUncertaintyConfidence) / 2, error.degrees_of_freedom);
  effect.total = Around(gain, t * effect.standard_error);
  effect.percent = Times(effect.total, 100 / std::abs(effect.counterfactual));
  const double years = UsableYears(initiative, reporting.y.size());
  effect.money = Times(effect.total, MoneyPerUnit(initiative, years));
  effect.annual = Times(effect.total, mean ? 1 : 1 / years);
  effect.annual_money = Times(effect.money, 1 / years);
  effect.relative_uncertainty = gain == 0 ? std::numeric_limits<double>::infinity()
                                          : t_guideline * effect.standard_error / std::abs(gain);
  effect.detectable = effect.standard_error * std::max(t, t_guideline / kMaxRelativeUncertainty);
  return effect;
}

}  // namespace bedplate
