#include "value/effect_series.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "analytics/student_t.h"
#include "value/thresholds.h"

namespace bedplate {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMinDaysPerWeekday = 8;

/// What the residuals of whole days come to.
struct Spread {
  double squares = 0;
  std::size_t count = 0;
  double t = 0;  // of the band, once all days are counted

  void Add(double residual) {
    squares += residual * residual;
    ++count;
  }
  void Finish() {
    const double degrees = std::max(1.0, static_cast<double>(count) - 1);
    t = StudentTQuantile((1 + kConfidence) / 2, degrees);
  }
  [[nodiscard]] double variance() const {
    return count > 1 ? squares / static_cast<double>(count - 1) : 0;
  }
};

/// The first bucket of every period (day or week) of `data`, and one past the last.
std::vector<std::size_t> PeriodStarts(const Initiative& initiative, const Buckets& buckets,
                                      std::size_t count) {
  const bool weekly = initiative.granularity > std::chrono::hours(24);
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0 || weekly || buckets.days[i] != buckets.days[i - 1]) starts.push_back(i);
  }
  starts.push_back(count);
  return starts;
}

/// The spread of daily residuals in the baseline, by weekday where there are enough of them.
class DailySpread {
 public:
  explicit DailySpread(const FittedDesign& fitted) {
    const DesignPeriod& baseline = fitted.design.baseline;
    const std::vector<double> sums = SumByPeriod(fitted.model.residuals(), baseline);
    std::vector<std::size_t> rows(baseline.period_count);
    std::vector<int> weekday(baseline.period_count);
    for (std::size_t i = 0; i < baseline.y.size(); ++i) {
      const auto period = static_cast<std::size_t>(baseline.periods[i]);
      ++rows[period];
      weekday[period] = PlantCalendar::WeekdayOf(
          fitted.data.baseline.buckets.days[static_cast<std::size_t>(baseline.buckets[i])]);
    }
    for (std::size_t p = 0; p < sums.size(); ++p) {
      if (rows[p] == 0) continue;
      all_.Add(sums[p]);
      by_weekday_[static_cast<std::size_t>(weekday[p])].Add(sums[p]);
    }
    all_.Finish();
    for (Spread& spread : by_weekday_) spread.Finish();
  }

  [[nodiscard]] const Spread& On(std::int32_t day) const {
    const Spread& spread = by_weekday_[static_cast<std::size_t>(PlantCalendar::WeekdayOf(day))];
    return spread.count >= kMinDaysPerWeekday ? spread : all_;
  }

 private:
  Spread all_;
  std::array<Spread, 7> by_weekday_;
};

/// Walks the rows of one period of time and makes a point for each day.
class SeriesMaker {
 public:
  SeriesMaker(const FittedDesign& fitted, const DailySpread& spread, bool baseline)
      : fitted_(fitted),
        spread_(spread),
        baseline_(baseline),
        design_(baseline ? fitted.design.baseline : fitted.design.reporting),
        buckets_(baseline ? fitted.data.baseline.buckets : fitted.data.reporting.buckets),
        prediction_(baseline ? fitted.baseline_fit : fitted.counterfactual) {}

  void AppendTo(std::vector<EffectPoint>& points) {
    const auto starts = PeriodStarts(fitted_.initiative, buckets_, design_.bucket_count);
    std::size_t row = 0;
    for (std::size_t p = 0; p + 1 < starts.size(); ++p) {
      points.push_back(MakePoint(starts[p], starts[p + 1], row));
    }
  }

 private:
  EffectPoint MakePoint(std::size_t first, std::size_t end, std::size_t& row) {
    EffectPoint point;
    point.time = {buckets_.edges[first], buckets_.edges[end]};
    point.baseline = baseline_;
    RowSum sum = RowSum::Empty(design_.regressors);
    double rows = 0;
    while (row < design_.y.size() && design_.buckets[row] < static_cast<std::int64_t>(end)) {
      sum.Add(design_.regressors, row);
      point.actual += design_.y[row];
      point.counterfactual += prediction_[row];
      rows += 1;
      ++row;
    }
    point.coverage = rows / static_cast<double>(end - first);
    if (rows == 0) {
      point.actual = point.counterfactual = point.low = point.high = kMissing;
      return point;
    }
    SetBand(point, sum, buckets_.days[first]);
    if (fitted_.initiative.kpi.aggregate == Aggregate::kMean) Scale(point, 1 / rows);
    return point;
  }

  void SetBand(EffectPoint& point, const RowSum& sum, std::int32_t day) const {
    const Spread& spread = spread_.On(day);
    const double model_variance = fitted_.model.Leverage(sum) * fitted_.rmse * fitted_.rmse *
                                  std::max(1.0, fitted_.error.inflation);
    const double half_width =
        spread.t * std::sqrt(point.coverage * spread.variance() + model_variance);
    point.low = point.counterfactual - half_width;
    point.high = point.counterfactual + half_width;
  }

  static void Scale(EffectPoint& point, double factor) {
    point.actual *= factor;
    point.counterfactual *= factor;
    point.low *= factor;
    point.high *= factor;
  }

  const FittedDesign& fitted_;
  const DailySpread& spread_;
  bool baseline_;
  const DesignPeriod& design_;
  const Buckets& buckets_;
  const std::vector<double>& prediction_;
};

}  // namespace

std::vector<EffectPoint> MakeSeries(const FittedDesign& fitted) {
  const DailySpread spread(fitted);
  std::vector<EffectPoint> points;
  SeriesMaker(fitted, spread, true).AppendTo(points);
  SeriesMaker(fitted, spread, false).AppendTo(points);
  return points;
}

std::vector<MoneyPoint> MakeCumulated(const FittedDesign& fitted) {
  const DesignPeriod& reporting = fitted.design.reporting;
  const Buckets& buckets = fitted.data.reporting.buckets;
  const double sign = fitted.initiative.kpi.direction == KpiDirection::kDecrease ? 1 : -1;
  const double t = StudentTQuantile((1 + kConfidence) / 2, fitted.error.degrees_of_freedom);
  RowSum total = RowSum::Empty(reporting.regressors);
  for (std::size_t row = 0; row < reporting.y.size(); ++row) total.Add(reporting.regressors, row);
  const double variance_per_leverage = fitted.error.model_variance / fitted.model.Leverage(total);
  const double variance_per_row =
      fitted.error.reporting_variance / static_cast<double>(reporting.y.size());

  std::vector<MoneyPoint> points;
  RowSum so_far = RowSum::Empty(reporting.regressors);
  double gain = 0;
  std::size_t row = 0;
  const auto starts = PeriodStarts(fitted.initiative, buckets, reporting.bucket_count);
  for (std::size_t p = 1; p < starts.size(); ++p) {
    for (;
         row < reporting.y.size() && reporting.buckets[row] < static_cast<std::int64_t>(starts[p]);
         ++row) {
      so_far.Add(reporting.regressors, row);
      gain += sign * (fitted.counterfactual[row] - reporting.y[row]);
    }
    const double variance = variance_per_leverage * fitted.model.Leverage(so_far) +
                            variance_per_row * static_cast<double>(row);
    // A mean is worth its amount over a year, so a bucket is worth its share of that year.
    const double worth = MoneyPerUnit(fitted.initiative, UsableYears(fitted.initiative, 1));
    const double half_width = t * std::sqrt(variance) * worth;
    const double money = gain * worth;
    points.push_back({buckets.edges[starts[p]], {money - half_width, money, money + half_width}});
  }
  return points;
}

}  // namespace bedplate
