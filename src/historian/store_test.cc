// What the store promises beyond keeping samples: counts, errors, a full disk, damage, many
// threads.

#include <atomic>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t kHour = 3'600'000'000'000;

SampleColumns Strings(std::int64_t time, std::string value) {
  SampleColumns samples;
  samples.type = ValueType::kString;
  samples.Push({Timestamp(time), std::move(value), kGood});
  return samples;
}

TEST(StoreTest, KeepsEveryTypeAndQualityThroughHeadLogAndSegments) {
  TestStore store;
  const std::vector<Value> values = {2.5, std::int64_t{-7}, true, std::string("läuft")};
  std::vector<TagId> tags;
  for (const Value& value : values) {
    tags.push_back(store.Tag("t/" + std::to_string(value.index()), TypeOf(value)));
    SampleColumns samples;
    samples.type = TypeOf(value);
    samples.Push({Timestamp(1), value, kGood});
    samples.Push({Timestamp(2), value, kBadNotConnected});
    EXPECT_EQ(store.Append(tags.back(), samples).stored, 2U);
  }
  const auto expect_all = [&] {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const SampleColumns read = store.Read(tags[i]);
      ASSERT_EQ(read.size(), 2U);
      EXPECT_EQ(read.At(0), (Sample{Timestamp(1), values[i], kGood}));
      EXPECT_EQ(read.At(1), (Sample{Timestamp(2), values[i], kBadNotConnected}));
    }
  };
  expect_all();
  store.Reopen();
  expect_all();
  ASSERT_TRUE(store.historian().Flush().ok());
  expect_all();
  store.Reopen();
  expect_all();
}

TEST(StoreTest, AnImportRunTwiceStoresNothingTwice) {
  TestStore store;
  const TagId tag = store.Tag("a");
  std::vector<std::int64_t> times;
  std::vector<double> values;
  for (std::int64_t i = 0; i < 10'000; ++i) {
    times.push_back(i * kHour);
    values.push_back(static_cast<double>(i % 7));
  }
  EXPECT_EQ(store.Append(tag, times, values).stored, times.size());
  EXPECT_EQ(store.Append(tag, times, values).duplicates, times.size());
  ASSERT_TRUE(store.historian().Flush().ok());
  const auto bytes = store.historian().Stats().segment_bytes;
  const AppendResult again = store.Append(tag, times, values);
  EXPECT_EQ(again.stored, 0U);
  EXPECT_EQ(again.duplicates, times.size());
  EXPECT_EQ(store.historian().Stats().head_bytes, 0U);
  ASSERT_TRUE(store.historian().Flush().ok());
  EXPECT_EQ(store.historian().Stats().segment_bytes, bytes);
  EXPECT_EQ(store.historian().Find(tag)->samples, times.size());
  store.Append(tag, times, values);
  EXPECT_EQ(store.historian().Check({})->samples, times.size());
}

/// Files do hold the same time twice. Their second import is no news either.
TEST(StoreTest, ABatchThatCorrectsItselfRunTwiceIsNoNewConflict) {
  TestStore store;
  const TagId tag = store.Tag("a");
  const std::vector<std::int64_t> times{1, 1, 2};
  const std::vector<double> values{10, 20, 30};
  EXPECT_EQ(store.Append(tag, times, values).conflicts, 1U);
  const AppendResult again = store.Append(tag, times, values);
  EXPECT_EQ(again.duplicates, 3U);
  EXPECT_EQ(again.conflicts, 0U);
  EXPECT_EQ(store.historian().Find(tag)->conflicts, 1U);
}

TEST(StoreTest, ARewriteWithAnotherQualityIsAConflict) {
  TestStore store;
  const TagId tag = store.Tag("a");
  SampleColumns samples;
  samples.Push({Timestamp(5), 1.0, kGood});
  store.Append(tag, samples);
  samples.Clear();
  samples.Push({Timestamp(5), 1.0, kUncertain});
  EXPECT_EQ(store.Append(tag, samples).conflicts, 1U);
  EXPECT_EQ(store.Read(tag).QualityAt(0), kUncertain);
  store.Reopen();
  EXPECT_EQ(store.Read(tag).QualityAt(0), kUncertain);
  EXPECT_EQ(store.historian().Find(tag)->conflicts, 1U);
}

