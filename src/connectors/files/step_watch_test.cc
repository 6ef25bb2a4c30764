#include "connectors/files/step_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr Timestamp kStart = Timestamp::FromSeconds(1'514'764'800);  // 2018-01-01

std::optional<TimeJumps> Find(const std::vector<Timestamp>& times) {
  StepWatch watch;
  for (const Timestamp time : times) watch.Add(time);
  return watch.Find();
}

std::vector<Timestamp> Quarters(Timestamp start, int count) {
  std::vector<Timestamp> times;
  for (int i = 0; i < count; ++i) times.push_back(start + i * minutes(15));
  return times;
}

void Append(std::vector<Timestamp>& times, const std::vector<Timestamp>& more) {
  times.insert(times.end(), more.begin(), more.end());
}

TEST(StepWatchTest, DaysReadAsMonthsJump) {
  // 01/01, 02/01 and 03/01, read with the month first.
  std::vector<Timestamp> times = Quarters(kStart, 96);
  Append(times, Quarters(kStart + hours(24 * 31), 96));
  Append(times, Quarters(kStart + hours(24 * 59), 96));
  const auto jumps = Find(times);
  ASSERT_TRUE(jumps);
  EXPECT_EQ(jumps->steps, 287U);
  EXPECT_EQ(jumps->other, 2U);
  EXPECT_EQ(jumps->usual, minutes(15));
  EXPECT_EQ(jumps->largest, hours(24 * 30) + minutes(15));
}

TEST(StepWatchTest, ADayBackIsAJump) {
  std::vector<Timestamp> times = Quarters(kStart + hours(48), 96);
  Append(times, Quarters(kStart, 96));
  EXPECT_TRUE(Find(times));
}

TEST(StepWatchTest, GapsRepetitionsAndAnyOrderAreFine) {
  std::vector<Timestamp> times = Quarters(kStart, 96);
  EXPECT_FALSE(Find(times));
  Append(times, Quarters(kStart + hours(24 * 20), 96));
  EXPECT_FALSE(Find(times)) << "a gap of three weeks";
  Append(times, {times.back(), times.back() - hours(1)});
  EXPECT_FALSE(Find(times)) << "the hour that comes twice in autumn";
  EXPECT_FALSE(Find({times.rbegin(), times.rend()})) << "the newest first";
  EXPECT_FALSE(Find({}));
  EXPECT_FALSE(Find({kStart}));
}

TEST(StepWatchTest, WhatHasNoUsualStepHasNoJumps) {
  std::vector<Timestamp> times;
  for (int i = 0; i < 50; ++i) times.push_back(kStart + i * i * hours(24));
  EXPECT_FALSE(Find(times));
}

}  // namespace
}  // namespace bedplate
