#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analytics/fit_quality.h"
#include "base/time.h"
#include "model/finding.h"
#include "value/business_case.h"
#include "value/initiative.h"
#include "value/plant_calendar.h"

namespace bedplate {

/// The figures of one driver in the buckets of one period (value/gather.h makes them).
struct DriverData {
  std::vector<double> values;               // kNumeric and kShare: per bucket, NaN where missing
  std::vector<std::string> levels;          // kCategory: the values that occur …
  std::vector<std::vector<double>> shares;  // … and per level the share in each bucket, or NaN
};

struct PeriodData {
  Buckets buckets;
  std::vector<double> kpi;          // per bucket in the KPI's unit, NaN where missing
  std::vector<DriverData> drivers;  // one per driver of the initiative; calendar factors empty
};

struct InitiativeData {
  PeriodData baseline;
  PeriodData reporting;
};

enum class Verdict { kProvenGain, kProvenLoss, kNotSignificant, kNoVerdict };

std::string_view VerdictName(Verdict verdict) noexcept;  // "proven-gain", …

/// A figure with the ends of its 90 % interval.
struct Interval {
  double low = 0;
  double middle = 0;
  double high = 0;
};

/// What the initiative brought. Positive is a gain, whatever the KPI's direction. For a KPI that is
/// a sum or an integral `total` is what was gained over the usable buckets of the reporting period;
/// for a mean it is by how much the mean was better.
struct Effect {
  Interval total;                   // KPI units
  Interval percent;                 // of the counterfactual
  Interval money;                   // over the usable buckets of the reporting period
  Interval annual;                  // `total` as a rate, per year of 365 days
  Interval annual_money;            // per year
  double counterfactual = 0;        // what the KPI would have been, as `total` counts it
  double actual = 0;                // what it was
  double standard_error = 0;        // of `total`
  double degrees_of_freedom = 0;    // of the Student t behind the intervals
  double relative_uncertainty = 0;  // half width at 68 % confidence / |total| (Guideline 14)
  double detectable = 0;            // the smallest |total| that these data could prove
};

struct Fitness {
  FitQuality model;                  // of the baseline at the stated granularity
  double daily_autocorrelation = 0;  // of the residuals summed by day, at lag one
  double daily_r_squared = 0;        // of the KPI summed by day: comparable at any granularity
  double daily_cv_rmse = 0;          // of the same sums
  double placebo_ratio = 0;          // false effects inside the baseline / their claimed spread
  double inflation = 1;              // long-run variance of the residuals / their variance
  double baseline_coverage = 0;      // share of buckets with all figures, 0 … 1
  double reporting_coverage = 0;     // the same, of the buckets that have ended
  std::vector<std::string> dropped;  // columns that others already explain
};

/// One period of the picture: a local day, or a bucket where buckets are longer. Figures are NaN in
/// a gap; for a sum they cover the usable buckets only, whose share is `coverage`.
struct EffectPoint {
  TimeRange time;
  bool baseline = false;
  double coverage = 0;
  double actual = 0;
  double counterfactual = 0;  // in the baseline: the fit
  double low = 0;             // 90 % band of what the KPI would have been
  double high = 0;
};

/// Money gained from the start of the reporting period until `until`.
struct MoneyPoint {
  Timestamp until;
  Interval money;
};

struct Evaluation {
  Verdict verdict = Verdict::kNoVerdict;
  std::vector<Finding> findings;  // every check: passed, warned, disqualified
  std::string caveat;             // what a verdict must not be told without; empty when nothing
  TimeRange reporting;            // the part that has ended
  bool running = false;           // the reporting period goes on after that part
  std::optional<Effect> effect;   // empty when no model could be fitted; see the findings
  std::optional<Fitness> fitness;
  std::vector<EffectPoint> series;
  std::vector<MoneyPoint> cumulated;
  std::optional<BusinessCase> expected;  // at low, likely and high
  std::optional<BusinessCase> measured;  // at the interval's low end, middle and high end
};

/// Judges an initiative by its data; `as_of` is where the data end. A pure function: the same
/// arguments give the same answer to the last bit. Methods: docs/methods/baseline.md, savings.md,
/// cashflow.md. The data must have the initiative's drivers and one figure per bucket (CHECK).
Evaluation Evaluate(const Initiative& initiative, const InitiativeData& data, Timestamp as_of);

}  // namespace bedplate
