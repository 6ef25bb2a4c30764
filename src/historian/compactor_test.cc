// Merges that meet damage, a full disk or files that cannot be read: what they leave out, when they
// try again, and what health says meanwhile.

#include "historian/compactor.h"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "historian/format.h"
#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr std::int64_t kDay = 86'400'000'000'000;
constexpr std::uint64_t kPlenty = 1ULL << 40U;

/// Files that count what is read, and on demand refuse to read one of them or tell of room that
/// there is not, as a quota does.
class StubbornFiles final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::uint64_t reads = 0;
  std::string unreadable;  // its path
  bool tells_of_room = false;

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    ASSIGN_OR_RETURN(auto file, ForwardingFileSystem::OpenRandomAccess(path));
    return std::unique_ptr<RandomAccessFile>(std::make_unique<File>(*this, path, std::move(file)));
  }
  Result<std::uint64_t> AvailableBytes(const std::string& path) override {
    return tells_of_room ? kPlenty : ForwardingFileSystem::AvailableBytes(path);
  }

 private:
  class File final : public RandomAccessFile {
   public:
    File(StubbornFiles& files, std::string path, std::unique_ptr<RandomAccessFile> file)
        : files_(files), path_(std::move(path)), file_(std::move(file)) {}

    Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
      ++files_.reads;
      if (path_ == files_.unreadable) return Error(ErrorCode::kIo, "a bad sector").At(path_);
      return file_->ReadAt(offset, out);
    }
    [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

   private:
    StubbornFiles& files_;
    const std::string path_;
    const std::unique_ptr<RandomAccessFile> file_;
  };
};

/// A compactor over days of noise, a segment each, of which nine tenths are deleted.
class CompactorTest : public testing::Test {
 protected:
  static constexpr std::int64_t kSamples = 2'000;  // of a day

  /// `reserve_bytes` are kept free.
  void Fill(std::int64_t days, std::uint64_t reserve_bytes = 0) {
    std::mt19937_64 random(3);
    const TagId tag = store_.Tag("a");
    for (std::int64_t day = 0; day < days; ++day) {
      SampleColumns samples;
      for (std::int64_t i = 0; i < kSamples; ++i) {
        samples.Push({Timestamp(day * kDay + i), static_cast<double>(random()), kGood});
      }
      store_.Append(tag, samples);
      ASSERT_TRUE(store_.historian().Flush().ok());
    }
    for (std::int64_t day = 0; day < days; ++day) {
      const Timestamp from(day * kDay + kSamples / 10);
      const TagRange range{tag, {from, Timestamp((day + 1) * kDay)}};
      ASSERT_TRUE(store_.historian().Delete(std::span(&range, 1)).ok());
    }
    store_.Close();
    auto manifest = ReadManifest(store_.files(), TestStore::kDirectory);
    ASSERT_TRUE(manifest.ok());
    segments_.emplace(latch_, TestStore::kDirectory, std::move(manifest->manifest));
    room_.emplace(latch_, TestStore::kDirectory, reserve_bytes);
    compactor_.emplace(latch_, store_.clock(), *room_, *segments_, 0,
                       [this](ManifestChange change) {
                         return segments_->Publish(std::move(change), [](const auto& /*list*/) {});
                       });
  }

  [[nodiscard]] std::string PathOf(std::size_t segment) const {
    return (*segments_->List())[segment]->path();
  }
  /// By ascending time, as they are now.
  [[nodiscard]] std::vector<std::uint64_t> Sizes() const {
    std::map<std::int64_t, std::uint64_t> sizes;
    for (const auto list = segments_->List(); const SharedSegment& segment : *list) {
      sizes[segment->info().first_time] = segment->info().bytes;
    }
    std::vector<std::uint64_t> by_time;
    for (const auto& [time, bytes] : sizes) by_time.push_back(bytes);
    return by_time;
  }
  [[nodiscard]] HistorianStats Stats() const {
    HistorianStats stats;
    compactor_->AddTo(stats);
    return stats;
  }
  void LeaveBytes(std::uint64_t bytes) {
    store_.files().SetCapacity(kPlenty);
    const std::uint64_t used = kPlenty - *store_.files().AvailableBytes("/");
    store_.files().SetCapacity(used + bytes);
  }
  /// Rounds until one finds nothing to do.
  void RunRounds() {
    std::uint64_t before = UINT64_MAX;
    while (Stats().compactions != before) {
      before = Stats().compactions;
      ASSERT_LE(compactor_->Round(), seconds(1));
    }
  }

  TestStore store_;
  StubbornFiles files_{store_.files()};
  SyncLatch latch_{files_, store_.clock()};
  std::optional<SegmentSet> segments_;
  std::optional<DiskRoom> room_;
  std::optional<Compactor> compactor_;
};

class DamagedSegmentTest : public CompactorTest,
                           public testing::WithParamInterface<std::int64_t> {};

