#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "value/evaluation.h"
#include "value/gather.h"

namespace bedplate {
namespace {

using std::chrono::hours;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

PlantCalendar Seoul() { return PlantCalendar::ForZone("Asia/Seoul").value(); }

Initiative DailyInitiative() {
  const PlantCalendar calendar = Seoul();
  Initiative initiative;
  initiative.title = "Test";
  initiative.scope = "plant";
  initiative.kpi = {"plant/energy", Aggregate::kSum, KpiDirection::kDecrease, "kWh"};
  initiative.unit_value = {0.10, "EUR"};
  initiative.granularity = hours(24);
  initiative.zone = "Asia/Seoul";
  initiative.baseline = {calendar.Parse("2018-01-01").value(),
                         calendar.Parse("2019-01-01").value()};
  initiative.reporting = {calendar.Parse("2019-01-01").value(),
                          calendar.Parse("2020-01-01").value()};
  initiative.discount_rate = 0.05;
  initiative.horizon_years = 5;
  initiative.costs = {{calendar.Parse("2019-01-01").value(), 1000, "device", false}};
  initiative.drivers.resize(2);
  initiative.drivers[0].kind = DriverKind::kCalendar;
  initiative.drivers[0].calendar = CalendarFactor::kDayOfWeek;
  initiative.drivers[1].tag = "plant/tonnes";
  return initiative;
}

/// Days with energy = 100 + 20 on weekdays + 3 x tonnes + noise, less `saving` of it when
/// reporting.
struct DailyCase {
  Initiative initiative = DailyInitiative();
  InitiativeData data;
  double saved = 0;

  explicit DailyCase(unsigned seed, double saving, double noise = 5) {
    std::mt19937_64 random(seed);
    Fill(random, data.baseline, initiative.baseline, 0, noise);
    Fill(random, data.reporting, initiative.reporting, saving, noise);
  }

  [[nodiscard]] Evaluation Run() const {
    return Evaluate(initiative, data, initiative.reporting.stop);
  }

 private:
  void Fill(std::mt19937_64& random, PeriodData& period, TimeRange range, double saving,
            double noise) {
    std::normal_distribution<double> normal;
    period.buckets = PlanBuckets(range, hours(24), Seoul()).value();
    period.drivers.resize(2);
    for (const std::int32_t day : period.buckets.days) {
      const double tonnes = 50 + 10 * normal(random);
      const double weekday = PlantCalendar::WeekdayOf(day) < 5 ? 20 : 0;
      const double energy = 100 + weekday + 3 * tonnes + noise * normal(random);
      period.kpi.push_back(energy * (1 - saving));
      period.drivers[1].values.push_back(tonnes);
      saved += energy * saving;
    }
  }
};

const Finding* FindCode(const Evaluation& evaluation, std::string_view code) {
  for (const Finding& finding : evaluation.findings) {
    if (finding.code == code) return &finding;
  }
  return nullptr;
}

bool Disqualified(const Evaluation& evaluation, std::string_view code) {
  const Finding* finding = FindCode(evaluation, code);
  return finding != nullptr && finding->severity == Severity::kDisqualifies;
}

TEST(Evaluate, ProvesAKnownSaving) {
  const DailyCase known(1, 0.05);
  const Evaluation evaluation = known.Run();
  ASSERT_EQ(evaluation.verdict, Verdict::kProvenGain);
  ASSERT_TRUE(evaluation.effect && evaluation.fitness);
  EXPECT_LE(evaluation.effect->total.low, known.saved);
  EXPECT_GE(evaluation.effect->total.high, known.saved);
  EXPECT_NEAR(evaluation.effect->percent.middle, 5, 0.5);
  EXPECT_NEAR(evaluation.effect->money.middle, evaluation.effect->total.middle * 0.10, 1e-9);
  EXPECT_NEAR(evaluation.effect->annual.middle, evaluation.effect->total.middle, 1e-9);
  EXPECT_EQ(evaluation.fitness->model.parameters, 8U);
  EXPECT_NEAR(evaluation.fitness->model.rmse, 5, 0.5);
  EXPECT_EQ(evaluation.fitness->baseline_coverage, 1);
}

TEST(Evaluate, WithoutNoiseTheEffectIsExact) {
  const Evaluation evaluation = DailyCase(2, 0.05, 0).Run();
  ASSERT_TRUE(evaluation.effect);
  EXPECT_NEAR(evaluation.effect->total.middle, DailyCase(2, 0.05, 0).saved, 1e-6);
  EXPECT_NEAR(evaluation.effect->percent.middle, 5, 1e-9);
}

TEST(Evaluate, TheDirectionDecidesWhatAGainIs) {
  DailyCase more(3, -0.05);
  EXPECT_EQ(more.Run().verdict, Verdict::kProvenLoss);
  more.initiative.kpi.direction = KpiDirection::kIncrease;
  const Evaluation evaluation = more.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kProvenGain);
  EXPECT_GT(evaluation.effect->total.low, 0);
}

TEST(Evaluate, AMeanIsWorthItsAmountOverAYear) {
  DailyCase known(4, 0.05);
  const Evaluation as_sum = known.Run();
  known.initiative.kpi.aggregate = Aggregate::kMean;
  const Evaluation as_mean = known.Run();
  ASSERT_TRUE(as_sum.effect && as_mean.effect);
  EXPECT_NEAR(as_mean.effect->total.middle, as_sum.effect->total.middle / 365, 1e-9);
  EXPECT_NEAR(as_mean.effect->percent.middle, as_sum.effect->percent.middle, 1e-9);
  EXPECT_NEAR(as_mean.effect->money.middle, as_mean.effect->total.middle * 0.10, 1e-9);
  EXPECT_NEAR(as_mean.cumulated.back().money.middle, as_mean.effect->money.middle, 1e-9);
  EXPECT_NEAR(as_mean.cumulated.back().money.low, as_mean.effect->money.low, 1e-9);
}

TEST(Evaluate, NoEffectIsNotSignificant) {
  int significant = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    if (DailyCase(seed, 0).Run().verdict != Verdict::kNotSignificant) ++significant;
  }
  EXPECT_LE(significant, 16);  // 8 of 100
}

