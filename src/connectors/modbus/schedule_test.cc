#include "connectors/modbus/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "connectors/modbus/unit_watch.h"

namespace bedplate::modbus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = Schedule::Time;

TEST(ModbusScheduleTest, ReadsInTimeKeepTheirRhythm) {
  Schedule schedule;
  schedule.Add(milliseconds(300), seconds(1));
  schedule.Add(milliseconds(100), milliseconds(500));
  std::vector<std::pair<std::int64_t, std::size_t>> seen;
  for (int i = 0; i < 6; ++i) {
    const auto next = schedule.Next();
    EXPECT_EQ(schedule.Begin(next.task, next.at + milliseconds(20)), 0U);
    seen.emplace_back(next.at / milliseconds(1), next.task);
  }
  const std::vector<std::pair<std::int64_t, std::size_t>> expected{{100, 1},  {300, 0},  {600, 1},
                                                                   {1100, 1}, {1300, 0}, {1600, 1}};
  EXPECT_EQ(seen, expected);
}

TEST(ModbusScheduleTest, WhatIsMissedIsCountedAndNeverQueued) {
  Schedule schedule;
  schedule.Add(Time(0), seconds(1));
  EXPECT_EQ(schedule.Begin(0, milliseconds(999)), 0U);
  EXPECT_EQ(schedule.Next().at, seconds(1));
  EXPECT_EQ(schedule.Begin(0, milliseconds(4'500)), 3U) << "of 2, 3 and 4 s";
  EXPECT_EQ(schedule.Next().at, seconds(5)) << "and not 5.5 s";
}

TEST(ModbusScheduleTest, HoweverLateNothingIsLostOrDrifts) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    Schedule schedule;
    std::vector<Time> firsts;
    std::vector<Time> intervals;
    std::vector<std::uint64_t> moments(5, 0);
    for (int i = 0; i < 5; ++i) {
      intervals.push_back(Time(1 + random() % 1'000));
      firsts.push_back(Time(random() % 1'000));
      schedule.Add(firsts.back(), intervals.back());
    }
    Time now(0);
    for (int i = 0; i < 500; ++i) {
      const auto [at, task] = schedule.Next();
      ASSERT_EQ((at - firsts[task]) % intervals[task], Time(0)) << "seed " << seed;
      now = std::max(now, at) + Time(random() % 700);
      moments[task] += 1 + schedule.Begin(task, now);
      // All moments up to now are used up, each once.
      ASSERT_EQ(moments[task],
                static_cast<std::uint64_t>((now - firsts[task]) / intervals[task] + 1))
          << "seed " << seed;
    }
  }
}

TEST(ModbusScheduleTest, ATaskCanBeHurried) {
  Schedule schedule;
  schedule.Add(seconds(5), seconds(10));
  schedule.Add(seconds(7), seconds(10));
  schedule.Hurry(1, seconds(1));
  EXPECT_EQ(schedule.Next().task, 1U);
  EXPECT_EQ(schedule.Begin(1, seconds(1)), 0U);
  EXPECT_EQ(schedule.Next().task, 0U);
}

TEST(ModbusUnitWatchTest, AUnitThatIsSilentIsAskedSeldomUntilItAnswers) {
  UnitWatch watch;
  Time now(0);
  for (int i = 0; i < 2; ++i) {
    watch.Silent(now);
    EXPECT_TRUE(watch.MayAsk(now));
  }
  watch.Answered();
  for (int i = 0; i < 3; ++i) watch.Silent(now);
  EXPECT_TRUE(watch.is_down());
  for (int probe = 0; probe < 3; ++probe) {
    EXPECT_FALSE(watch.MayAsk(now + seconds(29)));
    EXPECT_TRUE(watch.MayAsk(now + seconds(30)));
    now += seconds(30);
    watch.Silent(now);
    EXPECT_TRUE(watch.is_down());
  }
  watch.Answered();
  EXPECT_FALSE(watch.is_down());
  EXPECT_TRUE(watch.MayAsk(now));
}

}  // namespace
}  // namespace bedplate::modbus
