#include "value/gather.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kQuarter = 15LL * 60 * 1'000'000'000;

Buckets HourBuckets(int count) {
  auto calendar = PlantCalendar::ForZone("Etc/UTC");
  const TimeRange range{Timestamp(0), Timestamp(0) + hours(count)};
  return PlanBuckets(range, hours(1), calendar.value()).value();
}

/// Quarters of an hour from time 0, one sample each unless `counts` says otherwise.
struct Quarters {
  std::vector<std::int64_t> starts;
  std::vector<std::uint64_t> counts;
  std::vector<double> figures;

  explicit Quarters(std::vector<double> values) : figures(std::move(values)) {
    for (std::size_t i = 0; i < figures.size(); ++i) {
      starts.push_back(static_cast<std::int64_t>(i) * kQuarter);
      counts.push_back(std::isnan(figures[i]) ? 0 : 1);
    }
  }
  [[nodiscard]] FetchedSteps steps() const { return {starts, counts, figures, {}}; }
};

TEST(GatherNumeric, SumsAndMeansWholeBuckets) {
  const Quarters quarters({1, 2, 3, 4, 10, 20, 30, 40});
  EXPECT_EQ(GatherNumeric(HourBuckets(2), Aggregate::kSum, quarters.steps()),
            (std::vector<double>{10, 100}));
  EXPECT_EQ(GatherNumeric(HourBuckets(2), Aggregate::kMean, quarters.steps()),
            (std::vector<double>{2.5, 25}));
}

TEST(GatherNumeric, ABucketThatLacksSamplesIsMissing) {
  std::vector<double> values(40, 1);
  values[5] = std::nan("");
  const std::vector<double> sums =
      GatherNumeric(HourBuckets(11), Aggregate::kSum, Quarters(values).steps());
  EXPECT_EQ(sums[0], 4);
  EXPECT_TRUE(std::isnan(sums[1]));   // three of four
  EXPECT_TRUE(std::isnan(sums[10]));  // none
}

TEST(GatherNumeric, ASumThatLacksLittleIsScaledUp) {
  Quarters quarters(std::vector<double>(40, 100));
  for (auto& count : quarters.counts) count = 25;  // a hundred samples of one an hour
  quarters.counts[4] = 20;
  quarters.figures[4] = 80;
  const std::vector<double> sums =
      GatherNumeric(HourBuckets(10), Aggregate::kSum, quarters.steps());
  EXPECT_DOUBLE_EQ(sums[1], 400);
}

TEST(GatherNumeric, ReadingsOnChangeNeedNoFixedNumber) {
  Quarters quarters({5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5});
  quarters.counts = {1, 0, 0, 0, 3, 1, 0, 0, 1, 1, 0, 0};
  const std::vector<double> sums = GatherNumeric(HourBuckets(3), Aggregate::kSum, quarters.steps());
  EXPECT_EQ(sums, (std::vector<double>{5, 10, 10}));
}

TEST(GatherNumeric, AnIntegralGoesByKnownTime) {
  // A sample an hour: the steps without one hold its value all the same.
  Quarters quarters(std::vector<double>(16, 100.0 * 900));
  for (std::size_t i = 0; i < 16; ++i) quarters.counts[i] = i % 4 == 0 ? 1 : 0;
  std::vector<double> known(16, 900);
  known[7] = 600;  // 55 of 60 minutes are known
  quarters.figures[7] = 100.0 * 600;
  known[10] = known[11] = 0;
  quarters.figures[10] = quarters.figures[11] = std::nan("");
  FetchedSteps steps = quarters.steps();
  steps.known_seconds = known;
  const std::vector<double> integrals = GatherNumeric(HourBuckets(4), Aggregate::kIntegral, steps);
  EXPECT_DOUBLE_EQ(integrals[0], 100.0 * 3600);
  EXPECT_DOUBLE_EQ(integrals[1], 100.0 * 3600);
  EXPECT_TRUE(std::isnan(integrals[2]));
  EXPECT_DOUBLE_EQ(integrals[3], 100.0 * 3600);
}

TEST(GatherNumeric, AnIntegralIsNotScaledForSamplesThatTheHoldReplaced) {
  Quarters quarters(std::vector<double>(80, 100.0 * 900));
  for (auto& count : quarters.counts) count = 5;
  quarters.counts[5] = 4;
  const std::vector<double> known(80, 900);
  FetchedSteps steps = quarters.steps();
  steps.known_seconds = known;
  EXPECT_DOUBLE_EQ(GatherNumeric(HourBuckets(20), Aggregate::kIntegral, steps)[1], 100.0 * 3600);
}

