#include "historian/source_table.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

/// In whatever order sequences come, within the window each is taken once.
TEST(SourceMarksTest, EachSequenceOfTheWindowCountsOnce) {
  std::uint64_t state = 5;
  SourceMarks marks;
  std::set<std::uint64_t> added;
  std::uint64_t greatest = 0;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const std::uint64_t ahead = greatest + (state >> 33U) % 20;
    const std::uint64_t sequence = ahead - std::min(ahead, (state >> 45U) % 50);
    const bool is_known = added.contains(sequence);
    if (!added.empty() && greatest >= sequence && greatest - sequence >= kMarkWindow) {
      EXPECT_TRUE(marks.Forgot(sequence));
      continue;
    }
    ASSERT_EQ(marks.Has(sequence), is_known) << sequence;
    ASSERT_FALSE(marks.Forgot(sequence)) << sequence;
    marks.Add(sequence);
    added.insert(sequence);
    greatest = std::max(greatest, sequence);
    ASSERT_TRUE(marks.Has(sequence));
    ASSERT_EQ(marks.greatest, greatest);
  }
}

TEST(SourceMarksTest, NoneHasNothing) {
  const SourceMarks none;
  EXPECT_FALSE(none.Has(0));
  SourceMarks zero;
  zero.Add(std::uint64_t{0});
  EXPECT_TRUE(zero.Has(0));
  EXPECT_FALSE(zero.Has(1));
}

TEST(SourceMarksTest, AddingTablesIsTheUnion) {
  SourceMarks a;
  a.Add(std::uint64_t{10});
  a.Add(std::uint64_t{13});
  SourceMarks b;
  b.Add(std::uint64_t{12});
  b.Add(std::uint64_t{20});
  SourceMarks both = a;
  both.Add(b);
  b.Add(a);
  EXPECT_EQ(both, b);
  for (const std::uint64_t sequence : {10, 12, 13, 20}) EXPECT_TRUE(both.Has(sequence));
  for (const std::uint64_t sequence : {11, 14, 19, 21}) EXPECT_FALSE(both.Has(sequence));
}

bool Knows(const SourceTable& table, const std::string& source) { return table.Has({source, 1}); }

TEST(SourceTableTest, OneMoreTakesThePlaceOfTheOneThatWasQuietForLongest) {
  SourceTable table;
  constexpr std::size_t kSenders = kMaxMarkSources / kMaxMarkSourcesOfSender;
  const auto name = [](std::size_t i) { return fmt::format("{}/source-{}", i % kSenders, i); };
  for (std::size_t i = 0; i < kMaxMarkSources; ++i) table.Add({name(i), 1});
  table.Add({name(0), 2});  // so that the next one is quiet for longest
  EXPECT_EQ(table.forgotten(), 0U);
  EXPECT_TRUE(table.CheckNew({"another/one", 1}).ok());
  table.Add({"another/one", 1});
  EXPECT_EQ(table.size(), kMaxMarkSources);
  EXPECT_EQ(table.forgotten(), 1U);
  EXPECT_TRUE(Knows(table, "another/one"));
  EXPECT_TRUE(Knows(table, name(0)));
  EXPECT_FALSE(Knows(table, name(1)));
  EXPECT_TRUE(table.CheckNew({name(1), 1}).ok());
}

/// One that makes a name up for each append costs only itself.
TEST(SourceTableTest, ASenderOfManySourcesCostsItsOwn) {
  SourceTable table;
  table.Add({"quiet/gateway", 1});
  table.Add({"no-sender", 1});
  const auto name = [](std::size_t i) { return fmt::format("wild/{}", i); };
  for (std::size_t i = 0; i < 3 * kMaxMarkSourcesOfSender; ++i) table.Add({name(i), 1});
  EXPECT_EQ(table.size(), kMaxMarkSourcesOfSender + 2);
  EXPECT_TRUE(Knows(table, "quiet/gateway"));
  EXPECT_TRUE(Knows(table, "no-sender"));
  EXPECT_FALSE(Knows(table, name(2 * kMaxMarkSourcesOfSender - 1)));
  EXPECT_TRUE(Knows(table, name(2 * kMaxMarkSourcesOfSender)));
}

