#include "query/query_watcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "query/duckdb_handles.h"

namespace bedplate {
namespace {

class QueryWatcherTest : public ::testing::Test {
 protected:
  QueryWatcherTest() {
    EXPECT_EQ(duckdb_open(nullptr, database_.out()), DuckDBSuccess);
    EXPECT_EQ(duckdb_connect(database_.get(), connection_.out()), DuckDBSuccess);
  }

  /// Runs until it is interrupted.
  void RunEndless() {
    DuckResult result;
    EXPECT_NE(
        duckdb_query(connection_.get(), "SELECT count(*) FROM range(1000000000000)", &result.get()),
        DuckDBSuccess);
  }

  DuckDatabase database_;
  DuckConnection connection_;
  ManualClock clock_{kMinTimestamp};
};

TEST_F(QueryWatcherTest, StopsAllWhenTheProcessHoldsTooMuch) {
  int probes = 0;
  QueryWatcher watcher(clock_, [&] { return ++probes < 5 ? 100U : 151U; }, 50);
  const QueryWatcher::Watch watch(watcher, connection_.get(), {std::chrono::hours(1), {}});
  RunEndless();
  ASSERT_TRUE(watch.Stopped().has_value());
  EXPECT_EQ(watch.Stopped()->code(), ErrorCode::kResourceExhausted);
  EXPECT_TRUE(watch.stop().cancelled());
}

TEST_F(QueryWatcherTest, WhatOthersTookIsNotBlamedOnQueries) {
  std::atomic<int> turns = 0;
  std::atomic<std::uint64_t> held = 100;
  std::atomic<std::uint64_t> others = 1000;
  QueryWatcher watcher(
      clock_, [&] { return ++turns, held.load(); }, 50, [&] { return others.load(); });
  const QueryWatcher::Watch watch(watcher, connection_.get(), {std::chrono::hours(1), {}});
  const auto await_turns = [&] {
    for (const int until = turns + 3; turns < until;) std::this_thread::yield();
  };
  others = 1200;
  held = 350;
  await_turns();
  EXPECT_FALSE(watch.Stopped().has_value()) << "200 of the 250 are ingestion's";
  others = 900;
  await_turns();
  EXPECT_FALSE(watch.Stopped().has_value()) << "freed memory may stay with the allocator";
  held = 351;
  await_turns();
  ASSERT_TRUE(watch.Stopped().has_value());
  EXPECT_EQ(watch.Stopped()->code(), ErrorCode::kResourceExhausted);
}

TEST_F(QueryWatcherTest, TheFirstReasonStands) {
  QueryWatcher watcher(clock_, [] { return 0; }, 50);
  const CancelToken cancel = CancelToken::Make();
  const QueryWatcher::Watch watch(watcher, connection_.get(), {std::chrono::seconds(1), cancel});
  EXPECT_FALSE(watch.Stopped().has_value());
  cancel.Cancel();
  ASSERT_TRUE(watch.Stopped().has_value());
  clock_.Advance(std::chrono::seconds(2));
  EXPECT_EQ(watch.Stopped()->code(), ErrorCode::kCancelled);
}

TEST_F(QueryWatcherTest, ADeadlineStopsAtItsInstant) {
  QueryWatcher watcher(clock_, [] { return 0; }, 50);
  const QueryWatcher::Watch watch(watcher, connection_.get(), {std::chrono::seconds(1), {}});
  clock_.Advance(std::chrono::nanoseconds(999'999'999));
  EXPECT_FALSE(watch.Stopped().has_value());
  clock_.Advance(std::chrono::nanoseconds(1));
  ASSERT_TRUE(watch.Stopped().has_value());
  EXPECT_EQ(watch.Stopped()->code(), ErrorCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace bedplate
