#include "services/interval_estimator.h"

#include <gtest/gtest.h>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class IntervalEstimatorTest : public WorkspaceTest {
 protected:
  IntervalEstimatorTest() { Open(); }

  std::optional<nanoseconds> Interval(std::string_view path) {
    const auto view = services().tags().Find(path);
    EXPECT_TRUE(view.ok());
    return services().intervals().Of(view.value());
  }
};

TEST_F(IntervalEstimatorTest, IsTheStepOfARegularTag) {
  IngestSeries("a", kMidnight, minutes(15), 500, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("a"), minutes(15));
}

TEST_F(IntervalEstimatorTest, NeedsTwoSamples) {
  Ingest("a", {{kMidnight, 1.0, kGood}});
  EXPECT_FALSE(Interval("a"));
  Ingest("a", {{kMidnight + seconds(7), 1.0, kGood}});
  EXPECT_EQ(Interval("a"), seconds(7));
}

TEST_F(IntervalEstimatorTest, AStopDoesNotChangeWhatIsUsual) {
  IngestSeries("a", kMidnight, seconds(10), 30, [](int i) { return 1.0 * i; });
  IngestSeries("a", kMidnight + hours(9), seconds(10), 5, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("a"), seconds(10));
}

TEST_F(IntervalEstimatorTest, LooksAtTheNewestSamplesOnly) {
  // Ten sparse years make the mean step long; the newest samples come each second.
  IngestSeries("a", Timestamp(0), hours(24 * 30), 120, [](int i) { return 1.0 * i; });
  IngestSeries("a", kMidnight, seconds(1), 40, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("a"), seconds(1));
}

TEST_F(IntervalEstimatorTest, FindsEnoughSamplesBehindALongPause) {
  IngestSeries("a", Timestamp(0), minutes(1), 1000, [](int i) { return 1.0 * i; });
  IngestSeries("a", kMidnight, seconds(1), 3, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("a"), minutes(1));
}

TEST_F(IntervalEstimatorTest, LearnsAnewAfterAHundredIntervals) {
  IngestSeries("a", kMidnight, seconds(1), 50, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("a"), seconds(1));
  IngestSeries("a", kMidnight + minutes(1), minutes(1), 30, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("a"), minutes(1));
}

TEST_F(IntervalEstimatorTest, WhatIsDeclaredCounts) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      power: {type: double, interval: 5s}
)");
  IngestSeries("acme/power", kMidnight, minutes(1), 30, [](int i) { return 1.0 * i; });
  EXPECT_EQ(Interval("acme/power"), seconds(5));
}

}  // namespace
}  // namespace bedplate
