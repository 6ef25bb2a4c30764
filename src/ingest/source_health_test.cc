// What is said of a source, row by row: it must never be better than what flows.

#include "ingest/source_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr Timestamp kStart = Timestamp::FromSeconds(1'700'000'000);

class SourceHealthTest : public testing::Test {
 protected:
  void Pass(std::chrono::nanoseconds time) { clock_.Advance(time); }
  void Connect() {
    health_.Attempt();
    Pass(milliseconds(20));
    health_.Connected();
  }
  /// `count` deliveries, a second between two.
  void Flow(int count) {
    for (int i = 0; i < count; ++i) {
      Pass(seconds(1));
      health_.Arrived();
      health_.Stored();
    }
  }
  void End(const std::string& why, std::chrono::nanoseconds wait = milliseconds(200)) {
    health_.Ended(Error(ErrorCode::kUnavailable, why), clock_.Now() + wait);
  }
  [[nodiscard]] SourceState state() const { return health_.Now().state; }

  ManualClock clock_{kStart};
  SourceHealth health_{clock_, {}};
};

TEST_F(SourceHealthTest, IsStoppedUntilItIsStarted) {
  EXPECT_EQ(state(), SourceState::kStopped);
  health_.Attempt();
  EXPECT_EQ(state(), SourceState::kConnecting);
  Connect();
  Flow(3);
  health_.Stopped();
  EXPECT_EQ(state(), SourceState::kStopped);
}

TEST_F(SourceHealthTest, AnOpenConnectionIsNotLive) {
  Connect();
  EXPECT_EQ(state(), SourceState::kConnecting);
  health_.Arrived();  // not stored yet
  EXPECT_EQ(state(), SourceState::kConnecting);
  Pass(seconds(11));
  health_.Alive();
  EXPECT_EQ(state(), SourceState::kStale);
  EXPECT_THAT(health_.Now().why, HasSubstr("no data have come"));
}

TEST_F(SourceHealthTest, IsLiveWhileDataAreStoredAndStaleAfterIt) {
  Connect();
  Flow(5);
  EXPECT_EQ(state(), SourceState::kLive);
  EXPECT_EQ(health_.Now().since, kStart + milliseconds(1020));
  Pass(seconds(10));
  EXPECT_EQ(state(), SourceState::kLive);
  const Timestamp last = clock_.Now() - seconds(10);
  Pass(seconds(1));
  EXPECT_EQ(state(), SourceState::kStale);
  EXPECT_EQ(health_.Now().since, last);
  Flow(1);
  EXPECT_EQ(state(), SourceState::kLive);
  EXPECT_EQ(health_.Now().since, clock_.Now());
}

TEST_F(SourceHealthTest, ASlowSourceIsGivenTheTimeThatIsUsual) {
  Connect();
  for (int i = 0; i < 5; ++i) {
    Pass(seconds(60));
    Flow(1);
  }
  Pass(seconds(300));
  EXPECT_EQ(state(), SourceState::kLive);
  Pass(seconds(10));
  EXPECT_EQ(state(), SourceState::kStale);
}

TEST_F(SourceHealthTest, AnIntervalThatAPersonGivesCounts) {
  SourceHealth health(clock_, {.interval = seconds(600), .on_change = false});
  health.Attempt();
  health.Connected();
  Pass(seconds(2999));
  EXPECT_EQ(health.Now().state, SourceState::kConnecting);
  Pass(seconds(2));
  EXPECT_EQ(health.Now().state, SourceState::kStale);
}

TEST_F(SourceHealthTest, WhereDataComeOnChangeASignOfLifeIsEnough) {
  SourceHealth health(clock_, {.interval = {}, .on_change = true});
  health.Attempt();
  health.Connected();
  Pass(seconds(59));
  EXPECT_EQ(health.Now().state, SourceState::kLive);
  Pass(seconds(2));
  EXPECT_EQ(health.Now().state, SourceState::kStale);
  health.Alive();
  EXPECT_EQ(health.Now().state, SourceState::kLive);
}

