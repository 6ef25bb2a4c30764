// What a store makes of files that were cut, changed or deleted: it says so, names what is lost,
// destroys no evidence and goes on with the rest.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "historian/manifest.h"
#include "historian/newest_log.h"
#include "historian/test_store.h"
#include "historian/wal_format.h"

namespace bedplate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kWal[] = "/data/historian/wal";
constexpr std::int64_t kDay = 86'400'000'000'000;

std::string LogPath(std::uint64_t sequence) {
  return JoinPath(kWal, historian::WalFileName(sequence));
}

std::uint64_t SizeOf(TestStore& store, const std::string& path) {
  return *store.files().FileSize(path);
}

/// Every file with its content: what must not change when a store is only looked at.
std::map<std::string, std::string> Contents(FaultFileSystem& files) {
  std::map<std::string, std::string> contents;
  for (const std::string& path : files.Paths()) contents[path] = *files.ReadFile(path, 1U << 30U);
  return contents;
}

Result<CheckReport> CheckFiles(TestStore& store) {
  return Historian::CheckFiles(store.files(), store.clock(), TestStore::kDirectory, {});
}

void FlipLastByte(TestStore& store, const std::string& path) {
  store.files().FlipByte(path, SizeOf(store, path) - 1);
}

/// Ends it as a power cut does: nobody notes how long the log was.
void Crash(TestStore& store) {
  store.files().CutPowerAfter(0);
  store.Close();
  store.files().Restart(FaultFileSystem::Unsynced::kLost);
}

/// A crashed store with two appends in its log, the second of them damaged.
std::string DamageLastGroup(TestStore& store) {
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  store.Append(tag, {2}, {2.0});
  Crash(store);
  const std::string path = LogPath(1);
  FlipLastByte(store, path);
  return path;
}

TEST(TornTailTest, CheckNamesItAndChangesNothing) {
  TestStore store;
  const std::string path = DamageLastGroup(store);
  const auto before = Contents(store.files());
  const std::uint64_t operations = store.files().operations();
  const auto report = CheckFiles(store);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_THAT(report->problems, IsEmpty());
  EXPECT_THAT(report->notes, ElementsAre(AllOf(HasSubstr(path), HasSubstr("incomplete"),
                                               HasSubstr("bytes from byte"))));
  EXPECT_EQ(store.files().operations(), operations);
  EXPECT_EQ(Contents(store.files()), before);
}

TEST(TornTailTest, OpeningSaysThatItCutsAndKeepsWhatItCuts) {
  TestStore store;
  const std::string path = DamageLastGroup(store);
  const std::string content = *store.files().ReadFile(path, 1U << 20U);
  store.Reopen();
  ASSERT_THAT(store.historian().Findings(), SizeIs(1));
  EXPECT_THAT(store.historian().Findings()[0],
              AllOf(HasSubstr(path), HasSubstr("/wal/torn/0000000001-")));
  const std::string kept = *store.files().ReadFile(store.PathEndingIn(".tail"), 1U << 20U);
  EXPECT_TRUE(!kept.empty() && content.ends_with(kept));
  store.Reopen();
  EXPECT_THAT(store.historian().Findings(), IsEmpty());
}

TEST(TornTailTest, OnlyTheNewestAreKept) {
  TestStore store;
  const TagId tag = store.Tag("a");
  for (std::int64_t i = 0; i < 12; ++i) {
    store.Append(tag, {2 * i}, {1.0});
    store.Append(tag, {2 * i + 1}, {1.0});
    std::string newest;
    for (const std::string& path : store.files().Paths()) {
      if (path.ends_with(".wal")) newest = path;
    }
    Crash(store);
    FlipLastByte(store, newest);
    store.Reopen();
  }
  std::size_t tails = 0;
  for (const std::string& path : store.files().Paths()) tails += path.ends_with(".tail") ? 1 : 0;
  EXPECT_EQ(tails, 8U);
}

std::uint64_t UsedBytes(TestStore& store) {
  std::uint64_t bytes = 0;
  for (const std::string& path : store.files().Paths()) bytes += SizeOf(store, path);
  return bytes;
}

