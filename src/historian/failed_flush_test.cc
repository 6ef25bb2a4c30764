// A store whose segments cannot be written: memory stays bounded, nobody waits, and it is said.

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "base/forwarding_file_system.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

/// Files of which no segment can be made while `broken`.
class NoSegments final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::atomic<bool> broken = false;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    if (broken && path.find(".seg") != std::string::npos) {
      return Error(ErrorCode::kIo, "the disk is broken").At(path);
    }
    return ForwardingFileSystem::OpenWritable(path, mode);
  }
};

TEST(FailedFlushTest, AppendsAreRefusedAtOnceAndTakenAgainWhenItWorks) {
  FaultFileSystem memory(1);
  NoSegments files(memory);
  ManualClock clock{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options;
  options.head_limit_bytes = 4096;
  options.reserve_bytes = 0;
  auto opened = Historian::Open(files, clock, "/data/historian", options);
  ASSERT_TRUE(opened.ok());
  Historian& historian = **opened;
  const TagId tag = *historian.Resolve("a", ValueType::kDouble);
  EXPECT_TRUE(historian.Health().ok());
  std::int64_t time = 0;
  const auto append = [&] {
    TagBatch batch{tag, {}};
    for (int i = 0; i < 50; ++i) batch.samples.Push({Timestamp(time + i), 1.0, kGood});
    auto appended = historian.Append(std::span(&batch, 1));
    if (appended.ok()) time += 50;
    return appended;
  };
  files.broken = true;
  std::optional<Error> refused;
  for (int tries = 0; tries < 1000 && !refused; ++tries) {
    if (const auto appended = append(); !appended.ok()) refused = appended.error();
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code(), ErrorCode::kUnavailable);
  EXPECT_TRUE(refused->retryable());
  EXPECT_THAT(refused->ToString(), HasSubstr("the disk is broken"));
  EXPECT_THAT(historian.Health().error().ToString(), HasSubstr("the disk is broken"));
  EXPECT_EQ(historian.Find(tag)->samples, static_cast<std::uint64_t>(time));

  files.broken = false;
  ASSERT_TRUE(historian.Flush().ok());
  EXPECT_TRUE(historian.Health().ok());
  EXPECT_TRUE(append().ok());
  EXPECT_EQ(historian.Find(tag)->samples, static_cast<std::uint64_t>(time));
}

/// Also one that was not due yet, and was only asked for.
TEST(FailedFlushTest, WhatFailedIsTriedAgainByItself) {
  FaultFileSystem memory(1);
  NoSegments files(memory);
  ManualClock clock{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options;
  options.reserve_bytes = 0;
  auto opened = Historian::Open(files, clock, "/data/historian", options);
  ASSERT_TRUE(opened.ok());
  Historian& historian = **opened;
  TagBatch batch{*historian.Resolve("a", ValueType::kDouble), {}};
  batch.samples.Push({Timestamp(1), 1.0, kGood});
  ASSERT_TRUE(historian.Append(std::span(&batch, 1)).ok());
  files.broken = true;
  EXPECT_FALSE(historian.Flush().ok());
  EXPECT_FALSE(historian.Health().ok());
  files.broken = false;
  while (!historian.Health().ok()) std::this_thread::yield();
  EXPECT_EQ(historian.Stats().segments, 1U);
}

/// Counts the rounds of the maintenance thread, which looks for the log in each.
class CountedRounds final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::atomic<int> rounds = 0;

  bool Exists(const std::string& path) override {
    ++rounds;
    return ForwardingFileSystem::Exists(path);
  }
};

/// An append that a full disk refuses leaves nothing that grows old in memory.
TEST(RefusedAppendTest, IsNoReasonForAFlush) {
  FaultFileSystem memory(1);
  CountedRounds files(memory);
  ManualClock clock{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options;
  options.reserve_bytes = 1'000'000;
  options.flush_age = std::chrono::minutes(10);
  auto opened = Historian::Open(files, clock, "/data/historian", options);
  ASSERT_TRUE(opened.ok());
  Historian& historian = **opened;
  TagBatch batch{*historian.Resolve("a", ValueType::kDouble), {}};
  batch.samples.Push({Timestamp(1), 1.0, kGood});
  memory.SetCapacity(500'000);
  EXPECT_EQ(historian.Append(std::span(&batch, 1)).error().code(), ErrorCode::kResourceExhausted);
  memory.SetCapacity(UINT64_MAX);
  clock.Advance(std::chrono::minutes(11));
  ASSERT_TRUE(historian.Append(std::span(&batch, 1)).ok());
  // The second round from here has begun after the append.
  const int before = files.rounds;
  while (files.rounds < before + 2) std::this_thread::yield();
  EXPECT_EQ(historian.Stats().flushes, 0U);
  clock.Advance(std::chrono::minutes(11));
  while (historian.Stats().flushes == 0) std::this_thread::yield();
  EXPECT_EQ(historian.Stats().segments, 1U);
}

}  // namespace
}  // namespace bedplate
