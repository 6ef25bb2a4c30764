// A damaged store is made one that opens: what can be read stays, what cannot is named and kept
// aside.

#include "historian/repair.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/forwarding_file_system.h"
#include "historian/test_store.h"
#include "historian/wal_format.h"
#include "historian/wal_reader.h"

namespace bedplate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t kDay = 86'400'000'000'000;

Result<std::vector<std::string>> Repair(TestStore& store) {
  return Historian::Repair(store.files(), store.clock(), TestStore::kDirectory, {});
}

std::vector<double> ReplacedOf(TestStore& store, TagId tag) {
  std::vector<double> values;
  const Status read = store.historian().Replaced({.tag = tag}, [&](const SampleColumns& block) {
    values.insert(values.end(), block.doubles.begin(), block.doubles.end());
    return true;
  });
  EXPECT_TRUE(read.ok()) << read.error().ToString();
  return values;
}

bool HasQuarantined(TestStore& store, std::string_view suffix) {
  for (const std::string& path : store.files().Paths()) {
    if (path.find("/quarantine/") != std::string::npos && path.ends_with(suffix)) return true;
  }
  return false;
}

TEST(RepairTest, ASoundStoreLosesNothing) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Append(tag, {2}, {2.0});
  EXPECT_EQ(Repair(store).error().code(), ErrorCode::kConflict);
  store.Close();
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, IsEmpty());
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), 2U);
  EXPECT_EQ(store.historian().Find(tag)->samples, 2U);
  EXPECT_THAT(store.Problems(), IsEmpty());
}

TEST(RepairTest, OneBadBlockCostsItsSamplesOnly) {
  TestStore store;
  const TagId first = store.Tag("plant/a");
  const TagId second = store.Tag("plant/b");
  store.Append(first, {1, 2, 3}, {1.0, 2.0, 3.0});
  store.Append(second, {1, 2}, {4.0, 5.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Close();
  // Behind the header of 32 bytes the block of the first series begins.
  store.files().FlipByte(store.PathEndingIn(".seg"), 33);
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr("plant/a"), HasSubstr("3 samples"))));
  EXPECT_TRUE(HasQuarantined(store, ".seg"));
  store.Reopen();
  EXPECT_TRUE(store.historian().Health().ok());
  EXPECT_THAT(store.Problems(), IsEmpty());
  EXPECT_EQ(store.Read(first).size(), 0U);
  EXPECT_EQ(store.historian().Find(first)->samples, 0U);
  EXPECT_EQ(store.Read(second).size(), 2U);
  EXPECT_EQ(store.historian().Find(second)->samples, 2U);
}

TEST(RepairTest, AMissingSegmentIsLeftOut) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Append(tag, {40 * kDay}, {2.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Close();
  ASSERT_TRUE(store.files().Remove(store.PathEndingIn("1.seg")).ok());
  ASSERT_THAT(*Repair(store), Not(IsEmpty()));
  store.Reopen();
  EXPECT_EQ(store.Read(tag).size(), 1U);
  EXPECT_EQ(store.historian().Find(tag)->first, Timestamp(40 * kDay));
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// Files that do not let themselves be read as a whole, as a segment may be larger than memory.
class NoWholeSegments final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override {
    if (path.ends_with(".seg")) return Error(ErrorCode::kResourceExhausted, "too large").At(path);
    return ForwardingFileSystem::ReadFile(path, limit_bytes);
  }
};

TEST(RepairTest, ASegmentIsKeptAsideWithoutBeingReadAsAWhole) {
  TestStore store;
  store.Append(store.Tag("a"), {1, 2}, {1.0, 2.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Close();
  const std::string segment = store.PathEndingIn(".seg");
  store.files().FlipByte(segment, 33);
  const std::string content = *store.files().ReadFile(segment, 1U << 20U);
  NoWholeSegments files(store.files());
  const auto losses = Historian::Repair(files, store.clock(), TestStore::kDirectory, {});
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_EQ(*store.files().ReadFile(store.PathEndingIn(".seg"), 1U << 20U), content);
  EXPECT_TRUE(HasQuarantined(store, ".seg"));
}

TEST(RepairTest, ABadGroupOfTheLogCostsItsAppendOnly) {
  TestStore store;
  const TagId tag = store.Tag("a");
  const std::string log = store.PathEndingIn(".wal");
  store.Append(tag, {1}, {1.0});
  const std::uint64_t end = *store.files().FileSize(log);
  store.Append(tag, {2}, {2.0});
  store.Append(tag, {3}, {3.0});
  store.Close();
  store.files().FlipByte(log, end + historian::kFrameHeaderBytes + 3);
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr(log), HasSubstr("1 groups"))));
  EXPECT_TRUE(HasQuarantined(store, ".wal"));
  store.Reopen();
  EXPECT_THAT(store.Read(tag).times, testing::ElementsAre(1, 3));
  EXPECT_THAT(store.Problems(), IsEmpty());
}

/// What the log held is lost wherever the store stands: only what a loss is about tells whose it
/// is.
TEST(RepairTest, ALossOfTheLogIsNamedWhateverTheDirectoryIsCalled) {
  const std::string directory = "/plant.segment/wal.seg/historian";
  FaultFileSystem files(1);
  const ManualClock clock{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options;
  options.background = false;
  options.reserve_bytes = 0;
  {
    const auto opened = Historian::Open(files, clock, directory, options);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    const TagId tag = *(*opened)->Resolve("a", ValueType::kDouble);
    for (std::int64_t time = 1; time <= 2; ++time) {
      TagBatch batch{tag, {}};
      batch.samples.Push({Timestamp(time), 1.0, kGood});
      ASSERT_TRUE((*opened)->Append(std::span(&batch, 1)).ok());
    }
  }
  const std::string log = directory + "/wal/" + historian::WalFileName(1);
  files.FlipByte(log, *files.FileSize(log) - 3);
  const auto losses = Historian::Repair(files, clock, directory, {});
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, testing::ElementsAre(AllOf(HasSubstr(log), HasSubstr("are lost"))));
}