/// A full disk is what tears tails: what is left of it is for the store.
TEST(TornTailTest, IsNotKeptAtTheCostOfTheStart) {
  constexpr std::uint64_t kMebibyte = 1U << 20U;
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  Crash(store);
  {
    const auto log = store.files().OpenWritable(LogPath(1), OpenMode::kAppend);
    ASSERT_TRUE(log.ok());
    ASSERT_TRUE((*log)->Append(Bytes(3 * kMebibyte, std::byte{7})).ok());
    ASSERT_TRUE((*log)->Sync().ok());
  }
  store.files().SetCapacity(UsedBytes(store) + 2 * kMebibyte);
  store.Reopen();
  EXPECT_TRUE(store.historian().Health().ok());
  EXPECT_THAT(store.historian().Findings(),
              ElementsAre(AllOf(HasSubstr("incomplete"), HasSubstr("could not be kept"))));
  EXPECT_EQ(store.PathEndingIn(".tail"), "");
  EXPECT_TRUE(store.TryAppend(tag, SampleColumns(store.Read(tag))).ok());
}

/// What is written in part only takes no room.
TEST(TornTailTest, LeavesNothingWhereItCannotBeWritten) {
  // Of the appends to files that an opening makes the tail is the last.
  constexpr std::uint64_t kMostAppends = 20;
  bool was_refused = false;
  for (std::uint64_t count = 0; !was_refused && count < kMostAppends; ++count) {
    TestStore store;
    DamageLastGroup(store);
    store.files().FailAfter(FaultFileSystem::Operation::kAppend, count);
    const auto opened =
        Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
    if (!opened.ok()) continue;
    was_refused = true;
    EXPECT_THAT((*opened)->Findings(), ElementsAre(HasSubstr("could not be kept")));
    EXPECT_EQ(store.PathEndingIn(".tail"), "");
  }
  EXPECT_TRUE(was_refused);
}

/// What was taken over from the file before stands in the new one only, so its header says that it
/// must be there.
TEST(CarriedGroupsTest, AreMissedWhereTheFileEndsBeforeThem) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  Crash(store);
  // As a killed process leaves it.
  store.Reopen();
  store.files().CutPowerAfter(0);
  store.Close();
  store.files().Restart(FaultFileSystem::Unsynced::kLost);
  ASSERT_GT(SizeOf(store, LogPath(2)), historian::kWalHeaderBytes);
  ASSERT_TRUE(store.files().Truncate(LogPath(2), historian::kWalHeaderBytes).ok());
  const auto opened =
      Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(opened.error().ToString(), HasSubstr(LogPath(2)));
  const auto losses = Historian::Repair(store.files(), store.clock(), TestStore::kDirectory, {});
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr(LogPath(2)), HasSubstr("are lost"))));
  store.Reopen();
  EXPECT_FALSE(store.historian().Find("a"));
}

/// How much of a file counts only its own successor tells: not the one after a file that is
/// missing.
TEST(MissingLogFileTest, CostsNothingOfTheFileBefore) {
  TestStore store;
  store.options().wal_file_bytes = 4096;
  store.Reopen();
  const TagId tag = store.Tag("a");
  std::int64_t time = 0;
  const auto append = [&](int count) {
    SampleColumns samples;
    for (int i = 0; i < count; ++i, ++time) samples.Push({Timestamp(time), 1.0 / 3.0, kGood});
    store.Append(tag, std::move(samples));
  };
  for (const int count : {100, 100, 100, 300, 50, 300, 50}) append(count);
  store.Close();
  std::vector<std::string> logs;
  for (const std::string& path : store.files().Paths()) {
    if (path.ends_with(".wal")) logs.push_back(path);
  }
  ASSERT_THAT(logs, SizeIs(4));
  ASSERT_TRUE(store.files().Remove(logs[1]).ok());
  const auto losses = Historian::Repair(store.files(), store.clock(), TestStore::kDirectory, {});
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, ElementsAre(HasSubstr(logs[1])));
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), 700U);
}