/// The head is late by nature: a sample older than all of a flushed year goes to its own day.
TEST(StoreTest, ASparseYearFlushedAtOnceIsADozenFiles) {
  TestStore store;
  const TagId tag = store.Tag("a");
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < 35'040; ++i) times.push_back(i * kHour / 4);
  store.Append(tag, times, std::vector<double>(times.size(), 1.25));
  ASSERT_TRUE(store.historian().Flush().ok());
  EXPECT_EQ(store.historian().Stats().segments, 12U);
  EXPECT_EQ(store.Read(tag).times, times);
}

TEST(StoreTest, InOrderAppendsReadNoSegment) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {kHour}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  ASSERT_TRUE(store.files().Remove(store.PathEndingIn(".seg")).ok());
  EXPECT_EQ(store.Append(tag, {2 * kHour}, {2.0}).stored, 1U);
}

TEST(StoreTest, ScanHonoursRangeLimitStopAndCancellation) {
  TestStore store;
  const TagId tag = store.Tag("a");
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < 20'000; ++i) times.push_back(i);
  store.Append(tag, times, std::vector<double>(times.size(), 1.0));
  EXPECT_EQ(store.Read(tag, {Timestamp(10), Timestamp(15)}).times,
            (std::vector<std::int64_t>{10, 11, 12, 13, 14}));
  std::uint64_t seen = 0;
  const auto count = [&](const SampleColumns& block) {
    seen += block.size();
    return true;
  };
  ASSERT_TRUE(store.historian().Scan({.tag = tag, .range = kAllTime, .limit = 5000}, count).ok());
  EXPECT_EQ(seen, 5000U);
  int blocks = 0;
  ASSERT_TRUE(store.historian()
                  .Scan({.tag = tag},
                        [&](const SampleColumns&) {
                          ++blocks;
                          return false;
                        })
                  .ok());
  EXPECT_EQ(blocks, 1);
  ScanRequest cancelled{.tag = tag};
  cancelled.cancel = CancelToken::Make();
  cancelled.cancel.Cancel();
  EXPECT_EQ(store.historian().Scan(cancelled, count).error().code(), ErrorCode::kCancelled);
  EXPECT_EQ(store.historian().Scan({.tag = TagId(77)}, count).error().code(), ErrorCode::kNotFound);
}

/// Texts of a log are kept beside its records; many frames are taken apart before they are
/// replayed.
TEST(StoreTest, TextsOfManyAppendsAreReplayed) {
  TestStore store;
  const TagId tag = store.Tag("text", ValueType::kString);
  constexpr std::int64_t kAppends = 40;
  const auto text = [](std::int64_t i) {
    return std::string(static_cast<std::size_t>(i) * 3, 'x');
  };
  for (std::int64_t i = 0; i < kAppends; ++i) store.Append(tag, Strings(i, text(i)));
  store.Reopen();
  const SampleColumns read = store.Read(tag);
  ASSERT_EQ(read.size(), static_cast<std::size_t>(kAppends));
  for (std::int64_t i = 0; i < kAppends; ++i) EXPECT_EQ(read.strings[i], text(i));
}

TEST(StoreTest, RefusesAWholeAppendForOneBadSample) {
  TestStore store;
  const TagId good = store.Tag("good");
  const TagId bad = store.Tag("bad");
  const TagId text = store.Tag("text", ValueType::kString);
  const auto code = [&](TagId tag, const SampleColumns& samples) {
    std::vector<TagBatch> batches(2);
    batches[0].tag = good;
    batches[0].samples.Push({Timestamp(1), 1.0, kGood});
    batches[1] = {tag, samples};
    const auto result = store.historian().Append(batches);
    return result.ok() ? std::string("stored") : std::string(ErrorCodeName(result.error().code()));
  };
  SampleColumns samples;
  samples.Push({Timestamp(1), std::nan(""), kGood});
  EXPECT_EQ(code(bad, samples), "invalid-argument");
  samples.doubles[0] = HUGE_VAL;
  EXPECT_EQ(code(bad, samples), "invalid-argument");
  samples.doubles[0] = 1;
  samples.times[0] = -1;
  EXPECT_EQ(code(bad, samples), "invalid-argument");
  samples.times[0] = kMaxTimestamp.nanoseconds();
  EXPECT_EQ(code(bad, samples), "invalid-argument");
  samples.times[0] = 1;
  samples.doubles.push_back(2);
  EXPECT_EQ(code(bad, samples), "invalid-argument");
  samples.doubles.pop_back();
  EXPECT_EQ(code(text, samples), "invalid-argument");
  EXPECT_EQ(code(TagId(99), samples), "invalid-argument");
  EXPECT_EQ(code(text, Strings(1, std::string((1U << 20U) + 1, 'x'))), "invalid-argument");
  EXPECT_THAT(store.Read(good).times, IsEmpty());
  EXPECT_EQ(code(bad, samples), "stored");
}

