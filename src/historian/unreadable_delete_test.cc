// Deletions from a store of which a segment is missing, damaged or on a bad sector: all else is
// deleted, and what cannot be read is hidden should it come back.

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "historian/manifest.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

constexpr std::int64_t kDay = 86'400'000'000'000;

/// Files of which one cannot be read.
class BadSector final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::string unreadable;

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    ASSIGN_OR_RETURN(auto file, ForwardingFileSystem::OpenRandomAccess(path));
    return std::unique_ptr<RandomAccessFile>(std::make_unique<File>(*this, path, std::move(file)));
  }

 private:
  class File final : public RandomAccessFile {
   public:
    File(const BadSector& files, std::string path, std::unique_ptr<RandomAccessFile> file)
        : files_(files), path_(std::move(path)), file_(std::move(file)) {}

    Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
      if (path_ != files_.unreadable) return file_->ReadAt(offset, out);
      return Error(ErrorCode::kIo, "cannot read: Input/output error");
    }
    [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

   private:
    const BadSector& files_;
    const std::string path_;
    const std::unique_ptr<RandomAccessFile> file_;
  };
};

/// One segment holds days 0 and 1 of tag a, another days 40 and 41 of tags a and b.
class UnreadableDeleteTest : public testing::Test {
 protected:
  UnreadableDeleteTest() : files_(store_.files()) {
    a_ = store_.Tag("a");
    b_ = store_.Tag("b");
    store_.Append(a_, Days(0));
    EXPECT_TRUE(store_.historian().Flush().ok());
    early_ = store_.PathEndingIn(".seg");
    store_.Append(a_, Days(40));
    store_.Append(b_, Days(40));
    EXPECT_TRUE(store_.historian().Flush().ok());
    store_.Close();
  }

  static SampleColumns Days(std::int64_t first) {
    SampleColumns samples;
    for (const std::int64_t day : {first, first + 1}) {
      for (int i = 0; i < 50; ++i) samples.Push({Timestamp(day * kDay + i), 0.1 * i, kGood});
    }
    return samples;
  }

  void Open() {
    auto opened = Historian::Open(files_, store_.clock(), TestStore::kDirectory, store_.options());
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    historian_ = *std::move(opened);
  }

  /// From the beginning of time, as retention does.
  std::uint64_t DeleteBefore(TagId tag, std::int64_t day) {
    const TagRange range{tag, {kMinTimestamp, Timestamp(day * kDay)}};
    const auto deleted = historian_->Delete(std::span(&range, 1));
    EXPECT_TRUE(deleted.ok()) << deleted.error().ToString();
    return deleted.ok() ? *deleted : 0;
  }

  /// Two days of 50 samples.
  void AppendAndFlush(TagId tag) {
    const TagBatch batch{tag, Days(50)};
    EXPECT_TRUE(historian_->Append(std::span(&batch, 1)).ok());
    EXPECT_TRUE(historian_->Flush().ok());
  }

  std::size_t Tombstones() {
    return historian::ReadManifest(store_.files(), TestStore::kDirectory)
        ->manifest.tombstones.size();
  }

  TestStore store_;
  BadSector files_;
  std::unique_ptr<Historian> historian_;
  std::string early_;
  TagId a_;
  TagId b_;
};

TEST_F(UnreadableDeleteTest, AMissingSegmentKeepsNothingElseFromBeingDeleted) {
  const std::string content = *store_.files().ReadFile(early_, 1U << 20U);
  ASSERT_TRUE(store_.files().Remove(early_).ok());
  Open();
  EXPECT_EQ(DeleteBefore(b_, 41), 50U);
  EXPECT_EQ(historian_->Find(b_)->samples, 50U);
  EXPECT_EQ(*historian_->Find(b_)->first, Timestamp(41 * kDay));
  EXPECT_EQ(DeleteBefore(a_, 41), 50U);  // and 100 that are not there
  EXPECT_EQ(*historian_->Find(a_)->first, Timestamp(41 * kDay));
  historian_.reset();
  // A copy of it is found: what was deleted stays so.
  ASSERT_TRUE(WriteFileAtomically(store_.files(), early_, content).ok());
  store_.Reopen();
  EXPECT_EQ(store_.Read(a_).size(), 50U);
  EXPECT_EQ(store_.Read(b_).size(), 50U);
}

TEST_F(UnreadableDeleteTest, SoDoesADamagedBlock) {
  store_.files().FlipByte(early_, 60);
  Open();
  EXPECT_EQ(DeleteBefore(b_, 41), 50U);
  EXPECT_EQ(DeleteBefore(a_, 41), 50U);
  AppendAndFlush(a_);
  EXPECT_EQ(historian_->Find(a_)->samples, 150U);
}

TEST_F(UnreadableDeleteTest, SoDoesADamagedBlockOfWhichAPartStays) {
  store_.files().FlipByte(early_, 60);
  Open();
  const TagRange range{a_, {Timestamp(25), Timestamp(40 * kDay + 25)}};
  const auto deleted = historian_->Delete(std::span(&range, 1));
  ASSERT_TRUE(deleted.ok()) << deleted.error().ToString();
  EXPECT_EQ(*deleted, 25U);
}

TEST_F(UnreadableDeleteTest, SoDoesABadSector) {
  files_.unreadable = early_;
  Open();
  EXPECT_EQ(DeleteBefore(b_, 41), 50U);
  EXPECT_EQ(DeleteBefore(a_, 41), 50U);
  files_.unreadable.clear();
  AppendAndFlush(a_);  // which counts what it can read now
  EXPECT_EQ(historian_->Find(a_)->samples, 150U);
}

/// The segment is never cleaned, so it would keep a tombstone of each day.
TEST_F(UnreadableDeleteTest, TombstonesDoNotPileUp) {
  ASSERT_TRUE(store_.files().Remove(early_).ok());
  Open();
  const TagBatch batch{b_, Days(50)};
  ASSERT_TRUE(historian_->Append(std::span(&batch, 1)).ok());
  for (std::int64_t day = 41; day < 51; ++day) DeleteBefore(b_, day);
  EXPECT_EQ(Tombstones(), 1U);
  EXPECT_EQ(historian_->Find(b_)->samples, 100U);
}

}  // namespace
}  // namespace bedplate