TEST(ReadOnlyTest, ReadsWhatIsThereAndRefusesToChangeIt) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Append(tag, {2}, {2.0});
  store.Close();
  const std::uint64_t operations = store.files().operations();
  {
    const auto opened =
        Historian::OpenReadOnly(store.files(), store.clock(), TestStore::kDirectory);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    const Historian& historian = **opened;
    EXPECT_EQ(historian.Find("a")->samples, 2U);
    EXPECT_EQ((*historian.Last(tag))->time, Timestamp(2));
    EXPECT_THAT(historian.Check({})->problems, IsEmpty());
    EXPECT_GT(historian.Stats().wal_bytes, 0U);
    TagBatch batch{tag, {}};
    batch.samples.Push({Timestamp(3), 3.0, kGood});
    EXPECT_EQ((*opened)->Append(std::span(&batch, 1)).error().code(), ErrorCode::kUnsupported);
    EXPECT_EQ((*opened)->Resolve("b", ValueType::kBool).error().code(), ErrorCode::kUnsupported);
    EXPECT_EQ((*opened)->Flush().error().code(), ErrorCode::kUnsupported);
    // Two may read at once, but nobody may write meanwhile.
    EXPECT_TRUE(Historian::OpenReadOnly(store.files(), store.clock(), TestStore::kDirectory).ok());
    EXPECT_EQ(Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options())
                  .error()
                  .code(),
              ErrorCode::kConflict);
  }
  EXPECT_EQ(store.files().operations(), operations);
  store.Reopen();
  EXPECT_EQ(CheckFiles(store).error().code(), ErrorCode::kConflict);
}

TEST(NewestLogTest, TheLossOfTheNewestFilesIsCorruption) {
  TestStore store;
  store.options().wal_file_bytes = 4096;
  store.Reopen();
  const TagId tag = store.Tag("a");
  std::int64_t time = 0;
  while (!store.files().Exists(LogPath(3))) {
    store.Append(tag, {time, time + 1}, {1.5, 2.5});
    time += 2;
  }
  store.Close();
  ASSERT_TRUE(store.files().Remove(LogPath(3)).ok());
  const auto opened =
      Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(opened.error().ToString(), HasSubstr(LogPath(3)));
  EXPECT_THAT(CheckFiles(store)->problems, Contains(HasSubstr(LogPath(3))));
}

/// How long the log was is known when the store was closed, so a shorter one has lost something.
TEST(NewestLogTest, WhatIsCutOffAClosedLogIsMissed) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  const std::uint64_t first_end = SizeOf(store, LogPath(1));
  store.Append(tag, {2}, {2.0});
  const std::uint64_t end = SizeOf(store, LogPath(1));
  store.Close();
  ASSERT_TRUE(store.files().Truncate(LogPath(1), first_end).ok());
  const auto opened =
      Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().ToString(),
              AllOf(HasSubstr(LogPath(1)), HasSubstr(std::to_string(first_end))));
  EXPECT_THAT(CheckFiles(store)->problems, Contains(HasSubstr(std::to_string(end) + " are lost")));
  const auto losses = Historian::Repair(store.files(), store.clock(), TestStore::kDirectory, {});
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(HasSubstr(std::to_string(end) + " are lost")));
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), 1U);
}

/// They guard the others; where one is damaged or missing itself nothing is lost.
TEST(NewestLogTest, ItsOwnDamageIsSaidAndMended) {
  TestStore store;
  store.Append(store.Tag("a"), {1}, {1.0});
  store.Close();
  FlipLastByte(store, JoinPath(kWal, "NEWEST"));
  store.Reopen();
  EXPECT_THAT(store.historian().Findings(), ElementsAre(HasSubstr("wal/NEWEST")));
  store.Close();
  FlipLastByte(store, std::string(kWal) + ".NEWEST");
  store.Reopen();
  EXPECT_THAT(store.historian().Findings(), ElementsAre(HasSubstr("wal.NEWEST")));
  store.Close();
  ASSERT_TRUE(store.files().Remove(JoinPath(kWal, "NEWEST")).ok());
  ASSERT_TRUE(store.files().Remove(std::string(kWal) + ".NEWEST").ok());
  store.Reopen();
  EXPECT_THAT(store.historian().Findings(), IsEmpty());
  EXPECT_GT(historian::ReadNewestLog(store.files(), kWal)->newest.sequence, 0U);
  EXPECT_EQ(store.historian().Find("a")->samples, 1U);
}