TEST_F(SourceHealthTest, AFirstAttemptThatFailsIsAFailure) {
  health_.Attempt();
  Pass(milliseconds(20));
  End("connection refused");
  const SourceCondition condition = health_.Now();
  EXPECT_EQ(condition.state, SourceState::kFailing);
  EXPECT_EQ(condition.why, "connection refused");
  EXPECT_EQ(condition.since, clock_.Now());
  EXPECT_EQ(condition.next_try, clock_.Now() + milliseconds(200));
  const Timestamp since = clock_.Now();
  Pass(seconds(1));
  health_.Attempt();
  Pass(seconds(4));
  EXPECT_EQ(state(), SourceState::kFailing);  // also while it tries
  End("timed out");
  EXPECT_EQ(health_.Now().since, since);
  EXPECT_EQ(health_.Now().why, "timed out");
}

TEST_F(SourceHealthTest, ALostConnectionGetsAMoment) {
  Connect();
  Flow(3);
  End("reset by peer");
  EXPECT_EQ(state(), SourceState::kConnecting);
  EXPECT_EQ(health_.Now().why, "reset by peer");
  Pass(milliseconds(200));
  health_.Attempt();
  Pass(seconds(5));
  EXPECT_EQ(state(), SourceState::kFailing);
}

TEST_F(SourceHealthTest, AfterALostConnectionAFailedAttemptIsAFailureAtOnce) {
  Connect();
  Flow(3);
  End("reset by peer");
  health_.Attempt();
  End("connection refused");
  EXPECT_EQ(state(), SourceState::kFailing);
}

/// A peer that takes the connection and closes it again and again is not "connecting" for ever.
TEST_F(SourceHealthTest, AConnectionThatBringsNothingIsNone) {
  for (int i = 0; i < 5; ++i) {
    Connect();
    Pass(milliseconds(100));
    EXPECT_FALSE(health_.HasHeld());
    End("closed by the peer");
    EXPECT_EQ(state(), SourceState::kFailing);
  }
}

TEST_F(SourceHealthTest, WhatTheStoresRefuseIsAFailureUntilTheyTakeIt) {
  Connect();
  Flow(3);
  health_.StoreFailed(Error(ErrorCode::kResourceExhausted, "disk full"));
  const Timestamp since = clock_.Now();
  Pass(seconds(2));
  health_.StoreFailed(Error(ErrorCode::kResourceExhausted, "disk full"));
  EXPECT_EQ(state(), SourceState::kFailing);
  EXPECT_THAT(health_.Now().why, HasSubstr("disk full"));
  EXPECT_EQ(health_.Now().since, since);
  Flow(1);
  EXPECT_EQ(state(), SourceState::kLive);
}

TEST_F(SourceHealthTest, WhenEverythingIsRefusedItIsFailing) {
  Connect();
  Flow(3);
  for (int i = 0; i < 31; ++i) {
    Pass(seconds(1));
    health_.Arrived();
    health_.Refused("bad-payload, no number");
  }
  EXPECT_EQ(state(), SourceState::kFailing);
  EXPECT_THAT(health_.Now().why, HasSubstr("bad-payload"));
  Flow(1);
  EXPECT_EQ(state(), SourceState::kLive);
}

TEST_F(SourceHealthTest, ADeviceBehindItThatFailsIsNamed) {
  Connect();
  health_.NotePart("meter-7", Error(ErrorCode::kDeadlineExceeded, "no answer in 1 s"));
  Flow(3);
  EXPECT_EQ(state(), SourceState::kLive);  // of the others
  EXPECT_EQ(health_.failing_parts().size(), 1U);
  Pass(seconds(20));
  EXPECT_EQ(state(), SourceState::kFailing);
  EXPECT_EQ(health_.Now().why, "meter-7: no answer in 1 s");
  health_.NotePart("meter-7", {});
  EXPECT_TRUE(health_.failing_parts().empty());
  EXPECT_EQ(state(), SourceState::kStale);
}

TEST_F(SourceHealthTest, DataOfAnEarlierConnectionMakeNoneLive) {
  Connect();
  Flow(3);
  End("reset by peer");
  Connect();
  EXPECT_EQ(state(), SourceState::kConnecting);
  Flow(1);
  EXPECT_EQ(state(), SourceState::kLive);
}

}  // namespace
}  // namespace bedplate
