// Totals that were counted wrong, as something could not be read: they never cost the store, and
// are counted again.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "historian/manifest.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

SampleColumns Many(std::int64_t first, int count) {
  SampleColumns samples;
  for (int i = 0; i < count; ++i) samples.Push({Timestamp(first + i), 0.5 + i, kGood});
  return samples;
}

Result<std::uint64_t> Delete(Historian& historian, TagId tag, std::int64_t first,
                             std::int64_t stop) {
  const TagRange range{tag, {Timestamp(first), Timestamp(stop)}};
  return historian.Delete(std::span(&range, 1));
}

/// Of a store whose manifest says `samples` of a tag that has 100.
class WrongTotalsTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  WrongTotalsTest() {
    tag_ = store_.Tag("a");
    store_.Append(tag_, Many(1, 100));
    EXPECT_TRUE(store_.historian().Flush().ok());
    store_.Close();
    auto stored = historian::ReadManifest(store_.files(), TestStore::kDirectory);
    EXPECT_TRUE(stored.ok());
    stored->manifest.series.front().totals.samples = GetParam();
    EXPECT_TRUE(
        historian::WriteManifest(store_.files(), TestStore::kDirectory, stored->manifest).ok());
    store_.Reopen();
  }

  TestStore store_;
  TagId tag_;
};

TEST_P(WrongTotalsTest, DeletingAllOfItLeavesAStoreThatOpens) {
  EXPECT_EQ(*Delete(store_.historian(), tag_, 0, 1000), 100U);
  EXPECT_EQ(store_.historian().Find(tag_)->samples, 0U);
  store_.Reopen();
  EXPECT_EQ(store_.historian().Find(tag_)->samples, 0U);
  EXPECT_FALSE(store_.historian().Find(tag_)->first.has_value());
  EXPECT_EQ(store_.Append(tag_, Many(500, 3)).stored, 3U);
  EXPECT_EQ(store_.historian().Find(tag_)->samples, 3U);
}

TEST_P(WrongTotalsTest, DeletingAPartLeavesTheRestToBeFound) {
  EXPECT_EQ(*Delete(store_.historian(), tag_, 0, 100), 99U);
  store_.Reopen();
  EXPECT_GE(store_.historian().Find(tag_)->samples, 1U);
  EXPECT_EQ(*store_.historian().Find(tag_)->first, Timestamp(100));
  EXPECT_EQ(store_.Read(tag_).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Counts, WrongTotalsTest, testing::Values(1, 99, 101, 5000, UINT64_MAX));

/// Segments that, when they are read next, let something happen first, and then cannot be read.
class FlakySegments final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::function<void()> meanwhile;
  bool fails = false;

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    ASSIGN_OR_RETURN(auto file, ForwardingFileSystem::OpenRandomAccess(path));
    if (!path.ends_with(".seg")) return file;
    return std::unique_ptr<RandomAccessFile>(std::make_unique<File>(*this, std::move(file)));
  }

 private:
  class File final : public RandomAccessFile {
   public:
    File(FlakySegments& files, std::unique_ptr<RandomAccessFile> file)
        : files_(files), file_(std::move(file)) {}

    Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
      if (files_.fails) return Error(ErrorCode::kIo, "cannot read: Input/output error");
      RETURN_IF_ERROR(file_->ReadAt(offset, out));
      if (const auto run = std::exchange(files_.meanwhile, nullptr)) run();
      return {};
    }
    [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

   private:
    FlakySegments& files_;
    const std::unique_ptr<RandomAccessFile> file_;
  };
};

class MiscountTest : public testing::Test {
 protected:
  static constexpr std::int64_t kLater = 86'400'000'000'000;  // in another segment

  MiscountTest() : files_(store_.files()) {
    store_.Close();
    auto opened = Historian::Open(files_, store_.clock(), TestStore::kDirectory, store_.options());
    EXPECT_TRUE(opened.ok());
    historian_ = *std::move(opened);
    tag_ = *historian_->Resolve("a", ValueType::kDouble);
    other_ = *historian_->Resolve("b", ValueType::kDouble);
    Append(other_, Many(kLater, 10));
    EXPECT_TRUE(historian_->Flush().ok());
    Append(tag_, Many(1, 100));
    EXPECT_TRUE(historian_->Flush().ok());
  }

  void Append(TagId tag, SampleColumns samples) {
    const TagBatch batch{tag, std::move(samples)};
    EXPECT_TRUE(historian_->Append(std::span(&batch, 1)).ok());
  }

  /// 100 samples that are stored and one that is not, which are looked up, are to be looked up anew
  /// as something was deleted meanwhile, and cannot be read any more then.
  void AppendWhatCannotBeLookedUp() {
    // So that the next read is of a block, while no lock is held.
    const auto ignore = [](const SampleColumns& /*block*/) { return true; };
    ASSERT_TRUE(historian_->Scan({.tag = tag_}, ignore).ok());
    files_.meanwhile = [this] {
      EXPECT_EQ(*Delete(*historian_, other_, kLater, kLater + 5), 5U);
      files_.fails = true;
    };
    SampleColumns samples = Many(1, 100);
    samples.Push({Timestamp(500), 1.0, kGood});
    Append(tag_, samples);
    ASSERT_TRUE(files_.fails);
  }

  TestStore store_;
  FlakySegments files_;
  std::unique_ptr<Historian> historian_;
  TagId tag_;
  TagId other_;
};

TEST_F(MiscountTest, TheNextFlushThatCanReadCountsAgain) {
  AppendWhatCannotBeLookedUp();
  EXPECT_TRUE(historian_->Flush().ok());  // not yet
  files_.fails = false;
  Append(tag_, Many(600, 1));
  EXPECT_TRUE(historian_->Flush().ok());
  EXPECT_EQ(historian_->Find(tag_)->samples, 102U);
  historian_.reset();
  store_.Reopen();
  EXPECT_EQ(store_.historian().Find(tag_)->samples, 102U);
  EXPECT_EQ(store_.Read(tag_).size(), 102U);
}

TEST_F(MiscountTest, WhatIsAppendedDuringTheFlushCountsToo) {
  AppendWhatCannotBeLookedUp();
  files_.fails = false;
  files_.meanwhile = [this] { Append(tag_, Many(700, 4)); };
  EXPECT_TRUE(historian_->Flush().ok());
  EXPECT_EQ(historian_->Find(tag_)->samples, 105U);
  EXPECT_TRUE(historian_->Flush().ok());
  historian_.reset();
  store_.Reopen();
  EXPECT_EQ(store_.historian().Find(tag_)->samples, 105U);
}

TEST_F(MiscountTest, ADeletionCountsTheSamplesThatThereAre) {
  AppendWhatCannotBeLookedUp();
  files_.fails = false;
  EXPECT_EQ(*Delete(*historian_, tag_, 0, 1000), 101U);
  EXPECT_EQ(historian_->Find(tag_)->samples, 0U);
  historian_.reset();
  store_.Reopen();
  EXPECT_EQ(store_.historian().Find(tag_)->samples, 0U);
}

}  // namespace
}  // namespace bedplate