/// Somebody makes room by deleting the whole log.
TEST(NewestLogTest, TheLossOfTheWholeFolderIsCorruption) {
  TestStore store;
  store.Append(store.Tag("a"), {1}, {1.0});
  store.Reopen();
  store.Append(store.Tag("a"), {2}, {2.0});
  store.Close();
  for (const std::string& path : store.files().Paths()) {
    if (!path.starts_with(JoinPath(kWal, ""))) continue;
    ASSERT_TRUE(store.files().Remove(path).ok());
  }
  const auto opened =
      Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options());
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().ToString(), HasSubstr(LogPath(1)));
  EXPECT_THAT(CheckFiles(store)->problems, Contains(HasSubstr(LogPath(2))));
}

/// Two manifests: one damaged, missing or old copy costs nothing, and is said.
class ManifestCopyTest : public testing::Test {
 protected:
  ManifestCopyTest() : paths_(historian::ManifestPaths(TestStore::kDirectory)) {
    tag_ = store_.Tag("a");
    store_.Append(tag_, {1}, {1.0});
    EXPECT_TRUE(store_.historian().Flush().ok());
    old_ = *store_.files().ReadFile(paths_[0], 1U << 20U);
    store_.Append(tag_, {40 * kDay}, {2.0});
    EXPECT_TRUE(store_.historian().Flush().ok());
    const TagRange first{tag_, {Timestamp(0), Timestamp(2)}};
    EXPECT_EQ(*store_.historian().Delete(std::span(&first, 1)), 1U);
    store_.Close();
  }

  void ExpectAllIsThereAndSaid(const std::string& path) {
    const auto report = CheckFiles(store_);
    ASSERT_TRUE(report.ok());
    EXPECT_THAT(report->problems, ElementsAre(AllOf(HasSubstr(path), HasSubstr("whole"))));
    ASSERT_NO_FATAL_FAILURE(store_.Reopen());
    EXPECT_THAT(store_.historian().Findings(), ElementsAre(HasSubstr(path)));
    EXPECT_THAT(store_.Read(tag_).times, ElementsAre(40 * kDay));
    store_.Close();
    EXPECT_EQ(*store_.files().ReadFile(paths_[0], 1U << 20U),
              *store_.files().ReadFile(paths_[1], 1U << 20U));
    EXPECT_THAT(CheckFiles(store_)->problems, IsEmpty());
  }

  TestStore store_;
  const std::array<std::string, 2> paths_;
  TagId tag_;
  std::string old_;
};

TEST_F(ManifestCopyTest, ADamagedOneCostsNothing) {
  for (const std::string& path : paths_) {
    FlipLastByte(store_, path);
    ExpectAllIsThereAndSaid(path);
  }
}

TEST_F(ManifestCopyTest, DamageToBothIsNamedOnce) {
  for (const std::string& path : paths_) FlipLastByte(store_, path);
  EXPECT_THAT(CheckFiles(store_)->problems,
              ElementsAre(AllOf(HasSubstr(paths_[0]), HasSubstr(paths_[1]))));
}

TEST_F(ManifestCopyTest, AMissingOneCostsNothing) {
  ASSERT_TRUE(store_.files().Remove(paths_[0]).ok());
  ExpectAllIsThereAndSaid(paths_[0]);
  ASSERT_TRUE(store_.files().Remove(paths_[1]).ok());
  EXPECT_THAT(CheckFiles(store_)->problems, IsEmpty());
  store_.Reopen();
  EXPECT_TRUE(store_.files().Exists(paths_[1]));
}

/// The deletion that the old one does not know stays done.
TEST_F(ManifestCopyTest, AnOldOneThatIsPutBackDoesNotCount) {
  for (const std::string& path : paths_) {
    ASSERT_TRUE(WriteFileAtomically(store_.files(), path, old_).ok());
    ExpectAllIsThereAndSaid(path);
  }
}

