#include "services/coverage_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;

TagCoverage Measure(TimeRange range, nanoseconds interval, std::size_t cells,
                    const std::vector<std::int64_t>& times) {
  CoverageMeter meter(range, range.start, interval, cells);
  for (const std::int64_t time : times) meter.Add(time);
  TagCoverage coverage;
  meter.Finish(coverage);
  return coverage;
}

TEST(CoverageMeterTest, RegularSamplesCoverEverything) {
  const TimeRange range{Timestamp(0), Timestamp(100)};
  const auto coverage = Measure(range, nanoseconds(10), 4, {0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
  EXPECT_EQ(coverage.coverage, 1.0);
  EXPECT_EQ(coverage.expected, 10U);
  EXPECT_EQ(coverage.gap_count, 0U);
  EXPECT_EQ(coverage.cells, (std::vector<std::optional<double>>{1.0, 1.0, 1.0, 1.0}));
}

TEST(CoverageMeterTest, AGapBeginsWhereTheNextSampleWasDue) {
  const TimeRange range{Timestamp(0), Timestamp(100)};
  const auto coverage = Measure(range, nanoseconds(10), 2, {0, 10, 20, 30, 80, 90});
  ASSERT_EQ(coverage.gaps.size(), 1U);
  EXPECT_EQ(coverage.gaps[0], (TimeRange{Timestamp(40), Timestamp(80)}));
  EXPECT_EQ(coverage.coverage, 0.6);
  EXPECT_EQ(coverage.cells, (std::vector<std::optional<double>>{0.8, 0.4}));
}

TEST(CoverageMeterTest, AStepOfOneAndAHalfIntervalsIsNoGapYet) {
  const TimeRange range{Timestamp(0), Timestamp(40)};
  EXPECT_EQ(Measure(range, nanoseconds(10), 1, {0, 15, 30}).gap_count, 0U);
  EXPECT_EQ(Measure(range, nanoseconds(10), 1, {0, 16, 30}).gap_count, 1U);
}

TEST(CoverageMeterTest, KeepsTheLongestGapsAndCountsAll) {
  CoverageMeter meter({Timestamp(0), Timestamp(1000)}, Timestamp(0), nanoseconds(10), 1, 2);
  for (const std::int64_t time : {0, 100, 400, 450, 990}) meter.Add(time);
  TagCoverage coverage;
  meter.Finish(coverage);
  EXPECT_EQ(coverage.gap_count, 4U);
  EXPECT_EQ(coverage.gaps, (std::vector<TimeRange>{{Timestamp(110), Timestamp(400)},
                                                   {Timestamp(460), Timestamp(990)}}));
}

TEST(CoverageMeterTest, ManyTagsShareTheGapsOfAnAnswer) {
  EXPECT_EQ(GapsPerTag(0), kMaxGaps);
  for (const std::size_t tags : {1UL, 2000UL, 2001UL, kMaxCoverageTags}) {
    EXPECT_GE(GapsPerTag(tags), 1U) << tags;
    EXPECT_LE(GapsPerTag(tags), kMaxGaps) << tags;
    EXPECT_LE(tags * GapsPerTag(tags), kMaxAnswerGaps) << tags;
  }
}

TEST(CoverageMeterTest, NoSampleIsOneGap) {
  const TimeRange range{Timestamp(5), Timestamp(10)};
  const auto coverage = Measure(range, nanoseconds(10), 1, {});
  EXPECT_EQ(coverage.coverage, 0.0);
  ASSERT_EQ(coverage.gaps.size(), 1U);
  EXPECT_EQ(coverage.gaps[0], range);
}

TEST(CoverageMeterTest, ATagIsMeasuredFromWhereItsTimeBegins) {
  CoverageMeter meter({Timestamp(0), Timestamp(100)}, Timestamp(60), nanoseconds(10), 4);
  for (const std::int64_t time : {60, 70, 90}) meter.Add(time);
  TagCoverage coverage;
  meter.Finish(coverage);
  EXPECT_EQ(coverage.expected, 4U);
  EXPECT_EQ(coverage.coverage, 0.75);
  EXPECT_EQ(coverage.gaps, (std::vector<TimeRange>{{Timestamp(80), Timestamp(90)}}));
  EXPECT_EQ(coverage.cells, (std::vector<std::optional<double>>{{}, {}, 1.0, 0.6}));
}

TEST(CoverageMeterTest, AnEmptyRangeHasNoCoverage) {
  const auto coverage = Measure({Timestamp(5), Timestamp(5)}, nanoseconds(10), 2, {});
  EXPECT_FALSE(coverage.coverage);
  EXPECT_EQ(coverage.expected, 0U);
  EXPECT_EQ(coverage.gap_count, 0U);
}

TEST(CoverageMeterTest, CoveredTimeAndGapsAreTheRange) {
  std::mt19937_64 random(42);
  for (int round = 0; round < 500; ++round) {
    const auto length = static_cast<std::int64_t>(1 + random() % 100'000);
    const TimeRange range{Timestamp(1000), Timestamp(1000 + length)};
    std::vector<std::int64_t> times;
    for (std::uint64_t i = random() % 40; i > 0; --i) {
      times.push_back(1000 +
                      static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(length)));
    }
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    const std::size_t cells = 1 + random() % 50;
    const auto interval = nanoseconds(1 + static_cast<std::int64_t>(random() % 5000));
    const auto coverage = Measure(range, interval, cells, times);

    std::int64_t missing = 0;
    for (const TimeRange& gap : coverage.gaps) {
      EXPECT_FALSE(gap.Empty());
      missing += (gap.stop - gap.start).count();
    }
    const double covered = *coverage.coverage * static_cast<double>(length);
    EXPECT_NEAR(covered + static_cast<double>(missing), static_cast<double>(length), 1e-6);
    // The cells are the same time, cut differently.
    double by_cells = 0;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < cells; ++i) {
      const std::int64_t stop =
          length * static_cast<std::int64_t>(i + 1) / static_cast<std::int64_t>(cells);
      if (coverage.cells[i]) by_cells += *coverage.cells[i] * static_cast<double>(stop - start);
      start = stop;
    }
    EXPECT_NEAR(by_cells, covered, 1e-6) << "round " << round;
  }
}

TEST(CoverageMeterTest, KeepsTheLongestHundredGaps) {
  std::vector<std::int64_t> times{0};
  for (std::int64_t i = 1; i <= 150; ++i) times.push_back(times.back() + 10 + i);
  const TimeRange range{Timestamp(0), Timestamp(times.back() + 1)};
  const auto coverage = Measure(range, nanoseconds(1), 1, times);
  EXPECT_EQ(coverage.gap_count, 150U);
  ASSERT_EQ(coverage.gaps.size(), kMaxGaps);
  EXPECT_TRUE(std::ranges::is_sorted(coverage.gaps, {}, &TimeRange::start));
  EXPECT_EQ((coverage.gaps.front().stop - coverage.gaps.front().start).count(), 60);
}

class CoverageServiceTest : public WorkspaceTest {
 protected:
  CoverageServiceTest() { Open(); }

  CoverageAnswer MeasureAll(const OpenRange& range = {}) {
    auto answer = services().coverage().Measure({{GlobOf("**")}, range, 4, {}});
    EXPECT_TRUE(answer.ok()) << answer.error().ToString();
    return std::move(answer).value();
  }
};

TEST_F(CoverageServiceTest, CountsSamplesBadOnesAndLetters) {
  std::vector<Sample> samples;
  for (int i = 0; i < 96; ++i) {
    if (i >= 40 && i < 48) continue;  // two hours are missing
    samples.push_back({kMidnight + i * minutes(15), 1.0 * i, i % 2 == 0 ? kGood : kBad});
  }
  samples.push_back({Timestamp(-1), 1.0, kGood});  // before 1970: a dead letter
  EXPECT_EQ(Ingest("a/b", samples).letters.size(), 1U);
  const CoverageAnswer answer = MeasureAll({kMidnight, kMidnight + hours(24)});
  ASSERT_EQ(answer.tags.size(), 1U);
  const TagCoverage& tag = answer.tags[0];
  EXPECT_EQ(tag.samples, 88U);
  EXPECT_EQ(tag.bad, 44U);
  EXPECT_EQ(tag.dead_letters, 1U);
  EXPECT_EQ(tag.interval, minutes(15));
  EXPECT_EQ(tag.expected, 96U);
  EXPECT_DOUBLE_EQ(*tag.coverage, 22.0 / 24.0);
  ASSERT_EQ(tag.gaps.size(), 1U);
  EXPECT_EQ(tag.gaps[0], (TimeRange{kMidnight + hours(10), kMidnight + hours(12)}));
}

TEST_F(CoverageServiceTest, EachTagIsHeldAgainstItsOwnTime) {
  IngestSeries("a/old", kMidnight, minutes(15), 96, [](int i) { return 1.0 * i; });
  IngestSeries("a/new", kMidnight + hours(18), minutes(15), 24, [](int i) { return 1.0 * i; });
  const CoverageAnswer all = MeasureAll({kMidnight, kMidnight + hours(24)});
  ASSERT_EQ(all.tags.size(), 2U);
  for (const TagCoverage& tag : all.tags) {
    EXPECT_EQ(tag.coverage, 1.0) << tag.tag;
    EXPECT_EQ(tag.gap_count, 0U) << tag.tag;
  }
  EXPECT_EQ(all.tags[0].from, kMidnight + hours(18));
  EXPECT_EQ(all.tags[0].expected, 24U);
  EXPECT_EQ(all.tags[0].cells, (std::vector<std::optional<double>>{{}, {}, {}, 1.0}));
  EXPECT_EQ(all.tags[1].from, kMidnight);

  const CoverageAnswer before = MeasureAll({kMidnight, kMidnight + hours(12)});
  EXPECT_FALSE(before.tags[0].coverage) << "it begins behind the range";
  EXPECT_EQ(before.tags[0].gap_count, 0U);
}

TEST_F(CoverageServiceTest, OfATagWrittenOnChangeNothingIsMissing) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      mode: {type: double, interval: on-change}
)");
  IngestSeries("acme/mode", kMidnight, minutes(1), 30, [](int i) { return 1.0 * i; });
  const CoverageAnswer answer = MeasureAll({kMidnight, kMidnight + hours(24)});
  ASSERT_EQ(answer.tags.size(), 1U);
  EXPECT_TRUE(answer.tags[0].on_change);
  EXPECT_EQ(answer.tags[0].samples, 30U);
  EXPECT_FALSE(answer.tags[0].coverage);
  EXPECT_FALSE(answer.tags[0].expected);
  EXPECT_EQ(answer.tags[0].gap_count, 0U);
}

TEST_F(CoverageServiceTest, OfATagWithoutAnIntervalNothingIsClaimed) {
  Ingest("a/once", {{kMidnight, 1.0, kGood}});
  const CoverageAnswer answer = MeasureAll({kMidnight, kMidnight + hours(1)});
  ASSERT_EQ(answer.tags.size(), 1U);
  EXPECT_EQ(answer.tags[0].samples, 1U);
  EXPECT_FALSE(answer.tags[0].expected);
  EXPECT_FALSE(answer.tags[0].coverage);
  EXPECT_EQ(answer.tags[0].cells, std::vector<std::optional<double>>(4));
}

TEST_F(CoverageServiceTest, TheWholeRangeOfARegularTagIsCovered) {
  IngestSeries("a/b", kMidnight, minutes(15), 35'040, [](int i) { return 1.0 * i; });
  const CoverageAnswer answer = MeasureAll();
  EXPECT_EQ(answer.tags[0].expected, 35'040U);
  EXPECT_EQ(answer.tags[0].coverage, 1.0);
}

}  // namespace
}  // namespace bedplate