TEST(Evaluate, TheIntervalCoversTheTruth) {
  int covered = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    const DailyCase known(seed, 0.03);
    const Evaluation evaluation = known.Run();
    ASSERT_TRUE(evaluation.effect);
    const Interval& total = evaluation.effect->total;
    if (total.low <= known.saved && known.saved <= total.high) ++covered;
  }
  EXPECT_GE(covered, 174);  // 90 % of 200 less one and a half standard deviations
}

TEST(Evaluate, IsDeterministic) {
  const DailyCase known(5, 0.02);
  const Evaluation once = known.Run();
  const Evaluation twice = known.Run();
  EXPECT_EQ(once.effect->total.low, twice.effect->total.low);
  EXPECT_EQ(once.findings, twice.findings);
}

TEST(Evaluate, TheSeriesAddsUpToTheEffect) {
  DailyCase known(6, 0.04);
  known.data.reporting.kpi[10] = kMissing;
  const Evaluation evaluation = known.Run();
  ASSERT_EQ(evaluation.series.size(), 730U);
  double gain = 0;
  double actual = 0;
  for (const EffectPoint& point : evaluation.series) {
    if (point.baseline || std::isnan(point.actual)) continue;
    gain += point.counterfactual - point.actual;
    actual += point.actual;
    EXPECT_LT(point.low, point.counterfactual);
    EXPECT_GT(point.high, point.counterfactual);
  }
  EXPECT_NEAR(gain, evaluation.effect->total.middle, 1e-6);
  EXPECT_NEAR(actual, evaluation.effect->actual, 1e-6);
  EXPECT_TRUE(std::isnan(evaluation.series[375].actual));  // a gap is a gap
  EXPECT_EQ(evaluation.series[375].coverage, 0);
  ASSERT_EQ(evaluation.cumulated.size(), 365U);
  EXPECT_NEAR(evaluation.cumulated.back().money.middle, evaluation.effect->money.middle, 1e-9);
  EXPECT_NEAR(evaluation.cumulated.back().money.high, evaluation.effect->money.high, 1e-9);
  EXPECT_EQ(evaluation.cumulated.back().until, known.initiative.reporting.stop);
}

TEST(Evaluate, TheBandHoldsNineOfTenDays) {
  const Evaluation evaluation = DailyCase(7, 0).Run();
  int inside = 0;
  for (const EffectPoint& point : evaluation.series) {
    if (!point.baseline && point.actual >= point.low && point.actual <= point.high) ++inside;
  }
  EXPECT_NEAR(inside, 0.9 * 365, 20);
}

