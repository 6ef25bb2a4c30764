#pragma once

#include "value/design.h"

namespace bedplate {

/// How far the estimated counterfactual of the reporting period, less the actual, may be off.
/// Variances are of the sum over the usable reporting buckets, in squared KPI units.
struct ErrorModel {
  double model_variance = 0;      // from not knowing the baseline's coefficients
  double reporting_variance = 0;  // from the noise of the reporting period itself
  double degrees_of_freedom = 0;  // 0: not estimable
  double inflation = 1;           // long-run variance of the residuals / their variance

  [[nodiscard]] double StandardError() const;
  /// Makes the standard error `factor` times as large.
  void Widen(double factor);
};

/// docs/methods/savings.md derives it. `reporting_errors`: counterfactual less actual per row.
ErrorModel EstimateError(const LinearModel& model, const Design& design,
                         const std::vector<double>& reporting_errors, double rmse);

/// The effect with its intervals from the sums of the usable reporting buckets.
Effect MakeEffect(const Initiative& initiative, const DesignPeriod& reporting,
                  double counterfactual_sum, const ErrorModel& error);

/// Money for a gain of one KPI unit in each of a number of bucket-sums: a sum and an integral are
/// worth their amount; a mean is worth the amount times the years that it lasted.
double MoneyPerUnit(const Initiative& initiative, double years) noexcept;

/// Length of the usable buckets, in years of 365 days.
double UsableYears(const Initiative& initiative, std::size_t rows) noexcept;

/// Sums of `values` by period.
std::vector<double> SumByPeriod(const std::vector<double>& values, const DesignPeriod& design);

}  // namespace bedplate