Result<AppendResult> TryAppend(TestStore& store, const AppendMark& mark, std::int64_t time) {
  const TagId tag = store.Tag("mill/power");
  SampleColumns samples;
  samples.Push({Timestamp(time), static_cast<double>(time), kGood});
  const std::vector<TagRun> runs{{tag, RunOf(samples)}};
  return store.historian().AppendRuns(runs, mark);
}

AppendResult Append(TestStore& store, const AppendMark& mark, std::int64_t time) {
  const auto result = TryAppend(store, mark, time);
  EXPECT_TRUE(result.ok()) << result.error().ToString();
  return result.ok() ? *result : AppendResult{};
}

/// Also with other samples, as only the mark says what it is.
TEST(MarkedAppendTest, ASequenceIsStoredOnce) {
  TestStore store;
  EXPECT_EQ(Append(store, {"gateway", 7}, 1).stored, 1U);
  const AppendResult again = Append(store, {"gateway", 7}, 2);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.stored, 0U);
  EXPECT_EQ(Append(store, {"gateway", 8}, 2).stored, 1U);
  EXPECT_EQ(Append(store, {"other", 7}, 3).stored, 1U);
  EXPECT_EQ(store.Read(store.Tag("mill/power")).size(), 3U);
}

TEST(MarkedAppendTest, MarksOutliveTheProcessAndTheLogThatBroughtThem) {
  TestStore store;
  Append(store, {"gateway", 1}, 1);
  store.Reopen();
  EXPECT_TRUE(Append(store, {"gateway", 1}, 2).repeated);
  for (int flush = 0; flush < 3; ++flush) {
    ASSERT_TRUE(store.historian().Flush().ok());
    store.Reopen();
    EXPECT_TRUE(Append(store, {"gateway", 1}, 2).repeated);
  }
  EXPECT_EQ(Append(store, {"gateway", 2}, 2).stored, 1U);
  store.Reopen();
  store.Reopen();
  EXPECT_TRUE(Append(store, {"gateway", 2}, 3).repeated);
  EXPECT_EQ(store.Read(store.Tag("mill/power")).size(), 2U);
}

/// Also over starts, with and without a flush between, it is the one that was quiet for longest.
TEST(MarkedAppendTest, WhoIsForgottenIsTheSameAfterAStart) {
  TestStore store;
  const auto name = [](std::size_t i) { return fmt::format("token/{}", i); };
  for (std::size_t i = 0; i < kMaxMarkSourcesOfSender; ++i) Append(store, {name(i), 1}, 1);
  Append(store, {name(0), 2}, 2);
  store.Reopen();
  Append(store, {name(1), 2}, 2);
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Reopen();
  Append(store, {name(2), 2}, 2);
  EXPECT_EQ(store.historian().Stats().mark_sources, kMaxMarkSourcesOfSender);
  EXPECT_EQ(store.historian().Stats().forgotten_mark_sources, 0U);
  Append(store, {"token/new", 1}, 3);
  EXPECT_EQ(store.historian().Stats().forgotten_mark_sources, 1U);
  for (const std::size_t kept : {0, 1, 2, 4}) {
    EXPECT_TRUE(Append(store, {name(kept), 1}, 9).repeated) << kept;
  }
  const AppendResult forgotten = Append(store, {name(3), 1}, 1);
  EXPECT_FALSE(forgotten.repeated);
  EXPECT_EQ(forgotten.duplicates, 1U);  // it is compared instead
}

/// Opening a store that has marks and nothing else to replay does not add a file each time.
TEST(MarkedAppendTest, OpeningAgainAndAgainKeepsOneLogFile) {
  TestStore store;
  Append(store, {"gateway", 1}, 1);
  ASSERT_TRUE(store.historian().Flush().ok());
  const auto count_logs = [&] {
    const auto paths = store.files().Paths();
    return std::count_if(paths.begin(), paths.end(),
                         [](const std::string& path) { return path.ends_with(".wal"); });
  };
  for (int i = 0; i < 5; ++i) store.Reopen();
  EXPECT_EQ(count_logs(), 1);
  // And a flush with nothing to write leaves it alone.
  const std::string path = store.PathEndingIn(".wal");
  ASSERT_TRUE(store.historian().Flush().ok());
  EXPECT_EQ(store.PathEndingIn(".wal"), path);
  EXPECT_TRUE(Append(store, {"gateway", 1}, 2).repeated);
}