TEST(Evaluate, MissingDataDisqualifyBelowNinetyPercent) {
  DailyCase gaps(8, 0.05);
  for (std::size_t i = 0; i < 36; ++i) gaps.data.baseline.kpi[i * 10] = kMissing;
  EXPECT_EQ(gaps.Run().verdict, Verdict::kProvenGain);  // 90.1 %
  gaps.data.baseline.drivers[1].values[5] = kMissing;   // a driver counts as well
  const Evaluation evaluation = gaps.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_TRUE(Disqualified(evaluation, "coverage-baseline"));
  EXPECT_NEAR(FindCode(evaluation, "coverage-baseline")->measured, 328.0 / 365, 1e-12);
  EXPECT_TRUE(evaluation.effect);  // the figures are still shown
}

TEST(Evaluate, ARunningPeriodGivesFiguresButNoVerdict) {
  const DailyCase known(9, 0.05);
  const Timestamp as_of = known.initiative.reporting.start + hours(24 * 100 + 7);
  const Evaluation evaluation = Evaluate(known.initiative, known.data, as_of);
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_TRUE(evaluation.running);
  EXPECT_TRUE(Disqualified(evaluation, "reporting-running"));
  ASSERT_TRUE(evaluation.effect);
  EXPECT_EQ(evaluation.cumulated.size(), 100U);
  EXPECT_EQ(evaluation.reporting.stop, known.initiative.reporting.start + hours(24 * 100));
  EXPECT_EQ(evaluation.fitness->reporting_coverage, 1);
}

TEST(Evaluate, BeforeTheReportingPeriodThereIsOnlyTheExpectedCase) {
  DailyCase known(10, 0.05);
  known.initiative.expected = ExpectedEffect{2, 5, 8, true};
  const Evaluation evaluation =
      Evaluate(known.initiative, known.data, known.initiative.reporting.start);
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_FALSE(evaluation.effect);
  EXPECT_TRUE(Disqualified(evaluation, "too-few-rows"));
  EXPECT_THAT(evaluation.findings.front().message,
              testing::StartsWith("The reporting period begins 2019-01-01"));
  EXPECT_EQ(FindCode(evaluation, "coverage-reporting"), nullptr);  // of no bucket
  ASSERT_TRUE(evaluation.expected);
  const double baseline =
      std::reduce(known.data.baseline.kpi.begin(), known.data.baseline.kpi.end());
  EXPECT_NEAR(evaluation.expected->likely.yearly_benefit, baseline * 0.05 * 0.10, 1e-6);
}

TEST(Evaluate, NothingAtAllIsNoCrash) {
  DailyCase empty(11, 0);
  for (PeriodData* period : {&empty.data.baseline, &empty.data.reporting}) {
    std::fill(period->kpi.begin(), period->kpi.end(), kMissing);
  }
  const Evaluation evaluation = empty.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_FALSE(evaluation.effect);
  EXPECT_TRUE(Disqualified(evaluation, "too-few-rows"));
}

TEST(Evaluate, RefusesToExtrapolateFar) {
  DailyCase far(12, 0.05);
  for (std::size_t i = 0; i < 60; ++i) far.data.reporting.drivers[1].values[i] = 500;
  const Evaluation evaluation = far.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_TRUE(Disqualified(evaluation, "extrapolation"));
}

TEST(Evaluate, LeavesOutCategoriesTheBaselineNeverHad) {
  DailyCase known(13, 0.05);
  known.initiative.drivers.resize(3);
  known.initiative.drivers[2].kind = DriverKind::kCategory;
  known.initiative.drivers[2].tag = "plant/mode";
  known.data.baseline.drivers.resize(3);
  known.data.reporting.drivers.resize(3);
  known.data.baseline.drivers[2].levels = {"normal"};
  known.data.baseline.drivers[2].shares = {std::vector<double>(365, 1)};
  known.data.reporting.drivers[2].levels = {"night shift", "normal"};
  known.data.reporting.drivers[2].shares = {std::vector<double>(365, 0),
                                            std::vector<double>(365, 1)};
  for (std::size_t i = 0; i < 30; ++i) {
    known.data.reporting.drivers[2].shares[0][i] = 0.5;
    known.data.reporting.drivers[2].shares[1][i] = 0.5;
  }
  const Evaluation evaluation = known.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kProvenGain);
  const Finding* finding = FindCode(evaluation, "unseen-category");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->message, testing::HasSubstr("night shift"));
  EXPECT_NEAR(finding->measured, 30.0 / 365, 1e-12);
  EXPECT_NEAR(evaluation.fitness->reporting_coverage, 335.0 / 365, 1e-12);
}