TEST(StoreTest, ResolveFindsAndRefuses) {
  TestStore store;
  const TagId tag = store.Tag("plant/a");
  EXPECT_EQ(store.Tag("plant/a"), tag);
  store.Append(tag, {1}, {1.0});
  const auto conflict = store.historian().Resolve("plant/a", ValueType::kBool);
  EXPECT_EQ(conflict.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(conflict.error().ToString(), AllOf(HasSubstr("double"), HasSubstr("bool")));
  EXPECT_EQ(store.historian().Resolve("a//b", ValueType::kBool).error().code(),
            ErrorCode::kInvalidArgument);
  store.Tag("plant/c");
  store.Tag("plant/b");
  std::vector<std::string> paths;
  for (const SeriesInfo& info : store.historian().List(*Glob::Parse("plant/*"))) {
    paths.push_back(info.path);
  }
  EXPECT_THAT(paths, ElementsAre("plant/a", "plant/b", "plant/c"));
}

SampleColumns One(Value value) {
  SampleColumns samples;
  samples.type = TypeOf(value);
  samples.Push({Timestamp(1), std::move(value), kGood});
  return samples;
}

/// Only a sample that is stored settles a type: not one that was refused, nor one that never came.
TEST(StoreTest, TheTypeIsFreeUntilTheFirstStoredSample) {
  for (const bool reopens : {false, true}) {
    SCOPED_TRACE(reopens ? "with a restart and a flush between" : "in one run");
    TestStore store;
    const auto pass = [&] {
      if (!reopens) return;
      ASSERT_TRUE(store.historian().Flush().ok());  // forgets series without samples
      store.Reopen();
    };
    store.Append(store.Tag("other"), {1}, {1.0});
    const TagId wrong = store.Tag("a", ValueType::kDouble);
    store.files().FailAfter(FaultFileSystem::Operation::kAppend, 0);
    EXPECT_FALSE(store.TryAppend(wrong, One(1.5)).ok());
    store.Append(store.Tag("other"), {2}, {1.0});
    pass();
    const TagId tag = store.Tag("a", ValueType::kInt64);
    if (!reopens) {
      EXPECT_NE(tag, wrong);
    }
    EXPECT_EQ(store.Tag("a", ValueType::kInt64), tag);
    EXPECT_EQ(store.historian().Find("a")->type, ValueType::kInt64);
    if (!reopens) {
      EXPECT_EQ(store.TryAppend(wrong, One(1.5)).error().code(), ErrorCode::kUnavailable);
    }
    EXPECT_EQ(store.Append(tag, One(std::int64_t{7})).stored, 1U);
    EXPECT_EQ(store.historian().Resolve("a", ValueType::kDouble).error().code(),
              ErrorCode::kConflict);
    for (int openings = 0; openings < 3; ++openings) {
      store.Reopen();
      EXPECT_EQ(store.historian().Find("a")->id, tag);
      EXPECT_EQ(store.Read(tag).At(0).value, Value(std::int64_t{7}));
      ASSERT_TRUE(store.historian().Flush().ok());
    }
    EXPECT_THAT(store.Problems(), IsEmpty());
  }
}

/// The flush that began before the series was replaced names the old one in the manifest.
TEST(StoreTest, ATypeThatChangesDuringAFlushIsKept) {
  TestStore store;
  store.Append(store.Tag("other"), {1}, {1.0});
  store.Tag("a", ValueType::kDouble);
  store.files().FailAfter(FaultFileSystem::Operation::kRename, 4);  // the manifest
  EXPECT_FALSE(store.historian().Flush().ok());
  const TagId tag = store.Tag("a", ValueType::kString);
  store.Append(tag, One(std::string("on")));
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Reopen();
  EXPECT_EQ(store.Read(tag).At(0).value, Value(std::string("on")));
}

TEST(StoreTest, ASecondOpeningIsAConflict) {
  TestStore store;
  EXPECT_EQ(Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options())
                .error()
                .code(),
            ErrorCode::kConflict);
}

