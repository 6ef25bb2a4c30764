#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "value/checks.h"
#include "value/design.h"
#include "value/effect.h"
#include "value/effect_series.h"
#include "value/evaluation.h"
#include "value/placebo.h"
#include "value/season.h"

namespace bedplate {
namespace {

/// Of the sums by day; a day without rows is nobody's neighbour.
FitQuality AssessDays(const LinearModel& model, const DesignPeriod& design) {
  const std::vector<double> residual_sums = SumByPeriod(model.residuals(), design);
  const std::vector<double> kpi_sums = SumByPeriod(design.y, design);
  std::vector<double> residuals;
  std::vector<double> kpi;
  std::vector<std::int64_t> positions;
  for (const std::int32_t period : design.periods) {  // ascending
    if (!positions.empty() && positions.back() == period) continue;
    positions.push_back(period);
    residuals.push_back(residual_sums[static_cast<std::size_t>(period)]);
    kpi.push_back(kpi_sums[static_cast<std::size_t>(period)]);
  }
  return kpi.size() > 1 ? AssessFit(kpi, residuals, positions, 1) : FitQuality{};
}

Fitness AssessFitness(const Design& design, const LinearModel& model) {
  Fitness fitness;
  const DesignPeriod& baseline = design.baseline;
  fitness.model = AssessFit(baseline.y, model.residuals(), baseline.buckets, model.parameters());
  fitness.baseline_coverage = baseline.coverage();
  fitness.reporting_coverage = design.reporting.coverage();
  fitness.dropped = model.dropped();
  const FitQuality days = AssessDays(model, baseline);
  fitness.daily_autocorrelation = days.autocorrelation;
  fitness.daily_r_squared = days.r_squared;
  fitness.daily_cv_rmse = days.cv_rmse;
  return fitness;
}

std::vector<double> Predict(const LinearModel& model, const DesignPeriod& period) {
  std::vector<double> predictions(period.y.size());
  for (std::size_t row = 0; row < predictions.size(); ++row) {
    predictions[row] = model.Predict(period.regressors, row);
  }
  return predictions;
}

std::vector<double> Minus(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference(a.size());
  std::transform(a.begin(), a.end(), b.begin(), difference.begin(), std::minus<>());
  return difference;
}

void Append(std::vector<Finding>& findings, std::vector<Finding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

/// What the KPI comes to in a year as the baseline has it: a total, or the mean.
std::optional<double> BaselinePerYear(const Initiative& initiative, const Design& design) {
  const DesignPeriod& baseline = design.baseline;
  if (baseline.y.empty()) return std::nullopt;
  const double sum = std::reduce(baseline.y.begin(), baseline.y.end());
  if (initiative.kpi.aggregate == Aggregate::kMean) {
    return sum / static_cast<double>(baseline.y.size());
  }
  return sum / UsableYears(initiative, baseline.y.size());
}

std::optional<BusinessCase> ExpectedCase(const Initiative& initiative, const Design& design) {
  if (!initiative.expected) return std::nullopt;
  const ExpectedEffect& expected = *initiative.expected;
  double money = initiative.unit_value.amount;
  if (expected.percent) {
    const auto per_year = BaselinePerYear(initiative, design);
    if (!per_year) return std::nullopt;
    money *= std::abs(*per_year) / 100;
  }
  return MakeBusinessCase(initiative, money * expected.low, money * expected.likely,
                          money * expected.high);
}

bool IsFinite(const Effect& effect) {
  const auto finite = [](const Interval& interval) {
    return std::isfinite(interval.low) && std::isfinite(interval.high);
  };
  return std::isfinite(effect.counterfactual) && std::isfinite(effect.actual) &&
         finite(effect.total) && finite(effect.annual_money) && finite(effect.money);
}

/// Fits the baseline and measures the effect; what stands in the way becomes a finding.
void Measure(const Initiative& initiative, const InitiativeData& data, const Design& design,
             Evaluation& evaluation) {
  const auto model = LinearModel::Fit(design.baseline.regressors, design.baseline.y);
  if (!model.ok() || design.reporting.y.empty()) {
    evaluation.findings.push_back(
        {"too-few-rows", Severity::kDisqualifies,
         model.ok() ? "The reporting period has no usable bucket."
                    : fmt::format("No baseline could be fitted: {}.", model.error().message()),
         static_cast<double>(design.baseline.y.size()), 0});
    return;
  }
  Fitness fitness = AssessFitness(design, model.value());
  const std::vector<double> counterfactual = Predict(model.value(), design.reporting);
  const double rmse = fitness.model.rmse;
  ErrorModel error =
      EstimateError(model.value(), design, Minus(counterfactual, design.reporting.y), rmse);
  fitness.inflation = error.inflation;
  const Placebo placebo = TestPlacebo(design);
  fitness.placebo_ratio = placebo.ratio;
  const double widening = WideningOf(placebo, error.degrees_of_freedom);
  error.Widen(widening);
  const MissingSeason missing = FindMissingSeason(data, design);
  evaluation.findings.push_back(CheckVariation(design, rmse));
  evaluation.findings.push_back(CheckSeason(initiative, missing, fitness));
  evaluation.findings.push_back(CheckPlacebo(placebo, widening));
  Append(evaluation.findings, CheckModel(fitness, error.degrees_of_freedom));
  evaluation.caveat = CaveatOf(evaluation.findings, missing);
  evaluation.fitness = std::move(fitness);
  if (!(error.degrees_of_freedom > 0)) return;

  const FittedDesign fitted{initiative,     data,  design,
                            model.value(),  error, Predict(model.value(), design.baseline),
                            counterfactual, rmse};
  const Effect effect =
      MakeEffect(initiative, design.reporting,
                 std::reduce(counterfactual.begin(), counterfactual.end()), error);
  if (!IsFinite(effect)) {
    evaluation.findings.push_back(
        {"out-of-range", Severity::kDisqualifies, "The figures are too large to be summed.", 0, 0});
    return;
  }
  evaluation.findings.push_back(CheckEffect(effect, initiative.kpi));
  evaluation.verdict = Decide(evaluation.findings, effect);
  evaluation.series = MakeSeries(fitted);
  evaluation.cumulated = MakeCumulated(fitted);
  evaluation.measured = MakeBusinessCase(initiative, effect.annual_money.low,
                                         effect.annual_money.middle, effect.annual_money.high);
  evaluation.effect = effect;
}

}  // namespace

std::string_view VerdictName(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kProvenGain: return "proven-gain";
    case Verdict::kProvenLoss: return "proven-loss";
    case Verdict::kNotSignificant: return "not-significant";
    case Verdict::kNoVerdict: return "no-verdict";
  }
  return "";
}

Evaluation Evaluate(const Initiative& initiative, const InitiativeData& data, Timestamp as_of) {
  const auto calendar = PlantCalendar::ForZone(initiative.zone);
  BEDPLATE_CHECK(calendar.ok());
  const Buckets& buckets = data.reporting.buckets;
  const std::size_t ended = buckets.Ended(as_of);
  const Design design = BuildDesign(initiative, data, calendar.value(), ended);

  Evaluation evaluation;
  evaluation.running = ended < buckets.size();
  if (ended > 0) evaluation.reporting = {buckets.edges.front(), buckets.edges[ended]};
  evaluation.findings = CheckData(initiative, data, design, evaluation.running);
  evaluation.expected = ExpectedCase(initiative, design);
  Measure(initiative, data, design, evaluation);
  return evaluation;
}

}  // namespace bedplate