/// Values that were replaced, and conflicts, count what was appended: a repair appends nothing.
class RepairedConflictsTest : public testing::Test {
 protected:
  RepairedConflictsTest() {
    for (const double value : {5.0, 7.0, 5.0, 7.0}) store_.Append(tag_, {1}, {value});
  }

  void RepairAndExpectTheSame() {
    const auto losses = Repair(store_);
    ASSERT_TRUE(losses.ok()) << losses.error().ToString();
    EXPECT_THAT(*losses, Not(IsEmpty()));
    store_.Reopen();
    EXPECT_EQ(store_.Read(tag_).doubles, std::vector<double>{7.0});
    EXPECT_THAT(ReplacedOf(store_, tag_), testing::ElementsAre(5.0, 7.0, 5.0));
    EXPECT_EQ(store_.historian().Find(tag_)->conflicts, 3U);
    EXPECT_THAT(store_.Problems(), IsEmpty());
  }

  TestStore store_;
  const TagId tag_ = store_.Tag("a");
};

TEST_F(RepairedConflictsTest, StayWhenTheEndOfAClosedLogIsDamaged) {
  const std::string log = store_.PathEndingIn(".wal");
  store_.Append(store_.Tag("b"), {1}, {1.0});
  store_.Close();
  store_.files().FlipByte(log, *store_.files().FileSize(log) - 1);
  RepairAndExpectTheSame();
}

/// Its checksums hold, but a record in it is of no type that there is.
TEST_F(RepairedConflictsTest, StayWhenAGroupDoesNotRead) {
  const std::string log = store_.PathEndingIn(".wal");
  store_.Close();
  std::string content = *store_.files().ReadFile(log, 1U << 20U);
  const auto file = historian::ReadWal(AsBytes(content), std::nullopt);
  ASSERT_TRUE(file.ok());
  const Bytes payload(5, std::byte{0x7F});
  Bytes frame;
  historian::PutFrameHeader(frame,
                            {.payload_bytes = static_cast<std::uint32_t>(payload.size()),
                             .payload_crc = Crc32c(payload),
                             .group = file->groups.size() + 1},
                            file->header.salt);
  content += std::string(AsText(frame)) + std::string(AsText(payload));
  ASSERT_TRUE(WriteFileAtomically(store_.files(), log, content).ok());
  RepairAndExpectTheSame();
}

/// The group that defines a series is lost, and a later file, which is whole, has samples of it.
TEST(RepairTest, ConflictsInAFileWithSamplesOfALostSeriesCountOnce) {
  TestStore store;
  const std::string log = store.PathEndingIn(".wal");
  const TagId tag = store.Tag("a");
  store.Append(tag, {0}, {1.0});
  const std::uint64_t definition = *store.files().FileSize(log);
  const TagId lost = store.Tag("lost");
  store.Append(lost, {0}, {1.0});
  store.Append(tag, {kDay}, {1.0});
  store.Append(tag, {2 * kDay}, {1.0});
  store.Reopen();
  for (const double value : {5.0, 7.0, 5.0, 7.0}) store.Append(tag, {1}, {value});
  store.Append(lost, {1, 2}, {1.0, 1.0});
  store.Append(lost, {3}, {1.0});
  store.Append(tag, {2}, {9.0});
  store.Close();
  store.files().FlipByte(log, definition + historian::kFrameHeaderBytes);
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(HasSubstr("3 samples of series 2 are lost")));
  store.Reopen();
  EXPECT_THAT(ReplacedOf(store, tag), testing::ElementsAre(5.0, 7.0, 5.0));
  EXPECT_EQ(store.historian().Find(tag)->conflicts, 3U);
  EXPECT_THAT(store.Read(tag).doubles, testing::ElementsAre(1.0, 7.0, 9.0, 1.0, 1.0));
}

/// Bytes changed anywhere but in the manifest: the store opens after a repair, and what it gives is
/// what was appended.
TEST(RepairTest, AnyDamageLeavesAStoreThatOpensWithoutAWrongValue) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    TestStore store(seed);
    const TagId tag = store.Tag("a");
    for (std::int64_t i = 0; i < 12; ++i) {
      store.Append(tag, {i, i + 40 * kDay}, {static_cast<double>(i), static_cast<double>(i)});
      if (i % 4 == 3 && i < 11) {
        ASSERT_TRUE(store.historian().Flush().ok());
      }
    }
    store.Close();
    for (int flip = 0; flip < 3; ++flip) {
      const auto paths = store.files().Paths();
      const std::string& path = paths[random() % paths.size()];
      if (path.ends_with("MANIFEST")) continue;
      store.files().FlipByte(path, random() % *store.files().FileSize(path));
    }
    const auto losses = Repair(store);
    ASSERT_TRUE(losses.ok()) << losses.error().ToString();
    ASSERT_NO_FATAL_FAILURE(store.Reopen());
    const SampleColumns read = store.Read(tag);
    for (std::size_t i = 0; i < read.size(); ++i) {
      ASSERT_EQ(read.doubles[i], static_cast<double>(read.times[i] % kDay));
    }
    ASSERT_EQ(store.historian().Find(tag)->samples, read.size());
    ASSERT_THAT(store.Problems(), IsEmpty());
    if (losses->empty()) {
      ASSERT_EQ(read.size(), 24U);
    }
  }
}

}  // namespace
}  // namespace bedplate