TEST(StoreTest, OptionsOutOfRangeAreNamed) {
  TestStore store;
  store.Close();
  HistorianOptions options;
  options.wal_file_bytes = 1;
  const auto opened = Historian::Open(store.files(), store.clock(), TestStore::kDirectory, options);
  EXPECT_EQ(opened.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(opened.error().message(), HasSubstr("wal_file_bytes is 1"));
}

/// An append may have several runs of one tag, and sent again it is a repetition as a whole: looked
/// at one by one, the last run would be known and the first one another value.
TEST(StoreTest, AnAppendWithTwoRunsOfATagMayBeRepeated) {
  TestStore store;
  const TagId tag = store.Tag("acme/power");
  std::vector<TagBatch> batches(2, {tag, {}});
  batches[0].samples.Push({Timestamp(100), 5.0, kGood});
  batches[1].samples.Push({Timestamp(100), 7.0, kGood});
  ASSERT_TRUE(store.historian().Append(batches).ok());
  for (int i = 0; i < 3; ++i) {
    const auto again = store.historian().Append(batches);
    ASSERT_TRUE(again.ok()) << again.error().ToString();
    EXPECT_EQ(again->duplicates, 2U);
    if (i == 1) {
      ASSERT_TRUE(store.historian().Flush().ok());
    }
    EXPECT_EQ(store.Read(tag).doubles, std::vector<double>{7});
    EXPECT_EQ(store.historian().Find(tag)->conflicts, 1U);
  }
  store.Reopen();
  EXPECT_EQ(store.Read(tag).doubles, std::vector<double>{7});
}

TEST(StoreTest, OpeningAgainAndAgainAddsNoFiles) {
  TestStore store;
  for (int i = 0; i < 5; ++i) store.Reopen();
  // The manifest and the number of the newest log file, each twice, and one log file.
  EXPECT_EQ(store.files().Paths().size(), 5U);
}

TEST(FullDiskTest, AppendsFailReadsGoOnAndRoomMakesItWorkAgain) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  std::uint64_t used = 0;
  for (const std::string& path : store.files().Paths()) used += *store.files().FileSize(path);
  store.files().SetCapacity(used + 1000);
  std::int64_t time = 2;
  Status full;
  while (full.ok() && time < 1000) {
    SampleColumns samples;
    samples.Push({Timestamp(time), 1.0, kGood});
    if (auto appended = store.TryAppend(tag, samples); appended.ok()) {
      ++time;
    } else {
      full = std::move(appended).error();
    }
  }
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(store.Read(tag).size(), static_cast<std::size_t>(time - 1));
  store.files().SetCapacity(UINT64_MAX);
  EXPECT_EQ(store.Append(tag, {time}, {5.0}).stored, 1U);
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), static_cast<std::size_t>(time));
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// At whatever byte the disk fills up, in the log, a segment or the manifest: nothing is half
/// written, and all goes on when there is room.
TEST(FullDiskTest, AnyByteCanBeTheLast) {
  for (std::uint64_t room = 0; room < 1500; room += 7) {
    SCOPED_TRACE("room for " + std::to_string(room));
    TestStore store(room);
    const TagId tag = store.Tag("a");
    std::vector<std::int64_t> stored;
    std::uint64_t used = 0;
    for (const std::string& path : store.files().Paths()) used += *store.files().FileSize(path);
    store.files().SetCapacity(used + room);
    for (std::int64_t time = 1; time < 12; ++time) {
      SampleColumns samples;
      samples.Push({Timestamp(time * kHour), 0.5, kGood});
      if (store.TryAppend(tag, samples).ok()) stored.push_back(time * kHour);
      if (time % 4 == 0) static_cast<void>(store.historian().Flush());
    }
    EXPECT_EQ(store.Read(tag).times, stored);
    store.files().SetCapacity(UINT64_MAX);
    store.Append(tag, {20 * kHour}, {1.0});
    stored.push_back(20 * kHour);
    ASSERT_TRUE(store.historian().Flush().ok());
    store.Reopen();
    EXPECT_EQ(store.Read(tag).times, stored);
    EXPECT_THAT(store.Problems(), IsEmpty());
    if (testing::Test::HasFailure()) return;
  }
}