/// A byte of the first segment is another: of a block, or so far from the end, where index,
/// directory and footer are. The second one is rewritten all the same, and health tells of the
/// first for as long as it is there.
TEST_P(DamagedSegmentTest, StandsInTheWayOfNoOtherAndIsNotForgotten) {
  Fill(2);
  const std::string path = PathOf(0);
  const std::int64_t from_end = GetParam();
  store_.files().FlipByte(path, from_end > 0 ? *files_.FileSize(path) - from_end : 40);
  const std::vector<std::uint64_t> before = Sizes();
  for (int round = 0; round < 4; ++round) {
    EXPECT_LE(compactor_->Round(), seconds(1));
    const Status health = compactor_->Health();
    ASSERT_FALSE(health.ok()) << "round " << round;
    EXPECT_EQ(health.error().code(), ErrorCode::kCorruption);
    EXPECT_THAT(health.error().ToString(), HasSubstr(path));
  }
  EXPECT_EQ(Sizes()[0], before[0]);
  EXPECT_LT(Sizes()[1], before[1] / 5);
  EXPECT_EQ(Stats().compactions, 1U);
  EXPECT_EQ(Stats().compaction_failures, 1U);
  // Who asks for all of it hears of what is left out.
  const auto step = compactor_->Step(UINT64_MAX, {});
  ASSERT_FALSE(step.ok());
  EXPECT_THAT(step.error().ToString(), HasSubstr(path));
}

INSTANTIATE_TEST_SUITE_P(OfABlockOrTheEnd, DamagedSegmentTest,
                         testing::Values(0, 1, 9, 20, 33, 47, 60, 75, 90));

/// Of a set that is merged only what is damaged is left out.
TEST_F(CompactorTest, OneDamagedSegmentOfASetCostsItselfOnly) {
  Fill(3);
  const std::string path = PathOf(1);
  store_.files().FlipByte(path, 40);
  auto step = compactor_->Step(UINT64_MAX, {});
  while (step.ok() && step->merged > 0) step = compactor_->Step(UINT64_MAX, {});
  ASSERT_FALSE(step.ok());
  EXPECT_THAT(step.error().ToString(), HasSubstr(path));
  EXPECT_EQ(segments_->List()->size(), 2U);
  EXPECT_EQ(Stats().compaction_failures, 1U);
}

TEST_F(CompactorTest, OneThatCannotBeReadIsTriedAgainAfterTheOthers) {
  Fill(3);
  files_.unreadable = PathOf(0);
  const std::vector<std::uint64_t> before = Sizes();
  EXPECT_LE(compactor_->Round(), seconds(1));
  EXPECT_LE(compactor_->Round(), seconds(1));
  EXPECT_EQ(Stats().compactions, 2U);
  EXPECT_EQ(compactor_->Round(), seconds(1));
  EXPECT_EQ(compactor_->Round(), seconds(2));
  EXPECT_THAT(compactor_->Health().error().ToString(), HasSubstr("a bad sector"));
  files_.unreadable.clear();
  EXPECT_LE(compactor_->Round(), seconds(1));
  EXPECT_LT(Sizes()[0], before[0] / 5);
  EXPECT_TRUE(compactor_->Health().ok());
}

/// What failed is no matter any more when there is nothing left to be merged.
TEST_F(CompactorTest, AFailureIsOverWithWhatItWasAbout) {
  Fill(1);
  files_.unreadable = PathOf(0);
  EXPECT_EQ(compactor_->Round(), seconds(1));
  EXPECT_THAT(compactor_->Health().error().ToString(), HasSubstr("a bad sector"));
  const std::uint64_t id = segments_->List()->front()->info().id;
  ASSERT_TRUE(segments_->Publish({.removed = {id}}, [](const auto& /*list*/) {}).ok());
  EXPECT_EQ(compactor_->Round(), seconds(1));
  EXPECT_TRUE(compactor_->Health().ok());
}

/// There is no failure where nothing was tried: it is asked each second, and costs nothing.
TEST_F(CompactorTest, WithoutRoomNothingIsWrittenOrReadAgain) {
  Fill(3, 1'000'000);
  LeaveBytes(100);
  EXPECT_EQ(compactor_->Round(), seconds(1));
  const std::uint64_t reads = files_.reads;
  const std::uint64_t changes = store_.files().operations();
  for (int round = 0; round < 20; ++round) EXPECT_EQ(compactor_->Round(), seconds(1));
  EXPECT_EQ(files_.reads, reads);
  EXPECT_EQ(store_.files().operations(), changes);
  EXPECT_EQ(Stats().compaction_failures, 0U);
  EXPECT_EQ(compactor_->Health().error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(compactor_->Step(UINT64_MAX, {}).error().code(), ErrorCode::kResourceExhausted);
  LeaveBytes(10'000'000);
  RunRounds();
  EXPECT_EQ(Stats().compactions, 3U);
  EXPECT_TRUE(compactor_->Health().ok());
}

/// Room that ends in the middle was promised: what was written for nothing is not written again
/// each second.
TEST_F(CompactorTest, AMergeThatRunsOutOfRoomWaitsLongerEachTime) {
  Fill(1);
  files_.tells_of_room = true;
  LeaveBytes(1'000);
  for (std::uint32_t failures = 0; failures < 12; ++failures) {
    EXPECT_EQ(compactor_->Round(), seconds(1U << std::min(failures, 8U)));
    EXPECT_EQ(Stats().compaction_failures, failures + 1);
    EXPECT_THAT(compactor_->Health().error().ToString(), HasSubstr("last merge"));
  }
  LeaveBytes(10'000'000);
  RunRounds();
  EXPECT_EQ(Stats().compactions, 1U);
  EXPECT_TRUE(compactor_->Health().ok());
  for (const std::string& path : store_.files().Paths()) EXPECT_THAT(path, Not(HasSubstr(".tmp")));
}

}  // namespace
}  // namespace bedplate::historian
