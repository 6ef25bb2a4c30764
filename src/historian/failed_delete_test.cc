// Deletions that fail, at whatever step: what was said of them still holds after the next start.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kMayHold[] = "it may be after the next start";

/// A disk on which some files cannot be written from some moment on.
class FullFor final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::string second;       // no room for files that end so
  std::string first_after;  // nor for these after that
  bool had_none = false;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    const bool is_full = (!second.empty() && path.ends_with(second)) ||
                         (had_none && !first_after.empty() && path.ends_with(first_after));
    if (!is_full) return ForwardingFileSystem::OpenWritable(path, mode);
    had_none = true;
    return Error(ErrorCode::kResourceExhausted, "disk full").At(path);
  }
};

class FailedDeleteTest : public testing::Test {
 protected:
  void SetUp() override {
    const TagId tag = store_.Tag("a");
    SampleColumns samples;
    for (int i = 1; i <= 100; ++i) samples.Push({Timestamp(i), 0.5 * i, kGood});
    store_.Append(tag, samples);
    ASSERT_TRUE(store_.historian().Flush().ok());
  }

  static Result<std::uint64_t> DeleteHalf(Historian& historian, TagId tag) {
    const TagRange range{tag, {Timestamp(1), Timestamp(51)}};
    return historian.Delete(std::span(&range, 1));
  }

  TestStore store_;
};

TEST_F(FailedDeleteTest, WithoutRoomForTheSecondManifestNothingIsDeletedLaterEither) {
  const TagId tag = store_.Tag("a");
  store_.Close();
  FullFor files(store_.files());
  auto opened = Historian::Open(files, store_.clock(), TestStore::kDirectory, store_.options());
  ASSERT_TRUE(opened.ok());
  files.second = "segments/MANIFEST.tmp";
  const auto deleted = DeleteHalf(**opened, tag);
  ASSERT_FALSE(deleted.ok());
  EXPECT_THAT(deleted.error().ToString(), HasSubstr("nothing was deleted"));
  EXPECT_EQ((*opened)->Find(tag)->samples, 100U);
  opened->reset();
  store_.Reopen();
  EXPECT_EQ(store_.Read(tag).size(), 100U);
  EXPECT_TRUE(store_.historian().Findings().empty());
  EXPECT_EQ(*DeleteHalf(store_.historian(), tag), 50U);
}

/// Nor can the first one be put back: then nobody knows, and that is said, until the next flush.
TEST_F(FailedDeleteTest, WhereTheFirstCannotBePutBackEitherThatIsSaid) {
  const TagId tag = store_.Tag("a");
  store_.Close();
  FullFor files(store_.files());
  auto opened = Historian::Open(files, store_.clock(), TestStore::kDirectory, store_.options());
  ASSERT_TRUE(opened.ok());
  files.second = "segments/MANIFEST.tmp";
  files.first_after = "historian/MANIFEST.tmp";
  const auto deleted = DeleteHalf(**opened, tag);
  ASSERT_FALSE(deleted.ok());
  EXPECT_EQ(deleted.error().code(), ErrorCode::kUnavailable);
  EXPECT_THAT(deleted.error().ToString(), HasSubstr(kMayHold));
  EXPECT_EQ((*opened)->Find(tag)->samples, 100U);
  files.second.clear();
  files.first_after.clear();
  SampleColumns one;
  one.Push({Timestamp(200), 1.0, kGood});
  const TagBatch batch{tag, one};
  ASSERT_TRUE((*opened)->Append(std::span(&batch, 1)).ok());
  ASSERT_TRUE((*opened)->Flush().ok());
  opened->reset();
  store_.Reopen();
  EXPECT_EQ(store_.Read(tag).size(), 101U);
}

/// Each operation of a deletion fails once, or from it on all of them, with the machine going down.
class FailedDeleteAtTest : public FailedDeleteTest,
                           public testing::WithParamInterface<std::uint64_t> {
 protected:
  /// What was answered, and is read after the next start.
  void ExpectTheSameAfterAStart(const Result<std::uint64_t>& deleted) {
    store_.Reopen();
    const std::size_t left = store_.Read(store_.Tag("a")).size();
    if (deleted.ok()) {
      EXPECT_EQ(left, 50U);
    } else if (deleted.error().ToString().find(kMayHold) == std::string::npos) {
      EXPECT_EQ(left, 100U) << deleted.error().ToString();
    }
    EXPECT_EQ(store_.historian().Find("a")->samples, left);
  }
};

TEST_P(FailedDeleteAtTest, WhatWasAnsweredIsSoAfterTheNextStart) {
  const TagId tag = store_.Tag("a");
  store_.files().FailAfter(GetParam());
  const auto deleted = DeleteHalf(store_.historian(), tag);
  if (!deleted.ok()) {
    EXPECT_EQ(store_.Read(tag).size(), 100U);
  }
  ExpectTheSameAfterAStart(deleted);
}

/// Where the power goes nobody hears the answer; but it is one or the other.
TEST_P(FailedDeleteAtTest, AfterAPowerCutItIsDeletedOrNot) {
  const TagId tag = store_.Tag("a");
  store_.files().CutPowerAfter(GetParam());
  const auto deleted = DeleteHalf(store_.historian(), tag);
  store_.Close();
  store_.files().Restart(FaultFileSystem::Unsynced::kTorn);
  store_.Reopen();
  const std::size_t left = store_.Read(tag).size();
  EXPECT_TRUE(left == 50U || (left == 100U && !deleted.ok())) << left;
  EXPECT_EQ(store_.historian().Find(tag)->samples, left);
}

INSTANTIATE_TEST_SUITE_P(Operations, FailedDeleteAtTest, testing::Range<std::uint64_t>(0, 16));

}  // namespace
}  // namespace bedplate