TEST(HoldOf, IsFourIntervalsWithinLimits) {
  Quarters quarters(std::vector<double>(4000, 1));
  EXPECT_EQ(HoldOf(quarters.steps(), minutes(15), std::nullopt), hours(1));
  EXPECT_EQ(HoldOf(quarters.steps(), minutes(15), 7200.0), hours(8));
  EXPECT_EQ(HoldOf(quarters.steps(), minutes(15), 1.0), minutes(15));
  for (auto& count : quarters.counts) count = 0;
  EXPECT_EQ(HoldOf(quarters.steps(), minutes(15), std::nullopt), minutes(15));
  quarters.counts.front() = quarters.counts.back() = 1;  // 41 days apart
  EXPECT_EQ(HoldOf(quarters.steps(), minutes(15), std::nullopt), hours(24));
}

TEST(GatherNumeric, IgnoresStepsOutsideTheBuckets) {
  Quarters quarters({7, 1, 1, 1, 1, 9, 9});
  for (auto& start : quarters.starts) start -= kQuarter;  // the first lies before time 0
  EXPECT_EQ(GatherNumeric(HourBuckets(1), Aggregate::kSum, quarters.steps()),
            (std::vector<double>{4}));
}

TEST(GatherCategory, GivesSharesThatSumToOne) {
  const std::vector<std::int64_t> times = {0, kQuarter, 2 * kQuarter, 3 * kQuarter, 4 * kQuarter};
  const std::vector<std::string> texts = {"Light", "Light", "Medium", "Light", "Medium"};
  const DriverData data = GatherCategory(HourBuckets(3), {}, {times, texts});
  ASSERT_EQ(data.levels, (std::vector<std::string>{"Light", "Medium"}));
  EXPECT_DOUBLE_EQ(data.shares[0][0], 0.75);
  EXPECT_DOUBLE_EQ(data.shares[1][0], 0.25);
  EXPECT_DOUBLE_EQ(data.shares[0][1], 0);
  EXPECT_DOUBLE_EQ(data.shares[1][1], 1);
  EXPECT_TRUE(std::isnan(data.shares[0][2]));
  EXPECT_DOUBLE_EQ(GatherShare(HourBuckets(3), "Light", {times, texts}).values[0], 0.75);
}

TEST(GatherCategory, BoundsTheNumberOfLevels) {
  std::vector<std::int64_t> times;
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    times.push_back(i);
    texts.push_back("batch " + std::to_string(i % 300));
  }
  const DriverData data = GatherCategory(HourBuckets(1), {}, {times, texts});
  EXPECT_EQ(data.levels.size(), 101U);
  double sum = 0;
  for (const auto& shares : data.shares) sum += shares[0];
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(GatherCategory, WhatIsRareInTheBaselineIsRareInBoth) {
  // 150 texts; those that are frequent in one period are rare in the other.
  std::vector<std::int64_t> times;
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (int text = 0; text < 150; ++text) {
    for (int i = 0; i < 150; ++i) {
      if (i > text) continue;
      times.push_back(static_cast<std::int64_t>(times.size()));
      before.push_back("part " + std::to_string(text));
      after.push_back("part " + std::to_string(149 - text));
    }
  }
  const DriverData baseline = GatherCategory(HourBuckets(1), {}, {times, before});
  const DriverData reporting = GatherCategory(HourBuckets(1), baseline.levels, {times, after});
  EXPECT_EQ(reporting.levels, baseline.levels);
  EXPECT_EQ(reporting.levels.size(), 101U);
  double sum = 0;
  for (const auto& shares : reporting.shares) sum += shares[0];
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(GatherCategory, WhatIsNewHasALevelOfItsOwn) {
  const std::vector<std::int64_t> times = {0, 1, 2, 3};
  const std::vector<std::string> texts = {"old", "new", "old", "newer"};
  const DriverData data = GatherCategory(HourBuckets(1), {"gone", "old"}, {times, texts});
  EXPECT_EQ(data.levels, (std::vector<std::string>{"gone", "new", "newer", "old"}));
  EXPECT_EQ(data.shares[0][0], 0);
  EXPECT_EQ(data.shares[3][0], 0.5);
}

TEST(FetchStep, DividesEveryBucket) {
  EXPECT_EQ(FetchStep(minutes(30)), minutes(30));
  EXPECT_EQ(FetchStep(hours(24)), minutes(15));
  EXPECT_EQ(FetchStep(hours(24 * 7)), minutes(15));
}

}  // namespace
}  // namespace bedplate