/// The power fails between the two: either is a state of the store, and none is damage.
TEST_F(ManifestCopyTest, OneThatIsASingleEditionBehindIsNoDamage) {
  store_.Reopen();
  store_.Append(tag_, {80 * kDay}, {3.0});
  store_.files().FailAfter(FaultFileSystem::Operation::kRename, 5);
  ASSERT_FALSE(store_.historian().Flush().ok());
  store_.Close();
  EXPECT_NE(*store_.files().ReadFile(paths_[0], 1U << 20U),
            *store_.files().ReadFile(paths_[1], 1U << 20U));
  EXPECT_THAT(CheckFiles(store_)->problems, IsEmpty());
  store_.Reopen();
  EXPECT_THAT(store_.historian().Findings(), IsEmpty());
  EXPECT_THAT(store_.Read(tag_).times, ElementsAre(40 * kDay, 80 * kDay));
}

TEST(CheckFilesTest, NamesEveryDamageWithWhatItCosts) {
  TestStore store;
  const TagId tag = store.Tag("plant/a");
  store.Append(tag, {1, 2, 3}, {1.0, 2.0, 3.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Append(tag, {40 * kDay}, {4.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  const std::string log = LogPath(3);
  store.Append(tag, {80 * kDay}, {5.0});
  const std::uint64_t first_group_end = SizeOf(store, log);
  store.Append(tag, {81 * kDay}, {6.0});
  store.Append(tag, {82 * kDay}, {7.0});
  store.Close();
  std::vector<std::string> segments;
  for (const std::string& path : store.files().Paths()) {
    if (path.ends_with(".seg")) segments.push_back(path);
  }
  ASSERT_THAT(segments, SizeIs(2));
  ASSERT_TRUE(store.files().Remove(segments[0]).ok());
  // Behind the header of 32 bytes the first block begins.
  store.files().FlipByte(segments[1], 40);
  store.files().FlipByte(log, first_group_end + historian::kFrameHeaderBytes + 3);
  ASSERT_FALSE(
      Historian::Open(store.files(), store.clock(), TestStore::kDirectory, store.options()).ok());
  const auto report = CheckFiles(store);
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, Contains(AllOf(HasSubstr(segments[0]), HasSubstr("missing"),
                                               HasSubstr("3 samples of 1 tags from 1970-01-01"))));
  EXPECT_THAT(report->problems, Contains(AllOf(HasSubstr(segments[1]), HasSubstr("at byte"),
                                               HasSubstr("plant/a"), HasSubstr("1970-02-10"))));
  EXPECT_THAT(report->problems, Contains(AllOf(HasSubstr(log), HasSubstr("appends of 1 groups"),
                                               HasSubstr("check --repair"))));
}

/// A missing segment and a cut one are the same: what needs them fails, all else goes on.
TEST(LostSegmentTest, TheStoreStartsAndSaysWhatIsLost) {
  for (const bool is_missing : {true, false}) {
    TestStore store;
    const TagId tag = store.Tag("a");
    store.Append(tag, {1}, {1.0});
    ASSERT_TRUE(store.historian().Flush().ok());
    store.Append(tag, {40 * kDay}, {2.0});
    store.Close();
    const std::string path = store.PathEndingIn(".seg");
    if (is_missing) {
      ASSERT_TRUE(store.files().Remove(path).ok());
    } else {
      ASSERT_TRUE(store.files().Truncate(path, 50).ok());
    }
    store.Reopen();
    EXPECT_THAT(store.historian().Findings(), ElementsAre(HasSubstr(path)));
    const Status health = store.historian().Health();
    ASSERT_FALSE(health.ok());
    EXPECT_EQ(health.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(health.error().ToString(), AllOf(HasSubstr(path), HasSubstr("1 samples")));
    // Also at a time that only the lost segment could know.
    EXPECT_EQ(store.Append(tag, {1, 41 * kDay}, {9.0, 3.0}).stored, 2U);
    EXPECT_EQ(store.Read(tag, {Timestamp(39 * kDay), Timestamp(50 * kDay)}).size(), 2U);
    const auto touched =
        store.historian().Scan({.tag = tag}, [](const SampleColumns&) { return true; });
    ASSERT_FALSE(touched.ok());
    EXPECT_EQ(touched.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(touched.error().ToString(), HasSubstr(path));
  }
}

/// What cannot be read now, though it is there, must not be taken for new.
TEST(UnreadableSegmentTest, AnAppendFailsBeforeItIsLogged) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1, 2}, {1.0, 2.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Reopen();
  const std::uint64_t bytes = store.historian().Stats().wal_bytes;
  SampleColumns again;
  again.Push({Timestamp(1), 1.0, kGood});
  store.files().FailAfter(FaultFileSystem::Operation::kOpenRead, 0);
  const auto refused = store.TryAppend(tag, again);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_TRUE(refused.error().retryable());
  EXPECT_EQ(store.historian().Stats().wal_bytes, bytes);
  EXPECT_EQ(store.Append(tag, again).duplicates, 1U);
  EXPECT_EQ(store.historian().Find(tag)->samples, 2U);
}

TEST(DeletedLogTest, AppendsFailUntilTheHeadIsSafe) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  ASSERT_TRUE(store.files().Remove(LogPath(1)).ok());
  SampleColumns more;
  more.Push({Timestamp(2), 2.0, kGood});
  ASSERT_FALSE(store.TryAppend(tag, more).ok());
  EXPECT_THAT(store.historian().Health().error().ToString(), HasSubstr("deleted"));
  EXPECT_TRUE(store.TryAppend(tag, more).ok());
  ASSERT_TRUE(store.historian().Flush().ok());
  EXPECT_TRUE(store.historian().Health().ok());
  store.Reopen();
  EXPECT_EQ(store.historian().Find(tag)->samples, 2U);
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// The segments of nine flushes of one day are due to be merged.
void FillADay(TestStore& store, TagId tag) {
  for (std::int64_t i = 0; i < 9; ++i) {
    store.Append(tag, {i}, {1.0});
    EXPECT_TRUE(store.historian().Flush().ok());
  }
}

std::size_t CountSegmentFiles(TestStore& store) {
  std::size_t count = 0;
  for (const std::string& path : store.files().Paths()) count += path.ends_with(".seg") ? 1 : 0;
  return count;
}

TEST(FailedMergeTest, AGoodFlushStaysGoodAndTheMergeIsNotDoneTwice) {
  TestStore store;
  const TagId tag = store.Tag("a");
  for (std::int64_t i = 0; i < 8; ++i) {
    store.Append(tag, {i}, {1.0});
    ASSERT_TRUE(store.historian().Flush().ok());
  }
  store.Append(tag, {8}, {1.0});
  // Of the renames to come the ninth one publishes the merge: log, twice its number, segment, twice
  // the manifest, merged segment, twice the manifest.
  store.files().FailAfter(FaultFileSystem::Operation::kRename, 8);
  EXPECT_TRUE(store.historian().Flush().ok());
  EXPECT_FALSE(store.historian().Health().ok());
  EXPECT_EQ(store.historian().Stats().compaction_failures, 1U);
  EXPECT_EQ(CountSegmentFiles(store), 10U);
  EXPECT_EQ(store.Read(tag).size(), 9U);
  EXPECT_TRUE(store.historian().Flush().ok());
  EXPECT_TRUE(store.historian().Health().ok());
  EXPECT_EQ(store.historian().Stats().compactions, 1U);
  EXPECT_EQ(CountSegmentFiles(store), 1U);
  EXPECT_EQ(store.Read(tag).size(), 9U);
}

TEST(FailedMergeTest, DamagedSegmentsAreLeftOutOfLaterMerges) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {100}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Close();
  store.files().FlipByte(store.PathEndingIn(".seg"), 40);
  store.Reopen();
  FillADay(store, tag);
  EXPECT_EQ(store.historian().Stats().compaction_failures, 1U);
  EXPECT_EQ(store.historian().Stats().compactions, 1U);
  EXPECT_EQ(store.historian().Stats().segments, 2U);
  EXPECT_EQ(store.historian().Health().error().code(), ErrorCode::kCorruption);
  ASSERT_TRUE(store.historian().Flush().ok());
  EXPECT_EQ(store.historian().Health().error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace bedplate
