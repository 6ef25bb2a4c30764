#include "services/bucket_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;

/// What holds of every plan: its runs cover the range without gap or overlap, and there is a start
/// for each of their buckets.
void ExpectCovers(const BucketPlan& plan, TimeRange range) {
  Timestamp reached = range.start;
  std::size_t buckets = 0;
  for (const BucketPlan::Run& run : plan.runs) {
    EXPECT_EQ(run.range.start, reached);
    EXPECT_LT(run.range.start, run.range.stop);
    ASSERT_GT(run.width.count(), 0);
    const auto length = run.range.stop - run.range.start;
    buckets += static_cast<std::size_t>((length + run.width - nanoseconds(1)) / run.width);
    reached = run.range.stop;
  }
  EXPECT_EQ(reached, range.stop);
  EXPECT_EQ(plan.starts.size(), buckets);
  EXPECT_TRUE(std::is_sorted(plan.starts.begin(), plan.starts.end()));
}

PlantCalendar London() { return PlantCalendar::ForZone("Europe/London").value(); }

TEST(BucketPlanTest, EpochAlignedBucketsAreCutAtTheEndsOfTheRange) {
  const TimeRange range{At("2018-01-01T00:10:00Z"), At("2018-01-01T00:40:00Z")};
  const auto plan = BucketPlan::AlignedToEpoch(range, minutes(15)).value();
  ExpectCovers(plan, range);
  EXPECT_EQ(plan.starts, (std::vector<std::int64_t>{
                             At("2018-01-01T00:00:00Z").nanoseconds(),
                             At("2018-01-01T00:15:00Z").nanoseconds(),
                             At("2018-01-01T00:30:00Z").nanoseconds(),
                         }));
  ASSERT_EQ(plan.runs.size(), 2U);
  EXPECT_EQ(plan.runs[0].width, minutes(5));
  EXPECT_EQ(plan.runs[1].width, minutes(15));
}

TEST(BucketPlanTest, AYearOfLondonDaysHasTwoThatAreNot24HoursLong) {
  const TimeRange range{At("2018-01-01"), At("2019-01-01")};
  const auto plan = BucketPlan::LocalDays(range, 1, London()).value();
  ExpectCovers(plan, range);
  ASSERT_EQ(plan.starts.size(), 365U);
  std::vector<nanoseconds> odd;
  for (std::size_t i = 1; i < plan.starts.size(); ++i) {
    const nanoseconds length(plan.starts[i] - plan.starts[i - 1]);
    if (length != hours(24)) odd.push_back(length);
  }
  EXPECT_EQ(odd, (std::vector<nanoseconds>{hours(23), hours(25)}));
  EXPECT_EQ(plan.starts[84], At("2018-03-26T00:00:00+01:00").nanoseconds());
  EXPECT_LE(plan.runs.size(), 5U);  // winter, 23 h, summer, 25 h, winter
}

TEST(BucketPlanTest, ADayThatTheZoneLeftOutHasNoBucket) {
  const auto apia = PlantCalendar::ForZone("Pacific/Apia").value();  // had no 30 December 2011
  const TimeRange range{At("2011-12-25"), At("2012-01-03")};
  const auto plan = BucketPlan::LocalDays(range, 1, apia).value();
  ExpectCovers(plan, range);
  ASSERT_EQ(plan.starts.size(), 10U);
  for (std::size_t i = 1; i < plan.starts.size(); ++i) {
    EXPECT_EQ(nanoseconds(plan.starts[i] - plan.starts[i - 1]), hours(24)) << i;
  }
  EXPECT_EQ(plan.starts[6], At("2011-12-30T10:00:00Z").nanoseconds());
  for (const std::int64_t days : {2, 3, 5, 7, 30}) {
    ExpectCovers(BucketPlan::LocalDays(range, days, apia).value(), range);
  }
  // From the moment of the change on, whose day by the clock of before is the one left out.
  const TimeRange after{At("2011-12-30T10:00:00Z"), At("2011-12-31T10:00:00Z")};
  const auto one = BucketPlan::LocalDays(after, 1, apia).value();
  ExpectCovers(one, after);
  EXPECT_EQ(one.starts, (std::vector<std::int64_t>{after.start.nanoseconds()}));
}

