// Opening a store on a disk without any room: it is read, says what it waits for, and goes on by
// itself.

#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr std::uint64_t kPlenty = 1ULL << 40U;

class WaitingStoreTest : public testing::Test {
 protected:
  WaitingStoreTest() {
    tag_ = store_.Tag("a");
    store_.Append(tag_, {1, 2, 3}, {1, 2, 3});
    EXPECT_TRUE(store_.historian().Flush().ok());
    store_.Append(tag_, {4, 5}, {4, 5});  // in the log
    LeaveBytes(0);
    store_.Reopen();
  }

  void LeaveBytes(std::uint64_t bytes) {
    store_.files().SetCapacity(kPlenty);
    const std::uint64_t used = kPlenty - *store_.files().AvailableBytes("/");
    store_.files().SetCapacity(used + bytes);
  }

  ErrorCode AppendRefusedWith() {
    const auto refused = store_.TryAppend(tag_, Sample(9));
    EXPECT_FALSE(refused.ok());
    if (refused.ok()) return ErrorCode::kInternal;
    EXPECT_TRUE(refused.error().retryable());
    return refused.error().code();
  }

  static SampleColumns Sample(std::int64_t time) {
    SampleColumns samples;
    samples.Push({Timestamp(time), 1.0, kGood});
    return samples;
  }

  TestStore store_;
  TagId tag_;
};

TEST_F(WaitingStoreTest, WhatIsStoredIsReadAndWritersAreToldThatTheDiskIsFull) {
  EXPECT_EQ(store_.Read(tag_).size(), 5U);
  EXPECT_EQ(store_.Tag("a"), tag_);
  EXPECT_EQ(AppendRefusedWith(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(store_.historian().Health().error().code(), ErrorCode::kResourceExhausted);
  const auto other = store_.historian().Resolve("new", ValueType::kDouble);
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code(), ErrorCode::kResourceExhausted);
  const TagRange range{tag_, {Timestamp(1), Timestamp(2)}};
  const auto deleted = store_.historian().Delete(std::span(&range, 1));
  ASSERT_FALSE(deleted.ok());
  EXPECT_THAT(deleted.error().ToString(), HasSubstr("nothing was deleted"));
  const auto stats = store_.historian().Stats();
  EXPECT_EQ(stats.refused_by[static_cast<std::size_t>(AppendRefusal::kFullDisk)], 1U);
  EXPECT_EQ(stats.samples, 5U);
  EXPECT_THAT(store_.historian().Findings(), Contains(HasSubstr("open for reading only until")));
}

TEST_F(WaitingStoreTest, ItIsWholeWhenThereIsRoom) {
  LeaveBytes(1U << 20U);
  store_.clock().Advance(std::chrono::seconds(2));
  EXPECT_EQ(store_.Append(tag_, {6}, {6}).stored, 1U);
  EXPECT_TRUE(store_.historian().Health().ok());
  EXPECT_EQ(store_.Append(store_.Tag("new"), {1}, {1}).stored, 1U);
  const TagRange range{tag_, {Timestamp(1), Timestamp(3)}};
  EXPECT_EQ(*store_.historian().Delete(std::span(&range, 1)), 2U);
  ASSERT_TRUE(store_.historian().Flush().ok());
  EXPECT_EQ(store_.Read(tag_).size(), 4U);
  store_.Reopen();
  EXPECT_EQ(store_.Read(tag_).size(), 4U);
}

/// Also after it was killed again and again meanwhile, and with room for a part of what it needs.
TEST_F(WaitingStoreTest, LittleRoomIsNoHarm) {
  for (std::uint64_t bytes = 0; bytes < 600; bytes += 40) {
    LeaveBytes(bytes);
    store_.Reopen();
    EXPECT_EQ(store_.Read(tag_).size(), 5U) << bytes;
    store_.clock().Advance(std::chrono::seconds(2));
    LeaveBytes(bytes + 10);
    (void)store_.historian().Health();
    EXPECT_EQ(store_.Read(tag_).size(), 5U) << bytes;
  }
  LeaveBytes(1U << 20U);
  store_.Reopen();
  EXPECT_EQ(store_.Append(tag_, {6}, {6}).stored, 1U);
  EXPECT_EQ(store_.Read(tag_).size(), 6U);
}

/// A disk on which no log file can be made while `failure` is set, of which what is free says
/// nothing.
class NoLogFiles final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::optional<Error> failure;
  std::uint64_t available = 1000;
  std::uint64_t available_after = 1000;  // from the first failure on
  int tries = 0;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    if (!failure || !path.ends_with(".wal.tmp")) {
      return ForwardingFileSystem::OpenWritable(path, mode);
    }
    ++tries;
    available = available_after;
    return *failure;
  }
  Result<std::uint64_t> AvailableBytes(const std::string& /*path*/) override { return available; }
};