TEST(Evaluate, NamesADriverThatOthersExplain) {
  DailyCase twice(14, 0.05);
  twice.initiative.drivers.push_back(twice.initiative.drivers[1]);
  twice.initiative.drivers[2].tag = "plant/tonnes_again";
  for (PeriodData* period : {&twice.data.baseline, &twice.data.reporting}) {
    period->drivers.push_back(period->drivers[1]);
  }
  const Evaluation evaluation = twice.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kProvenGain);
  EXPECT_NE(FindCode(evaluation, "aliased-driver"), nullptr);
  EXPECT_EQ(evaluation.fitness->dropped.size(), 1U);
  EXPECT_EQ(evaluation.fitness->model.parameters, 8U);
}

TEST(Evaluate, SeveralCalendarFactorsAreLevelsAndColumns) {
  DailyCase known(15, 0.05);
  Driver hour_of_day;
  hour_of_day.kind = DriverKind::kCalendar;
  hour_of_day.calendar = CalendarFactor::kHourOfDay;  // constant at a granularity of a day
  known.initiative.drivers.push_back(hour_of_day);
  for (PeriodData* period : {&known.data.baseline, &known.data.reporting}) {
    period->drivers.emplace_back();
  }
  const Evaluation evaluation = known.Run();
  EXPECT_EQ(evaluation.fitness->model.parameters, 8U);
  EXPECT_EQ(evaluation.verdict, Verdict::kProvenGain);
}

TEST(Evaluate, AGapInTheReportingPeriodIsNoNoise) {
  const auto standard_error = [](double saved_per_day) {
    DailyCase gap(17, 0);
    for (double& energy : gap.data.reporting.kpi) energy -= saved_per_day;
    std::fill_n(gap.data.reporting.kpi.begin() + 150, 17, kMissing);
    return gap.Run().effect->standard_error;
  };
  const double small = standard_error(10);
  EXPECT_NEAR(standard_error(30) / small, 1, 0.01);
  EXPECT_NEAR(standard_error(100) / small, 1, 0.01);
}

TEST(Evaluate, ADayOfFewBucketsIsNoNoise) {
  // The last weeks lack half of their hours, so a day's sum holds half of the effect.
  const auto standard_error = [](double saved_per_hour) {
    DailyCase hourly(18, 0);
    std::mt19937_64 random(18);
    std::normal_distribution<double> normal;
    hourly.initiative.granularity = hours(1);
    hourly.initiative.drivers.resize(1);
    for (PeriodData* period : {&hourly.data.baseline, &hourly.data.reporting}) {
      const bool reporting = period == &hourly.data.reporting;
      const TimeRange range{period->buckets.edges.front(), period->buckets.edges.back()};
      period->buckets = PlanBuckets(range, hours(1), Seoul()).value();
      period->drivers.resize(1);
      period->kpi.clear();
      for (std::size_t i = 0; i < period->buckets.size(); ++i) {
        const bool missing = reporting && i / 24 >= 330 && i % 24 >= 12;
        const double energy = 100 + normal(random) - (reporting ? saved_per_hour : 0);
        period->kpi.push_back(missing ? kMissing : energy);
      }
    }
    return hourly.Run().effect->standard_error;
  };
  EXPECT_NEAR(standard_error(20) / standard_error(1), 1, 0.01);
}

TEST(Evaluate, AMissingDayIsNoNeighbour) {
  // Every third day is missing; taken as zeros they would thin the correlation out.
  DailyCase sparse(19, 0);
  double drift = 0;
  std::mt19937_64 random(19);
  std::normal_distribution<double> normal;
  std::vector<double>& energy = sparse.data.baseline.kpi;
  for (std::size_t i = 0; i < energy.size(); ++i) {
    drift = 0.95 * drift + 10 * normal(random);
    energy[i] = i % 3 == 0 ? kMissing : energy[i] + drift;
  }
  DailyCase whole(19, 0);
  drift = 0;
  random.seed(19);
  for (double& figure : whole.data.baseline.kpi)
    figure += drift = 0.95 * drift + 10 * normal(random);
  EXPECT_NEAR(sparse.Run().fitness->daily_autocorrelation,
              whole.Run().fitness->daily_autocorrelation, 0.05);
}

