// Deleting on a full disk: it works out of the reserve, gives room back, and says so where it
// cannot.

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kDay = 86'400'000'000'000;
constexpr std::int64_t kSamplesPerDay = 20'000;
constexpr std::uint64_t kReserveBytes = 512U << 10U;
constexpr std::uint64_t kPlenty = 1ULL << 40U;

/// Days of noise, each in a segment of 160 kB of its own.
class DeleteOnAFullDiskTest : public testing::Test {
 protected:
  DeleteOnAFullDiskTest() {
    store_.options().reserve_bytes = kReserveBytes;
    store_.Reopen();
    tag_ = store_.Tag("a");
    for (std::int64_t day = 0; day < kDays; ++day) {
      store_.Append(tag_, Day(day));
      EXPECT_TRUE(store_.historian().Flush().ok());
    }
  }

  SampleColumns Day(std::int64_t day, std::int64_t count = kSamplesPerDay) {
    SampleColumns samples;
    for (std::int64_t i = 0; i < count; ++i) {
      samples.Push(
          {Timestamp(day * kDay + i * 1'000'000'000), static_cast<double>(random_()), kGood});
    }
    return samples;
  }

  /// Leaves so much of the disk.
  void LeaveBytes(std::uint64_t bytes) {
    store_.files().SetCapacity(kPlenty);
    const std::uint64_t used = kPlenty - *store_.files().AvailableBytes("/");
    store_.files().SetCapacity(used + bytes);
  }

  Result<std::uint64_t> Delete(std::int64_t first_time, std::int64_t stop_time) {
    const TagRange range{tag_, {Timestamp(first_time), Timestamp(stop_time)}};
    return store_.historian().Delete(std::span(&range, 1));
  }

  /// Until nothing is due for which there is room.
  void CompactWhatFits() {
    auto step = store_.historian().CompactStep({});
    while (step.ok() && step->merged > 0) {
      step = store_.historian().CompactStep({.until = step->until, .cancel = {}});
    }
    const ErrorCode code = step.ok() ? ErrorCode::kResourceExhausted : step.error().code();
    EXPECT_EQ(code, ErrorCode::kResourceExhausted);
  }

  static constexpr std::int64_t kDays = 8;
  std::mt19937_64 random_{5};
  TestStore store_;
  TagId tag_;
};

TEST_F(DeleteOnAFullDiskTest, DeletingWorksOutOfTheReserveAndMakesRoom) {
  store_.Append(tag_, Day(9, 100));  // in memory when the disk becomes full
  LeaveBytes(kReserveBytes / 2);
  const auto refused = store_.TryAppend(tag_, Day(20, 10));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kResourceExhausted);

  const auto deleted = Delete(0, 4 * kDay + kSamplesPerDay / 2 * 1'000'000'000);
  ASSERT_TRUE(deleted.ok()) << deleted.error().ToString();
  EXPECT_EQ(*deleted, 4U * kSamplesPerDay + kSamplesPerDay / 2);
  CompactWhatFits();
  EXPECT_GT(*store_.files().AvailableBytes("/"), kReserveBytes);
  EXPECT_TRUE(store_.TryAppend(tag_, Day(20, 10)).ok());
  const std::size_t left = 3U * kSamplesPerDay + kSamplesPerDay / 2 + 100 + 10;
  EXPECT_EQ(store_.Read(tag_).size(), left);
  store_.Reopen();
  EXPECT_EQ(store_.Read(tag_).size(), left);
}

/// Not even the reserve is left: nothing is deleted, and it works when there is room.
TEST_F(DeleteOnAFullDiskTest, WithoutAnyRoomNothingIsDeleted) {
  store_.Append(tag_, Day(9, 100));
  LeaveBytes(0);
  const auto deleted = Delete(0, kDay);
  ASSERT_FALSE(deleted.ok());
  EXPECT_EQ(deleted.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_THAT(deleted.error().ToString(), HasSubstr("nothing was deleted"));
  EXPECT_EQ(store_.Read(tag_).size(), kDays * kSamplesPerDay + 100U);
  LeaveBytes(kReserveBytes / 2);
  EXPECT_EQ(*Delete(0, kDay), static_cast<std::uint64_t>(kSamplesPerDay));
  store_.Reopen();
  EXPECT_EQ(store_.Read(tag_).size(), (kDays - 1) * kSamplesPerDay + 100U);
}

}  // namespace
}  // namespace bedplate