class WaitingForAQuotaTest : public testing::Test {
 protected:
  WaitingForAQuotaTest() : files_(store_.files()) {
    store_.Append(store_.Tag("a"), {1, 2, 3}, {1, 2, 3});
    store_.Close();
    files_.failure = Error(ErrorCode::kResourceExhausted, "Disk quota exceeded").Retryable();
  }

  void Open() {
    auto opened = Historian::Open(files_, store_.clock(), TestStore::kDirectory, store_.options());
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    historian_ = *std::move(opened);
  }

  TestStore store_;
  NoLogFiles files_;
  std::unique_ptr<Historian> historian_;
};

TEST_F(WaitingForAQuotaTest, ItIsTriedAgainThoughNoMoreIsFree) {
  Open();
  EXPECT_EQ(historian_->Health().error().code(), ErrorCode::kResourceExhausted);
  for (int minute = 0; minute < 10; ++minute) {
    store_.clock().Advance(std::chrono::minutes(1));
    EXPECT_FALSE(historian_->Health().ok());
  }
  const int tries = files_.tries;
  EXPECT_EQ(tries, 11);
  store_.clock().Advance(std::chrono::seconds(59));  // rarely by now
  EXPECT_FALSE(historian_->Health().ok());
  EXPECT_EQ(files_.tries, tries);
  files_.failure.reset();
  store_.clock().Advance(std::chrono::seconds(1));
  EXPECT_TRUE(historian_->Health().ok());
}

/// Room that comes while it is tried is more than there was before.
TEST_F(WaitingForAQuotaTest, RoomThatCameWhileItWasTriedIsSeenSoon) {
  Open();
  for (int minute = 0; minute < 10; ++minute) {
    store_.clock().Advance(std::chrono::minutes(1));
    EXPECT_FALSE(historian_->Health().ok());
  }
  files_.available_after = 1U << 30U;
  store_.clock().Advance(std::chrono::minutes(1));
  EXPECT_FALSE(historian_->Health().ok());
  files_.failure.reset();
  store_.clock().Advance(std::chrono::seconds(1));
  EXPECT_TRUE(historian_->Health().ok());
}

/// Also at the first try: a log cleaner came by while the log was read.
TEST_F(WaitingForAQuotaTest, RoomThatCameAtTheStartIsSeenSoon) {
  files_.available_after = 1U << 30U;
  Open();
  files_.failure.reset();
  store_.clock().Advance(std::chrono::seconds(1));
  EXPECT_TRUE(historian_->Health().ok());
}

TEST_F(WaitingForAQuotaTest, AnythingElseThatKeepsItFromBeingOpenedIsSaidAsItIs) {
  Open();
  files_.failure = Error(ErrorCode::kIo, "cannot open: Input/output error");
  store_.clock().Advance(std::chrono::seconds(2));
  const Status health = historian_->Health();
  ASSERT_FALSE(health.ok());
  EXPECT_EQ(health.error().code(), ErrorCode::kIo);
  EXPECT_EQ(health.error().ToString(), files_.failure->ToString());
  files_.failure.reset();
  store_.clock().Advance(std::chrono::minutes(1));
  EXPECT_TRUE(historian_->Health().ok());
}

/// A disk without room is no reason to make a store where there is none.
TEST(WaitingStoreNewTest, WithoutAStoreThereIsNothingToRead) {
  FaultFileSystem files(1);
  const ManualClock clock{Timestamp::FromSeconds(1'600'000'000)};
  files.SetCapacity(0);
  const auto opened = Historian::Open(files, clock, "/data/historian", {.background = false});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace bedplate
