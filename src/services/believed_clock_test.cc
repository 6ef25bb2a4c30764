// What retention goes by, on machines whose clocks and owners do what they do in a plant.

#include "services/believed_clock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;

constexpr Timestamp kBegin = Timestamp::FromSeconds(1'514'764'800);  // 2018-01-01
constexpr nanoseconds kDay = hours(24);
constexpr nanoseconds kYear = 365 * kDay;
constexpr nanoseconds kLook = minutes(5);

/// A machine in a world where it is known what time it is.
class Machine final : public Clock {
 public:
  [[nodiscard]] Timestamp Now() const override {
    return dead_ ? Timestamp(up_.count()) : truth_ + error_;
  }
  [[nodiscard]] nanoseconds Monotonic() const override { return up_; }

  /// What the next process finds.
  void Restart() {
    believed_.emplace(*this, believed_ ? believed_->state() : BelievedTime{truth_});
  }
  /// A process runs for so long.
  void Run(nanoseconds duration) {
    for (nanoseconds passed{0}; passed < duration; passed += kLook) {
      Look();
      truth_ = truth_ + kLook;
      up_ += kLook;
    }
    Look();
  }
  void SwitchOff(nanoseconds duration) {
    truth_ = truth_ + duration;
    up_ = nanoseconds(0);
    Restart();
  }
  /// The monotonic clock stands still meanwhile, and the process knows nothing of it.
  void Suspend(nanoseconds duration) { truth_ = truth_ + duration; }
  /// The clock is ahead of the truth by so much from now on.
  void SetError(nanoseconds error) {
    error_ = error;
    dead_ = false;
  }
  /// The clock counts from 1970 since the machine was switched on.
  void LoseTheDate() { dead_ = true; }

  /// How far what is gone by is behind the truth.
  [[nodiscard]] nanoseconds lag() const { return truth_ - gone_by_; }
  /// The same of the worst look so far; negative: something may have been deleted too early.
  [[nodiscard]] nanoseconds least_lag() const { return least_lag_; }

 private:
  void Look() {
    if (!believed_) Restart();
    gone_by_ = believed_->Look();
    least_lag_ = std::min(least_lag_, lag());
  }

  Timestamp truth_ = kBegin;
  nanoseconds up_{0};
  nanoseconds error_{0};
  bool dead_ = false;
  std::optional<BelievedClock> believed_;
  Timestamp gone_by_;
  nanoseconds least_lag_ = kYear;
};

constexpr nanoseconds kRight{0};

TEST(BelievedClockTest, FollowsAClockThatIsSetRightLittleByLittle) {
  Machine machine;
  for (int minute = 0; minute < 100; ++minute) {
    machine.SetError(minutes(minute));
    machine.Run(hours(1));
    EXPECT_EQ(machine.lag(), -minutes(minute));
  }
}

TEST(BelievedClockTest, WrongAtBootAndThenPutRight) {
  for (const nanoseconds error : {10 * kYear, kDay, nanoseconds(-hours(12)), -10 * kYear}) {
    Machine machine;
    machine.Run(hours(30));
    machine.Restart();
    machine.SetError(error);
    machine.Run(hours(23));
    EXPECT_GE(machine.least_lag(), kRight) << error.count();
    machine.SetError(kRight);
    machine.Run(kLook);
    EXPECT_EQ(machine.lag(), kRight) << error.count();
    // The next one begins from nothing.
    machine.SetError(error);
    machine.Run(hours(23));
    EXPECT_GE(machine.least_lag(), kRight) << error.count();
  }
}

TEST(BelievedClockTest, ARestartEachHourNeitherEndsTheWaitNorBeginsItAgain) {
  Machine machine;
  machine.Run(hours(1));
  machine.SetError(10 * kYear);
  int restarts = 0;
  for (; machine.least_lag() >= kRight && restarts < 100; ++restarts) {
    machine.SwitchOff(minutes(10));
    machine.Run(minutes(50));
  }
  // A day of running; what else would tell it from a machine that was in a store room for so long?
  EXPECT_EQ(restarts, 29);
}

TEST(BelievedClockTest, SwitchedOffForAYearItRetainsAfterADayOfRunning) {
  Machine machine;
  machine.Run(hours(30));
  machine.SwitchOff(kYear);
  machine.Run(kDay - kLook);
  EXPECT_EQ(machine.lag(), kYear);
  machine.Run(kLook);
  EXPECT_EQ(machine.lag(), kRight);
}

TEST(BelievedClockTest, ARestartOfMinutesIsNoJump) {
  Machine machine;
  for (int restarts = 0; restarts < 100; ++restarts) {
    machine.Run(minutes(20));
    machine.SwitchOff(minutes(9));
    machine.Run(kLook);
    EXPECT_EQ(machine.lag(), kRight);
  }
}

TEST(BelievedClockTest, AVirtualMachineThatIsResumedWaitsADay) {
  Machine machine;
  machine.Run(hours(30));
  machine.Suspend(3 * kDay);
  machine.Run(kDay - kLook);
  EXPECT_EQ(machine.lag(), 3 * kDay);
  machine.Run(kLook);
  EXPECT_EQ(machine.lag(), kRight);
}

/// What the clock told before counts only for what it still tells.
TEST(BelievedClockTest, AWaitForATrueGapIsNoneForAWrongClock) {
  Machine machine;
  machine.Run(hours(30));
  machine.SwitchOff(hours(10));
  machine.Run(hours(20));
  machine.SetError(10 * kYear);
  machine.Run(hours(23));
  EXPECT_GE(machine.least_lag(), kRight);
  machine.SetError(kRight);
  machine.Run(kLook);
  EXPECT_EQ(machine.lag(), kRight);
}

/// On a machine that is switched off each night and has lost its date each morning, until it hears
/// from a time server.
TEST(BelievedClockTest, AMachineThatNeverRunsForADayRetainsAllTheSame) {
  Machine machine;
  machine.Run(hours(8));
  nanoseconds greatest{0};
  for (int day = 0; day < 365; ++day) {
    machine.SwitchOff(hours(16));
    machine.LoseTheDate();
    machine.Run(minutes(10));
    machine.SetError(kRight);
    machine.Run(hours(8) - minutes(10));
    greatest = std::max(greatest, machine.lag());
  }
  EXPECT_GE(machine.least_lag(), kRight);
  EXPECT_LE(greatest, 5 * kDay);
}

/// A clock that was wrong for so long that it was believed, and is right again.
TEST(BelievedClockTest, AWrongTimeThatWasBelievedIsNotGoneByAnyMoreAtOnce) {
  Machine machine;
  machine.SetError(10 * kYear);
  machine.Restart();
  machine.Run(hours(25));
  EXPECT_EQ(machine.lag(), -10 * kYear);
  machine.SetError(kRight);
  machine.Run(hours(25));
  EXPECT_EQ(machine.lag(), kRight);
  machine.SetError(10 * kYear);
  machine.Run(hours(23));
  EXPECT_GE(machine.lag(), kRight);
}

/// Whatever comes in whatever order: a clock that is never ahead for a day of running without a
/// right look deletes nothing too early, and two days of a right clock bring retention up to date.
TEST(BelievedClockTest, NeitherTooEarlyNorNeverAgain) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto some = [&](int most) { return std::uniform_int_distribution<int>(1, most)(random); };
    Machine machine;
    machine.Run(kLook);
    nanoseconds ahead{0};
    for (int event = 0; event < 40; ++event) {
      switch (some(6)) {
        case 1: machine.SwitchOff(hours(some(400))); break;
        case 2: machine.Restart(); break;
        case 3: machine.Suspend(hours(some(100))); break;
        case 4: {
          const nanoseconds run = std::min<nanoseconds>(hours(some(12)), kDay - 2 * kLook - ahead);
          machine.SetError(hours(some(10'000)));
          machine.Run(run);
          ahead += run + kLook;
          break;
        }
        case 5:
          machine.LoseTheDate();
          machine.Run(hours(some(12)));
          break;
        default:
          machine.SetError(kRight);
          machine.Run(hours(some(30)));
          ahead = nanoseconds(0);
      }
    }
    EXPECT_GE(machine.least_lag(), kRight) << "seed " << seed;
    machine.SetError(kRight);
    machine.Run(2 * kDay + kLook);
    EXPECT_EQ(machine.lag(), kRight) << "seed " << seed;
  }
}

}  // namespace
}  // namespace bedplate
