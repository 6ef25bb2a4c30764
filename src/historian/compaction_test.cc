#include "historian/compaction.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/format.h"
#include "historian/head_flush.h"
#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SegmentInfo Segment(std::uint64_t id, std::int64_t first_day, std::int64_t last_day,
                    std::uint64_t samples = 1'000'000) {
  return {.id = id,
          .generation = id,
          .samples = samples,
          .first_time = first_day * kNanosecondsPerDay,
          .last_time = (last_day + 1) * kNanosecondsPerDay - 1};
}

TEST(GroupDaysTest, SparseDaysOfAMonthShareASegmentAndDenseDaysDoNot) {
  const std::uint64_t dense = kSharedSegmentSamples + 1;
  // 1970: days 0 to 30 are January.
  EXPECT_THAT(GroupDays({{0, 10}, {1, 10}, {30, 10}, {31, 10}, {32, dense}, {33, 5}}),
              ElementsAre(DaySpan{0, 30}, DaySpan{31, 31}, DaySpan{32, 32}, DaySpan{33, 33}));
}

TEST(PickCompactionTest, NothingIsDueUpToTheLimits) {
  std::vector<SegmentInfo> segments;
  for (std::uint64_t id = 1; id <= kMaxSegmentsPerDay; ++id) segments.push_back(Segment(id, 3, 3));
  EXPECT_THAT(PickCompaction(segments), IsEmpty());
  segments.push_back(Segment(100, 4, 4));
  EXPECT_THAT(PickCompaction(segments), IsEmpty());
}

TEST(PickCompactionTest, PicksThoseThatShareADay) {
  std::vector<SegmentInfo> segments = {Segment(1, 2, 2)};
  std::vector<std::uint64_t> expected;
  for (std::uint64_t id = 2; id <= kMaxSegmentsPerDay + 2; ++id) {
    segments.push_back(Segment(id, 3, 3));
    expected.push_back(id);
  }
  EXPECT_EQ(PickCompaction(segments), expected);
}

TEST(PickCompactionTest, PicksManySmallOnesOfAMonth) {
  std::vector<SegmentInfo> segments;
  for (std::uint64_t id = 1; id <= kMaxSmallSegmentsPerMonth + 1; ++id) {
    segments.push_back(
        Segment(id, static_cast<std::int64_t>(id), static_cast<std::int64_t>(id), 100));
  }
  EXPECT_EQ(PickCompaction(segments).size(), kMaxSmallSegmentsPerMonth + 1);
}

/// A segment between the members in generation, which shares their times, must come along: else
/// its values would lose against older ones.
TEST(PickCompactionTest, TakesAlongWhatLiesBetween) {
  std::vector<SegmentInfo> segments;
  for (std::uint64_t id = 1; id <= kMaxSegmentsPerDay + 1; ++id) {
    segments.push_back(Segment(id * 10, 3, 3));
  }
  segments.push_back(Segment(15, 0, 10));
  segments.back().level = 1;
  EXPECT_THAT(PickCompaction(segments), testing::Contains(15U));
}

/// Merging never changes what is read, however segments overlap.
TEST(CompactionTest, KeepsEverySampleAndTheOrderOfValues) {
  std::mt19937_64 random(3);
  TestStore store;
  const TagId tag = store.Tag("a");
  std::map<std::int64_t, double> model;
  double value = 0;
  for (int flush = 0; flush < 120; ++flush) {
    std::vector<std::int64_t> times;
    std::vector<double> values;
    const auto start = static_cast<std::int64_t>(random() % 100);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(random() % 60) + 1; ++i) {
      times.push_back((start + i) * 3'600 * kNanosecondsPerSecond);
      values.push_back(value++);
      model[times.back()] = values.back();
    }
    store.Append(tag, times, values);
    ASSERT_TRUE(store.historian().Flush().ok());
    EXPECT_LE(store.historian().Stats().segments, 40U);
  }
  const SampleColumns read = store.Read(tag);
  ASSERT_EQ(read.size(), model.size());
  std::size_t i = 0;
  for (const auto& [time, expected] : model) {
    EXPECT_EQ(read.times[i], time);
    EXPECT_EQ(read.doubles[i], expected);
    ++i;
  }
  EXPECT_EQ(store.historian().Find(tag)->samples, model.size());
  EXPECT_THAT(store.Problems(), IsEmpty());
  // No file of a merged segment stays behind.
  std::uint64_t files = 0;
  for (const std::string& path : store.files().Paths()) files += path.ends_with(".seg") ? 1 : 0;
  EXPECT_EQ(files, store.historian().Stats().segments);
}

}  // namespace
}  // namespace bedplate::historian