TEST(Evaluate, AMissingDriverShowsAsAutocorrelation) {
  DailyCase drifting(16, 0.05);
  double drift = 0;
  std::mt19937_64 random(16);
  std::normal_distribution<double> normal;
  for (double& energy : drifting.data.baseline.kpi) {
    drift = 0.98 * drift + 10 * normal(random);
    energy += drift;
  }
  const Evaluation evaluation = drifting.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_TRUE(Disqualified(evaluation, "autocorrelation"));
}

// Degenerate data: whatever they are, nothing is proven by them.

TEST(EvaluateDegenerate, AStuckMeterHasNoVerdict) {
  for (const double value : {0.0, 1.0, -3.5, 1e-300, 1e15}) {
    DailyCase stuck(20, 0);
    for (PeriodData* period : {&stuck.data.baseline, &stuck.data.reporting}) {
      std::fill(period->kpi.begin(), period->kpi.end(), value);
    }
    const Evaluation evaluation = stuck.Run();
    EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict) << value;
    EXPECT_TRUE(Disqualified(evaluation, "no-variation")) << value;
    ASSERT_TRUE(evaluation.effect) << value;
    EXPECT_EQ(evaluation.effect->total.middle, 0) << value;
    EXPECT_EQ(evaluation.effect->total.low, 0) << value;
    EXPECT_EQ(evaluation.effect->total.high, 0) << value;
  }
}

/// A meter that died with the change would prove whatever it happened to show.
TEST(EvaluateDegenerate, AMeterThatIsStuckSinceTheChangeHasNoVerdict) {
  for (const double value : {0.0, 300.0}) {
    DailyCase stuck(20, 0);
    std::fill(stuck.data.reporting.kpi.begin(), stuck.data.reporting.kpi.end(), value);
    const Evaluation evaluation = stuck.Run();
    EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict) << value;
    EXPECT_TRUE(Disqualified(evaluation, "no-variation")) << value;
  }
}

TEST(EvaluateDegenerate, AKpiThatIsComputedFromADriverHasNoVerdict) {
  for (unsigned seed = 21; seed < 31; ++seed) {
    DailyCase computed(seed, 0);
    for (PeriodData* period : {&computed.data.baseline, &computed.data.reporting}) {
      std::ranges::transform(period->drivers[1].values, period->kpi.begin(),
                             [](double tonnes) { return 0.1 + 3.3 * tonnes; });
    }
    const Evaluation evaluation = computed.Run();
    EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict) << seed;
    EXPECT_TRUE(Disqualified(evaluation, "no-variation")) << seed;
    EXPECT_EQ(evaluation.effect->total.middle, 0) << seed;  // no rounding noise
  }
}

TEST(EvaluateDegenerate, HugeFiguresGiveNoInfiniteMoney) {
  DailyCase huge(31, 0.05);
  for (PeriodData* period : {&huge.data.baseline, &huge.data.reporting}) {
    for (double& energy : period->kpi) energy *= 1e305;
  }
  const Evaluation evaluation = huge.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  EXPECT_FALSE(evaluation.effect);
  EXPECT_TRUE(Disqualified(evaluation, "out-of-range"));
}

TEST(EvaluateDrivers, ThousandTextsOfOneMixAreNoEffect) {
  std::mt19937_64 random(32);
  DailyCase parts(32, 0);
  parts.initiative.drivers.resize(1);
  parts.initiative.drivers[0] = Driver{DriverKind::kCategory, "plant/part"};
  std::vector<std::string> known;
  for (PeriodData* period : {&parts.data.baseline, &parts.data.reporting}) {
    std::vector<std::int64_t> times;
    std::vector<std::string> texts;
    for (std::size_t day = 0; day < period->buckets.size(); ++day) {
      for (int sample = 0; sample < 40; ++sample) {
        times.push_back((period->buckets.edges[day] + hours(0)).nanoseconds() + sample);
        texts.push_back("part " + std::to_string(random() % 1000));
      }
    }
    period->drivers.assign(1, GatherCategory(period->buckets, known, {times, texts}));
    known = period->drivers[0].levels;
  }
  const Evaluation evaluation = parts.Run();
  EXPECT_EQ(FindCode(evaluation, "unseen-category"), nullptr);
  EXPECT_EQ(evaluation.fitness->reporting_coverage, 1);
  ASSERT_TRUE(evaluation.effect);
  EXPECT_LE(evaluation.effect->total.low, 0);
  EXPECT_GE(evaluation.effect->total.high, 0);
}