TEST(MarkedAppendTest, SamplesThatAreThereAlreadyStillBringTheirMark) {
  TestStore store;
  Append(store, {"gateway", 1}, 1);
  EXPECT_EQ(Append(store, {"gateway", 2}, 1).duplicates, 1U);
  store.Reopen();
  EXPECT_TRUE(Append(store, {"gateway", 2}, 5).repeated);
}

/// Of a number that far behind nobody knows whether it is stored: not even its samples may be
/// dropped for it.
TEST(MarkedAppendTest, ANumberBehindTheWindowIsNoRepetition) {
  TestStore store;
  EXPECT_EQ(Append(store, {"gateway", 1000}, 1).stored, 1U);
  EXPECT_EQ(Append(store, {"gateway", 1000 - kMarkWindow + 1}, 2).stored, 1U);
  for (int round = 0; round < 2; ++round) {
    for (const std::uint64_t sequence : {std::uint64_t{5}, 1000 - kMarkWindow}) {
      const auto refused = TryAppend(store, {"gateway", sequence}, 3);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
      EXPECT_FALSE(refused.error().retryable());
      EXPECT_NE(refused.error().message().find("newest of this source, 1000,"), std::string::npos);
    }
    const auto refusals = store.historian().Stats().refused_by;
    EXPECT_EQ(refusals[static_cast<std::size_t>(AppendRefusal::kSequence)], 2U);
    store.Reopen();
  }
  EXPECT_EQ(Append(store, {"gateway", 1001}, 3).stored, 1U);
}

/// One wild number does not silence a source.
TEST(MarkedAppendTest, AStepThatIsNoCountIsRefused) {
  TestStore store;
  EXPECT_EQ(Append(store, {"gateway", 1}, 1).stored, 1U);
  for (const std::uint64_t wild : {UINT64_MAX, kMaxMarkStep + 2}) {
    const auto refused = TryAppend(store, {"gateway", wild}, 2);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
  }
  EXPECT_EQ(Append(store, {"gateway", 2}, 2).stored, 1U);
  EXPECT_EQ(Append(store, {"gateway", kMaxMarkStep + 2}, 3).stored, 1U);
}

TEST(MarkedAppendTest, BadMarksAreRefused) {
  TestStore store;
  for (const std::string& source : {std::string(), std::string(kMaxMarkSourceBytes + 1, 'x')}) {
    const auto result = TryAppend(store, {source, 1}, 1);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  }
}

TEST(MarkedAppendTest, ThreadsThatSendTheSameStoreItOnce) {
  TestStore store;
  store.Tag("mill/power");
  std::atomic<std::uint64_t> stored = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t sequence = 0; sequence < 200; ++sequence) {
        const auto result =
            TryAppend(store, {"gateway", sequence}, static_cast<std::int64_t>(sequence) + 1);
        if (result.ok()) stored += result->stored;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stored, 200U);
  EXPECT_EQ(store.Read(store.Tag("mill/power")).size(), 200U);
}

/// What is stored already is found before the log is written.
TEST(AppendTest, AnImportRunTwiceDoesNotGrowTheLog) {
  TestStore store;
  const TagId tag = store.Tag("mill/power");
  std::vector<std::int64_t> times(5000);
  std::vector<double> values(5000, 2.5);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = static_cast<std::int64_t>(i) * 7 + 1;
  store.Append(tag, times, values);
  for (const bool is_flushed : {false, true}) {
    if (is_flushed) {
      ASSERT_TRUE(store.historian().Flush().ok());
    }
    const std::uint64_t bytes = store.historian().Stats().wal_bytes;
    EXPECT_EQ(store.Append(tag, times, values).duplicates, 5000U);
    EXPECT_EQ(store.historian().Stats().wal_bytes, bytes);
  }
}

}  // namespace
}  // namespace bedplate::historian