TEST(FullDiskTest, TheReserveIsLeftForFlushing) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  store.Close();
  store.options().reserve_bytes = 10'000;
  store.Reopen();
  std::uint64_t used = 0;
  for (const std::string& path : store.files().Paths()) used += *store.files().FileSize(path);
  store.files().SetCapacity(used + 10'000);
  SampleColumns samples;
  samples.Push({Timestamp(2), 1.0, kGood});
  EXPECT_TRUE(store.historian().Health().ok());
  const auto refused = store.TryAppend(tag, samples);
  EXPECT_EQ(refused.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_TRUE(refused.error().retryable());
  EXPECT_TRUE(store.historian().Flush().ok());
  store.files().SetCapacity(9'000);
  EXPECT_EQ(store.historian().Health().error().code(), ErrorCode::kResourceExhausted);
  store.files().SetCapacity(UINT64_MAX);
  EXPECT_TRUE(store.historian().Health().ok());
}

/// What was written once is published later, not written again and again.
TEST(FailedFlushTest, APublishThatFailsIsAllThatIsTriedAgain) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  // After those of a log file, twice its number and a segment.
  store.files().FailAfter(FaultFileSystem::Operation::kRename, 4);
  ASSERT_FALSE(store.historian().Flush().ok());
  for (int tries = 0; tries < 3; ++tries) {
    store.files().FailAfter(FaultFileSystem::Operation::kRename, 0);
    ASSERT_FALSE(store.historian().Flush().ok());
  }
  const std::string segment = store.PathEndingIn(".seg");
  ASSERT_NE(segment, "");
  ASSERT_TRUE(store.historian().Flush().ok());
  std::vector<std::string> segments;
  for (const std::string& path : store.files().Paths()) {
    if (path.ends_with(".seg")) segments.push_back(path);
  }
  EXPECT_THAT(segments, ElementsAre(segment));
  EXPECT_EQ(store.Read(tag).times, std::vector<std::int64_t>{1});
}

/// After a write that failed, what it wrote of the append does not count: sent again it is new.
TEST(FailedWriteTest, TheSamplesAreNeitherThereNorDuplicates) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  store.files().FailAfter(FaultFileSystem::Operation::kAppend, 0);
  SampleColumns samples;
  samples.Push({Timestamp(2), 2.0, kGood});
  EXPECT_EQ(store.TryAppend(tag, samples).error().code(), ErrorCode::kIo);
  EXPECT_EQ(store.historian().Health().error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(store.Read(tag).times, std::vector<std::int64_t>{1});
  EXPECT_EQ(store.Append(tag, samples).stored, 1U);
  EXPECT_TRUE(store.historian().Health().ok());
  store.Close();
  store.files().Restart(FaultFileSystem::Unsynced::kLost);
  store.Reopen();
  EXPECT_EQ(store.Read(tag).times, (std::vector<std::int64_t>{1, 2}));
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// A process killed after a failed sync: what is read at the next opening is not taken as durable.
TEST(FailedSyncTest, WhatOnlyTheCacheHoldsIsWrittenAgainOnOpening) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  store.files().FailAfter(FaultFileSystem::Operation::kSync, 0);
  SampleColumns samples;
  samples.Push({Timestamp(2), 2.0, kGood});
  EXPECT_FALSE(store.TryAppend(tag, samples).ok());
  store.Reopen();
  const AppendResult again = store.Append(tag, samples);
  EXPECT_EQ(again.stored + again.duplicates, 1U);
  store.Close();
  store.files().Restart(FaultFileSystem::Unsynced::kLost);
  store.Reopen();
  EXPECT_EQ(store.Read(tag).times, (std::vector<std::int64_t>{1, 2}));
}

TEST(ProcessDurabilityTest, SurvivesTheProcessAndIsWholeAfterAPowerCut) {
  TestStore store;
  store.Close();
  store.options().durability = Durability::kProcess;
  store.Reopen();
  const TagId tag = store.Tag("a");
  const auto syncs = store.historian().Stats().syncs;
  for (std::int64_t time = 1; time <= 10; ++time) store.Append(tag, {time}, {0.5});
  EXPECT_EQ(store.historian().Stats().syncs, syncs);
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), 10U);
  for (std::int64_t time = 11; time <= 20; ++time) store.Append(tag, {time}, {0.5});
  store.Close();
  store.files().Restart(FaultFileSystem::Unsynced::kTorn);
  store.Reopen();
  EXPECT_GE(store.Read(tag).size(), 10U);
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// What was acknowledged without a sync is taken over when a write fails, so that no file counts on
/// bytes that a power cut may take.
TEST(ProcessDurabilityTest, OpensAfterAFailedWriteAndAPowerCut) {
  TestStore store;
  store.Close();
  store.options().durability = Durability::kProcess;
  store.Reopen();
  const TagId tag = store.Tag("a");
  for (std::int64_t time = 1; time <= 10; ++time) store.Append(tag, {time}, {0.5});
  store.files().FailAfter(FaultFileSystem::Operation::kAppend, 0);
  SampleColumns samples;
  samples.Push({Timestamp(11), 0.5, kGood});
  EXPECT_FALSE(store.TryAppend(tag, samples).ok());
  store.Append(tag, samples);
  store.Close();
  store.files().Restart(FaultFileSystem::Unsynced::kLost);
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), 10U);  // the new file has them durably
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// Flips bytes all over each file: opening or Check names the file, and no read gives a wrong
/// value.
TEST(DamageTest, IsFoundAndNamedAndNeverReadAsData) {
  for (const std::string suffix : {".seg", "MANIFEST"}) {
    for (std::uint64_t offset = 0; offset < 100'000; offset += 13) {
      TestStore store;
      const TagId tag = store.Tag("a");
      SampleColumns samples;
      for (std::int64_t i = 0; i < 500; ++i) {
        samples.Push({Timestamp(i * kHour / 60), std::sqrt(static_cast<double>(i)), kGood});
      }
      store.Append(tag, samples);
      ASSERT_TRUE(store.historian().Flush().ok());
      const std::string path = store.PathEndingIn(suffix);
      if (offset >= *store.files().FileSize(path)) break;
      SCOPED_TRACE(path + " at " + std::to_string(offset));
      store.files().FlipByte(path, offset);
      EXPECT_THAT(store.Problems(), Not(IsEmpty()));
      EXPECT_THAT(store.Problems().front(), HasSubstr(path));
      store.Close();
      auto opened =
          Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
      if (!opened.ok()) {
        EXPECT_THAT(opened.error().ToString(), HasSubstr(path));
        continue;
      }
      const Status scanned = (*opened)->Scan({.tag = tag}, [&](const SampleColumns& block) {
        for (std::size_t i = 0; i < block.size(); ++i) {
          EXPECT_EQ(block.doubles[i], samples.doubles[i]);
        }
        return true;
      });
      if (scanned.ok()) continue;
      EXPECT_THAT(scanned.error().ToString(), HasSubstr(path));
    }
  }
}