TEST(EvaluateDrivers, TheirOrderChangesNothing) {
  // Days of a new mode are the days on which the tonnes lie far beyond the baseline.
  DailyCase known(33, 0.05);
  for (PeriodData* period : {&known.data.baseline, &known.data.reporting}) {
    const bool reporting = period == &known.data.reporting;
    period->drivers.resize(3);
    period->drivers[2].levels = {"new", "normal"};
    period->drivers[2].shares.assign(2, std::vector<double>(365, 0));
    for (std::size_t day = 0; day < 365; ++day) {
      const bool new_mode = reporting && day < 34;
      period->drivers[2].shares[new_mode ? 0 : 1][day] = 1;
      if (reporting && day < 60) period->drivers[1].values[day] = 500;
    }
  }
  known.initiative.drivers.push_back(Driver{DriverKind::kCategory, "plant/mode"});
  const Evaluation forward = known.Run();
  std::reverse(known.initiative.drivers.begin(), known.initiative.drivers.end());
  std::reverse(known.data.baseline.drivers.begin(), known.data.baseline.drivers.end());
  std::reverse(known.data.reporting.drivers.begin(), known.data.reporting.drivers.end());
  const Evaluation backward = known.Run();
  ASSERT_TRUE(forward.effect && backward.effect);
  EXPECT_EQ(forward.verdict, backward.verdict);
  EXPECT_NEAR(forward.effect->total.low, backward.effect->total.low, 1e-6);
  EXPECT_NEAR(FindCode(forward, "extrapolation")->measured, 26.0 / 331, 1e-12);
  EXPECT_EQ(*FindCode(forward, "extrapolation"), *FindCode(backward, "extrapolation"));
}

// A baseline has to have the season of the reporting period, or a driver that stands for it.

/// The first `days` of the year against the following summer.
DailyCase WinterAgainstSummer(unsigned seed, std::size_t days) {
  DailyCase winter(seed, 0.05);
  winter.data.baseline.buckets.edges.resize(days + 1);
  winter.data.baseline.buckets.days.resize(days);
  winter.data.baseline.kpi.resize(days);
  winter.data.baseline.drivers[1].values.resize(days);
  return winter;
}

TEST(EvaluateSeason, AWinterSaysNothingAboutAYear) {
  DailyCase winter = WinterAgainstSummer(34, 83);
  winter.initiative.drivers.resize(1);
  winter.data.baseline.drivers.resize(1);
  winter.data.reporting.drivers.resize(1);
  const Evaluation evaluation = winter.Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kNoVerdict);
  ASSERT_TRUE(Disqualified(evaluation, "baseline-season"));
  EXPECT_THAT(FindCode(evaluation, "baseline-season")->message,
              testing::HasSubstr("The baseline has no April to December"));
}

TEST(EvaluateSeason, ADriverThatExplainsTheKpiStandsForItAndTheVerdictSaysSo) {
  const Evaluation evaluation = WinterAgainstSummer(35, 83).Run();
  EXPECT_EQ(evaluation.verdict, Verdict::kProvenGain);
  EXPECT_EQ(FindCode(evaluation, "baseline-season")->severity, Severity::kWarning);
  EXPECT_THAT(evaluation.caveat, testing::HasSubstr("the baseline has no April to December"));
  EXPECT_EQ(DailyCase(35, 0.05).Run().caveat, "");
}

TEST(EvaluatePlacebo, WhatDriftsInTheBaselineWidensTheInterval) {
  const auto drift = [](double step) {
    DailyCase drifting(36, 0.05);
    std::vector<double>& energy = drifting.data.baseline.kpi;
    for (std::size_t day = 182; day < energy.size(); ++day) energy[day] += step;
    return drifting.Run();
  };
  const Evaluation steady = drift(0);
  const Evaluation stepped = drift(40);
  EXPECT_LT(steady.fitness->placebo_ratio, 2);
  EXPECT_GT(stepped.fitness->placebo_ratio, 2);
  EXPECT_EQ(FindCode(stepped, "baseline-placebo")->severity, Severity::kWarning);
  EXPECT_GT(stepped.effect->standard_error, 2 * steady.effect->standard_error);
  EXPECT_EQ(steady.verdict, Verdict::kProvenGain);
  EXPECT_NE(stepped.verdict, Verdict::kProvenGain);
}

}  // namespace
}  // namespace bedplate
