#include "ingest/arrival_rhythm.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ArrivalRhythmTest, IsTheMedianOfTheGaps) {
  ArrivalRhythm rhythm;
  ArrivalRhythm::Time now = seconds(100);
  for (const int gap : {0, 2, 2, 60, 2, 2}) rhythm.Arrived(now += seconds(gap));
  EXPECT_EQ(rhythm.Usual(), seconds(2));
}

TEST(ArrivalRhythmTest, ABurstIsOneArrival) {
  ArrivalRhythm rhythm;
  for (int minute = 0; minute < 10; ++minute) {
    for (int i = 0; i < 1000; ++i) rhythm.Arrived(seconds(60 * minute) + milliseconds(i / 20));
  }
  const auto usual = rhythm.Usual();
  ASSERT_TRUE(usual);
  EXPECT_GT(*usual, seconds(59));
  EXPECT_LE(*usual, seconds(60));
}

TEST(ArrivalRhythmTest, KnowsNothingFromTooFew) {
  ArrivalRhythm rhythm;
  for (int i = 0; i < 3; ++i) rhythm.Arrived(seconds(i));
  EXPECT_FALSE(rhythm.Usual());
}

TEST(ArrivalRhythmTest, TheTimeWithoutAConnectionIsNoGap) {
  ArrivalRhythm rhythm;
  ArrivalRhythm::Time now = seconds(0);
  for (int i = 0; i < 10; ++i) {
    rhythm.Interrupt();
    rhythm.Arrived(now += seconds(1000));
    rhythm.Arrived(now += seconds(1));
  }
  EXPECT_EQ(rhythm.Usual(), seconds(1));
}

TEST(ArrivalRhythmTest, AChangeOfPaceIsLearned) {
  ArrivalRhythm rhythm;
  ArrivalRhythm::Time now = seconds(0);
  for (int i = 0; i < 1000; ++i) rhythm.Arrived(now += seconds(1));
  for (int i = 0; i < 40; ++i) rhythm.Arrived(now += seconds(30));
  EXPECT_EQ(rhythm.Usual(), seconds(30));
}

}  // namespace
}  // namespace bedplate