/// A flipped byte of the version is damage, and no reason to look for a newer program.
TEST(DamageTest, AFlippedVersionIsDamage) {
  constexpr std::uint64_t kVersionOffset = 8;
  for (const std::string suffix : {".seg", ".wal", "MANIFEST"}) {
    SCOPED_TRACE(suffix);
    TestStore store;
    store.Append(store.Tag("a"), {1}, {1.0});
    ASSERT_TRUE(store.historian().Flush().ok());
    const std::string path = store.PathEndingIn(suffix);
    store.files().FlipByte(path, kVersionOffset);
    ASSERT_THAT(store.Problems(), Not(IsEmpty()));
    EXPECT_THAT(store.Problems().front(), AllOf(HasSubstr(path), HasSubstr("checksum")));
    store.Close();
    const auto opened =
        Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
    if (!opened.ok()) {
      EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
    }
  }
}

TEST(DamageTest, AMissingFileIsNamed) {
  for (const std::string suffix : {".wal", "MANIFEST"}) {
    TestStore store;
    const TagId tag = store.Tag("a");
    store.Append(tag, {1}, {1.0});
    ASSERT_TRUE(store.historian().Flush().ok());
    store.Append(tag, {2}, {1.0});
    const std::string path = store.PathEndingIn(suffix);
    store.Close();
    // Of the manifest both copies.
    while (!store.PathEndingIn(suffix).empty()) {
      ASSERT_TRUE(store.files().Remove(store.PathEndingIn(suffix)).ok());
    }
    const auto opened =
        Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(opened.error().ToString(), HasSubstr(path));
  }
}

