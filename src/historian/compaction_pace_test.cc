// Merging while samples come in: it ends, it waits for nobody that it should not, and it keeps up.

#include "historian/compaction_pace.h"

#include <chrono>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t kRate = 1'000'000;
constexpr std::int64_t kHour = 3'600'000'000'000;

/// Moves `bytes` in pieces, waiting as told, and returns how long that took.
nanoseconds TimeFor(std::uint64_t bytes, CompactionPace& pace, ManualClock& clock) {
  const nanoseconds begun = clock.Monotonic();
  for (std::uint64_t moved = 0; moved < bytes; moved += 1'000) {
    clock.Advance(std::chrono::microseconds(10));  // the work itself
    clock.Advance(pace.Spend(1'000));
  }
  return clock.Monotonic() - begun;
}

TEST(CompactionPaceTest, HoldsTheRate) {
  ManualClock clock{Timestamp::FromSeconds(1'000)};
  CompactionPace pace(clock, kRate);
  const nanoseconds time = TimeFor(10 * kRate, pace, clock);
  EXPECT_GE(time, seconds(10) - milliseconds(110));  // a credit of 100 ms may be there
  EXPECT_LE(time, seconds(10) + milliseconds(10));
  EXPECT_GT(pace.waited(), seconds(9));
}

/// A long silence must not be made up for by a burst.
TEST(CompactionPaceTest, CreditIsBounded) {
  ManualClock clock{Timestamp::FromSeconds(1'000)};
  CompactionPace pace(clock, kRate);
  pace.Spend(1);
  clock.Advance(std::chrono::hours(1));
  EXPECT_GE(TimeFor(2 * kRate, pace, clock), seconds(2) - milliseconds(110));
}

TEST(CompactionPaceTest, GoesFasterTheMoreIsDueAndThenWithoutLimit) {
  ManualClock clock{Timestamp::FromSeconds(1'000)};
  CompactionPace pace(clock, kRate);
  std::uint64_t before = 0;
  for (std::uint64_t due = 1; due < kUnpacedMerges; ++due) {
    pace.SetDue(due);
    EXPECT_GT(pace.bytes_per_second(), before);
    before = pace.bytes_per_second();
  }
  pace.SetDue(3);
  EXPECT_NEAR(std::chrono::duration<double>(TimeFor(8 * kRate, pace, clock)).count(), 2.0, 0.12);
  pace.SetDue(kUnpacedMerges);
  EXPECT_EQ(pace.bytes_per_second(), 0U);
  EXPECT_EQ(pace.Spend(1ULL << 40U), nanoseconds(0));
}

TEST(CompactionPaceTest, LeavesHalfOfTheTimeToOthersUnlessMoreIsDue) {
  ManualClock clock{Timestamp::FromSeconds(1'000)};
  CompactionPace pace(clock, kRate);
  EXPECT_EQ(pace.PauseAfter(seconds(6)), seconds(6));
  pace.SetDue(2);
  EXPECT_EQ(pace.PauseAfter(seconds(6)), seconds(2));
}

/// A store with so many flushed segments that merges of several levels are due.
class CompactWhileWritten : public testing::Test {
 protected:
  void WriteSegment(std::int64_t first_hour) {
    store_.Append(tag_, {first_hour * kHour, (first_hour + 1) * kHour}, {1.0, 2.0});
  }

  TestStore store_;
  TagId tag_ = store_.Tag("a");
};

/// With a writer that makes a new segment between any two steps the compaction still ends, has
/// merged what was there at its first step, and the rest of its work only shrinks.
TEST_F(CompactWhileWritten, EndsWithWhatWasThereAtItsBegin) {
  for (std::int64_t i = 0; i < 7; ++i) {
    WriteSegment(i);
    ASSERT_TRUE(store_.historian().Flush().ok());
  }
  WriteSegment(3);  // acknowledged, in memory
  std::optional<std::uint64_t> until;
  std::uint64_t left = UINT64_MAX;
  int steps = 0;
  while (true) {
    const auto step = store_.historian().CompactStep({.until = until, .cancel = {}});
    ASSERT_TRUE(step.ok()) << step.error().ToString();
    ASSERT_LT(++steps, 10) << "it follows the writer";
    if (step->merged == 0) {
      // One of all that was there, and one of each flush since.
      EXPECT_EQ(step->segments, 1U + static_cast<std::uint64_t>(steps - 1));
      EXPECT_EQ(step->left_bytes, 0U);
      break;
    }
    EXPECT_LT(step->left_bytes, left);
    left = step->left_bytes;
    until = step->until;
    WriteSegment(1);
    ASSERT_TRUE(store_.historian().Flush().ok());
  }
  EXPECT_EQ(left, 0U);
  EXPECT_EQ(store_.Read(tag_).size(), 8U);
}

/// A deletion that comes while a compaction is on belongs to the next one.
TEST_F(CompactWhileWritten, DeletionsSinceItsBeginDoNotKeepItGoing) {
  WriteSegment(0);
  WriteSegment(10);
  const auto first = store_.historian().CompactStep({});
  ASSERT_TRUE(first.ok());
  std::uint64_t merged = 1;
  for (int steps = 0; merged > 0; ++steps) {
    ASSERT_LT(steps, 5);
    const TagRange range{tag_, {Timestamp(steps * kHour), Timestamp((steps + 1) * kHour)}};
    ASSERT_TRUE(store_.historian().Delete(std::span(&range, 1)).ok());
    const auto step = store_.historian().CompactStep({.until = first->until, .cancel = {}});
    ASSERT_TRUE(step.ok());
    merged = step->merged;
  }
}

TEST_F(CompactWhileWritten, WhoGoesAwayEndsHisMerge) {
  for (std::int64_t i = 0; i < 3; ++i) {
    WriteSegment(i);
    ASSERT_TRUE(store_.historian().Flush().ok());
  }
  const CancelToken cancel = CancelToken::Make();
  cancel.Cancel();
  const auto step = store_.historian().CompactStep({.until = {}, .cancel = cancel});
  ASSERT_FALSE(step.ok());
  EXPECT_EQ(step.error().code(), ErrorCode::kCancelled);
  EXPECT_TRUE(store_.historian().Health().ok());
  EXPECT_EQ(store_.historian().Stats().segments, 3U);
}

/// Ten segments of half a megabyte, of which the merge waits for its rate: the clock that it was
/// handed stands still.
class PacedStore : public testing::Test {
 protected:
  static constexpr std::int64_t kSamples = 60'000;  // of a segment

  void SetUp() override {
    Open();
    for (std::int64_t i = 0; i < 10; ++i) AppendAndFlush(i);
    const auto begun = std::chrono::steady_clock::now();
    while (historian_->Stats().compaction_waited == nanoseconds(0)) {
      ASSERT_LT(std::chrono::steady_clock::now() - begun, seconds(60)) << "no merge has begun";
      std::this_thread::sleep_for(milliseconds(2));
    }
  }

  void Open() {
    HistorianOptions options;
    options.reserve_bytes = 0;
    options.compaction_bytes_per_second = 1ULL << 20U;
    auto opened = Historian::Open(files_, clock_, TestStore::kDirectory, options);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    historian_ = *std::move(opened);
    tag_ = *historian_->Resolve("a", ValueType::kDouble);
  }

  void AppendAndFlush(std::int64_t number) {
    TagBatch batch{tag_, {}};
    for (std::int64_t i = 0; i < kSamples; ++i) {
      const auto value = static_cast<double>(random_());
      batch.samples.Push({Timestamp((number * kSamples + i) * 1'000'000), value, kGood});
    }
    ASSERT_TRUE(historian_->Append(std::span(&batch, 1)).ok());
    ASSERT_TRUE(historian_->Flush().ok());
  }

  FaultFileSystem files_{1};
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  std::mt19937_64 random_{7};
  std::unique_ptr<Historian> historian_;
  TagId tag_;
};

TEST_F(PacedStore, FlushesMeanwhileAndHurriesForWhoAsks) {
  AppendAndFlush(10);
  EXPECT_EQ(historian_->Stats().compactions, 0U) << "the flush waited for the merge";
  auto step = historian_->CompactStep({});
  ASSERT_TRUE(step.ok());
  while (step->merged > 0) step = historian_->CompactStep({.until = step->until, .cancel = {}});
  EXPECT_EQ(step->segments, 1U);
  EXPECT_EQ(historian_->Find(tag_)->samples, 11U * kSamples);
}

TEST_F(PacedStore, ClosesWithoutTheMerge) {
  historian_.reset();
  Open();
  EXPECT_EQ(historian_->Stats().segments, 10U) << "it waited for the end of the merge";
  EXPECT_EQ(historian_->Find(tag_)->samples, 10U * kSamples);
}

}  // namespace
}  // namespace bedplate::historian
