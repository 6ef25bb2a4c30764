#include "services/own_metrics.h"

#include <gmock/gmock.h>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

constexpr char kAppended[] = "bedplate/node-1/historian/appended_samples";

class OwnMetricsTest : public WorkspaceTest {
 protected:
  OwnMetricsTest() { Open(); }

  std::vector<SeriesInfo> Own() { return workspace().historian().List(GlobOf("bedplate/**")); }
};

TEST(OwnMetricTest, OnlyWhatIsBelowTheRootIsOwn) {
  EXPECT_TRUE(IsOwnMetric(kAppended));
  EXPECT_FALSE(IsOwnMetric("bedplate"));
  EXPECT_FALSE(IsOwnMetric("bedplates/a"));
  EXPECT_FALSE(IsOwnMetric("mill/bedplate/a"));
}

TEST(OwnMetricTest, ANodeIsOneSegment) {
  const std::string node = NodeName();
  EXPECT_FALSE(node.empty());
  EXPECT_EQ(node.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
}

/// However long a round took, the next one is in the next minute.
TEST(OwnMetricTest, RoundsBeginWithTheMinute) {
  constexpr std::chrono::nanoseconds kMinute = std::chrono::minutes(1);
  const Timestamp minute = Timestamp::FromSeconds(1'514'764'800);
  for (const std::int64_t after :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{41'234'567'890}, kMinute.count() - 1}) {
    const Timestamp now = minute + std::chrono::nanoseconds(after);
    EXPECT_EQ(now + UntilNextMinute(now), minute + kMinute) << after;
  }
}

/// Each minute has one sample of each figure, with its unit, and what the figure says is true.
TEST_F(OwnMetricsTest, AreTagsWithUnits) {
  OwnMetrics metrics(workspace(), clock_, "node-1");
  Ingest("mill/a", {{kMidnight, 1.5, kGood}, {At("2018-01-01T01:00:00Z"), 2.5, kGood}});
  clock_.Advance(std::chrono::seconds(59));
  EXPECT_TRUE(*metrics.WriteOnce());
  const auto series = workspace().historian().Find(kAppended);
  ASSERT_TRUE(series);
  const auto last = *workspace().historian().Last(series->id);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->time, kMidnight + std::chrono::hours(24));
  EXPECT_EQ(std::get<double>(last->value), 2.0);
  for (const SeriesInfo& own : Own()) {
    EXPECT_EQ(own.samples, 1U) << own.path;
    EXPECT_FALSE(services().tags().Find(own.path)->tag.unit.empty()) << own.path;
  }
  EXPECT_EQ(*workspace().catalog().dead_letters().Total(), 0U);
  // Who wakes too early finds that this minute has one.
  EXPECT_FALSE(*metrics.WriteOnce());
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(*metrics.WriteOnce());
  const auto after = workspace().historian().Find(kAppended);
  EXPECT_EQ(after->samples, 2U);
  EXPECT_EQ(after->conflicts, 0U);
}

/// What is counted of the plant is the plant's.
TEST_F(OwnMetricsTest, AreNotCountedAsThePlants) {
  Ingest("mill/a", {{kMidnight, 1.5, kGood}});
  const auto before = services().info().Read();
  const auto covered = [&](const std::string& glob) {
    CoverageQuery query;
    query.tags = {GlobOf(glob)};
    return services().coverage().Measure(query)->tags.size();
  };
  EXPECT_EQ(covered("**"), 1U);
  OwnMetrics metrics(workspace(), clock_, "node-1");
  ASSERT_TRUE(*metrics.WriteOnce());
  const auto after = services().info().Read();
  EXPECT_EQ(after->tags, before->tags);
  EXPECT_EQ(after->samples, before->samples);
  EXPECT_EQ(after->last, before->last);
  EXPECT_EQ(covered("**"), 1U);
  EXPECT_EQ(covered("bedplate/**"), Own().size());
}

/// A disk that has less than the reserve gets no figures, and that is no failure.
TEST_F(OwnMetricsTest, AreLeftOutOnAFullDisk) {
  options_.historian.reserve_bytes = 1ULL << 60U;
  Reopen();
  OwnMetrics metrics(workspace(), clock_, "node-1");
  const auto written = metrics.WriteOnce();
  ASSERT_TRUE(written.ok()) << written.error().ToString();
  EXPECT_FALSE(*written);
  EXPECT_TRUE(Own().empty());
}

}  // namespace
}  // namespace bedplate