/// Two producers send the same batches: each time is stored once, and each sample is counted once.
TEST(ConcurrencyTest, TheSameBatchTwiceAtOnceCountsRight) {
  TestStore store;
  const TagId tag = store.Tag("a");
  std::atomic<std::uint64_t> stored = 0;
  std::atomic<std::uint64_t> duplicates = 0;
  const auto produce = [&] {
    for (std::int64_t batch = 0; batch < 200; ++batch) {
      SampleColumns samples;
      for (std::int64_t i = 0; i < 20; ++i) {
        samples.Push({Timestamp(batch * 20 + i), static_cast<double>(i), kGood});
      }
      const AppendResult result = store.Append(tag, samples);
      stored += result.stored;
      duplicates += result.duplicates;
    }
  };
  std::thread other(produce);
  produce();
  other.join();
  EXPECT_EQ(stored, 4000U);
  EXPECT_EQ(duplicates, 4000U);
  EXPECT_EQ(store.historian().Find(tag)->samples, 4000U);
}

/// Writers, readers, flushes and compaction at once. A reader always sees a prefix of what one
/// writer appended, without a gap.
TEST(ConcurrencyTest, ReadersSeeAPrefixWhileEverythingGoesOn) {
  TestStore store;
  store.Close();
  store.options().background = true;
  store.options().head_limit_bytes = 4096;
  store.Reopen();
  constexpr std::int64_t kBatches = 300;
  constexpr std::int64_t kPerBatch = 20;
  const TagId tags[] = {store.Tag("a"), store.Tag("b")};
  std::atomic<int> writing = 2;
  const auto write = [&](TagId tag) {
    for (std::int64_t batch = 0; batch < kBatches; ++batch) {
      SampleColumns samples;
      for (std::int64_t i = 0; i < kPerBatch; ++i) {
        samples.Push({Timestamp((batch * kPerBatch + i) * kHour / 60), 1.0, kGood});
      }
      store.Append(tag, samples);
    }
    --writing;
  };
  const auto read = [&](TagId tag) {
    std::size_t previous = 0;
    while (writing > 0) {
      const SampleColumns samples = store.Read(tag);
      EXPECT_GE(samples.size(), previous);
      EXPECT_EQ(samples.size() % kPerBatch, 0U);
      if (!samples.empty()) {
        const auto last = static_cast<std::int64_t>(samples.size()) - 1;
        EXPECT_EQ(samples.times.back(), last * kHour / 60);
      }
      previous = samples.size();
      EXPECT_TRUE(store.historian().Last(tag).ok());
      EXPECT_THAT(store.Problems(), IsEmpty());
    }
  };
  std::thread threads[] = {std::thread(write, tags[0]), std::thread(write, tags[1]),
                           std::thread(read, tags[0]), std::thread([&] {
                             while (writing > 0) EXPECT_TRUE(store.historian().Flush().ok());
                           })};
  for (std::thread& thread : threads) thread.join();
  for (const TagId tag : tags) EXPECT_EQ(store.Read(tag).size(), kBatches * kPerBatch);
  store.Reopen();
  for (const TagId tag : tags) EXPECT_EQ(store.Read(tag).size(), kBatches * kPerBatch);
  EXPECT_THAT(store.Problems(), IsEmpty());
}

}  // namespace
}  // namespace bedplate