TEST(BucketPlanTest, WeeksBeginOnMonday) {
  const TimeRange range{At("2018-01-03T12:00:00Z"), At("2018-01-20T00:00:00Z")};
  const std::vector<std::int64_t> mondays{At("2018-01-01T00:00:00Z").nanoseconds(),
                                          At("2018-01-08T00:00:00Z").nanoseconds(),
                                          At("2018-01-15T00:00:00Z").nanoseconds()};
  EXPECT_EQ(BucketPlan::AlignedToEpoch(range, hours(24 * 7)).value().starts, mondays);
  EXPECT_EQ(BucketPlan::LocalDays(range, 7, London()).value().starts, mondays);
  const TimeRange before{At("1970-01-01T00:00:00Z"), At("1970-01-06T00:00:00Z")};
  EXPECT_EQ(BucketPlan::AlignedToEpoch(before, hours(24 * 7)).value().starts[1],
            At("1970-01-05T00:00:00Z").nanoseconds());
}

TEST(BucketPlanTest, WeeksOfLocalDaysAreSevenOfThem) {
  const TimeRange range{At("2018-03-01"), At("2018-05-01")};
  const auto plan = BucketPlan::LocalDays(range, 7, London()).value();
  ExpectCovers(plan, range);
  const PlantCalendar london = London();
  for (const std::int64_t start : plan.starts) {
    EXPECT_EQ(london.DayOf(Timestamp(start)) % 7, 4) << "a Monday, as day 4 was";
    EXPECT_EQ(london.StartOfDay(london.DayOf(Timestamp(start))), Timestamp(start));
  }
}

TEST(BucketPlanTest, PlansCoverAnyRange) {
  std::mt19937_64 random(20180101);
  const PlantCalendar london = London();
  const std::int64_t year = nanoseconds(hours(24 * 365)).count();
  for (int round = 0; round < 300; ++round) {
    const auto start = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(50 * year));
    const auto length = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(year)) + 1;
    const TimeRange range{Timestamp(start), Timestamp(start + length)};
    const nanoseconds width = minutes(1 + static_cast<long>(random() % 100'000));
    ExpectCovers(BucketPlan::AlignedToEpoch(range, width).value(), range);
    ExpectCovers(BucketPlan::EqualParts(range, 1 + random() % 1000).value(), range);
    const auto days = static_cast<std::int64_t>(1 + random() % 40);
    ExpectCovers(BucketPlan::LocalDays(range, days, london).value(), range);
  }
}

TEST(BucketPlanTest, EqualPartsAreAsManyAsAskedForWhereTheyDivide) {
  const TimeRange range{At("2018-01-01"), At("2019-01-01")};
  EXPECT_EQ(BucketPlan::EqualParts(range, 365).value().starts.size(), 365U);
  EXPECT_EQ(BucketPlan::EqualParts({Timestamp(0), Timestamp(3)}, 10).value().starts.size(), 3U);
}

TEST(BucketPlanTest, AnEmptyRangeHasNoBuckets) {
  const TimeRange empty{At("2018-01-01"), At("2018-01-01")};
  EXPECT_TRUE(BucketPlan::AlignedToEpoch(empty, hours(1)).value().starts.empty());
  EXPECT_TRUE(BucketPlan::EqualParts(empty, 5).value().starts.empty());
  EXPECT_TRUE(BucketPlan::LocalDays(empty, 1, London()).value().starts.empty());
}

TEST(BucketPlanTest, TooManyAndTooWideBucketsAreRefused) {
  const auto many = BucketPlan::AlignedToEpoch(kAllTime, std::chrono::seconds(1));
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(BucketPlan::AlignedToEpoch(kAllTime, hours(24 * 3661)).ok());
  EXPECT_FALSE(BucketPlan::LocalDays(kAllTime, 3661, London()).ok());
  EXPECT_FALSE(BucketPlan::EqualParts(kAllTime, kMaxAggregateBuckets + 1).ok());
}

}  // namespace
}  // namespace bedplate
