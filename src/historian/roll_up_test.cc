// Blocks are cut so that their headers are roll-ups, and what is aggregated with them is what the
// samples say.

#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/aggregate_functions.h"
#include "historian/format.h"
#include "historian/roll_up_cuts.h"
#include "historian/test_store.h"

namespace bedplate::historian {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kSecond = kNanosecondsPerSecond;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kMinute = 60 * kSecond;

std::vector<std::int64_t> Row(std::int64_t start, std::int64_t stride, std::size_t count) {
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < count; ++i) {
    times.push_back(start + static_cast<std::int64_t>(i) * stride);
  }
  return times;
}

/// The sizes of the blocks of a series that comes in parts of `part` samples.
std::vector<std::size_t> BlocksOf(const std::vector<std::int64_t>& times, std::size_t part) {
  RollUpCuts cuts;
  std::vector<std::size_t> blocks;
  std::size_t begin = 0;
  for (std::size_t known = 0; known < times.size();) {
    known = std::min(known + part, times.size());
    const auto pending = [&] { return std::span(times).subspan(begin, known - begin); };
    while (!pending().empty()) {
      const std::size_t count = cuts.NextBlock(pending(), known == times.size());
      if (count == 0) break;
      cuts.Take(pending().first(count));
      blocks.push_back(count);
      begin += count;
    }
  }
  return blocks;
}

TEST(RollUpCutsTest, AWholeHourWithEnoughSamplesIsABlock) {
  EXPECT_THAT(BlocksOf(Row(24 * kHour, kSecond, 3 * 3600), 1024), ElementsAre(3600, 3600, 3600));
}

TEST(RollUpCutsTest, WhatHoldsNoWholeHourIsNotCut) {
  // 2,500 s over the end of an hour, and twice that with a block's size in between.
  EXPECT_THAT(BlocksOf(Row(25 * kHour - 1250 * kSecond, kSecond, 2500), 2500), ElementsAre(2500));
  EXPECT_THAT(BlocksOf(Row(25 * kHour - 2500 * kSecond, kSecond, 5000), 1000),
              ElementsAre(4096, 904));
}

TEST(RollUpCutsTest, TheHourAfterOneThatIsNotWholeIsCutAtItsEnd) {
  EXPECT_THAT(BlocksOf(Row(25 * kHour - 100 * kSecond, kSecond, 100 + 3600 + 50), 1024),
              ElementsAre(3700, 50));
}

TEST(RollUpCutsTest, AnHourWithFewSamplesIsNotCut) {
  // Every 3 s: 1,200 in an hour.
  EXPECT_THAT(BlocksOf(Row(24 * kHour, 3 * kSecond, 5000), 1024), ElementsAre(4096, 904));
}

TEST(RollUpCutsTest, NoBlockThatIsCutIsSmall) {
  // 4,100 in an hour would be a whole block and 4 samples.
  const std::int64_t stride = kHour / 4100;
  EXPECT_THAT(BlocksOf(Row(24 * kHour, stride, 8000), 1024), ElementsAre(2050, 2051, 3899));
}

TEST(RollUpCutsTest, AWholeMinuteWithEnoughSamplesIsABlock) {
  EXPECT_THAT(BlocksOf(Row(24 * kHour, kSecond / 50, 9000), 1024), ElementsAre(3000, 3000, 3000));
}

/// Whatever the times are: blocks hold all of them, none is over the limit, and none is below half
/// of it but where a period or the series ends.
TEST(RollUpCutsTest, BlocksOfRandomTimesHoldThemAllWhateverThePartsAre) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::int64_t> times;
    std::int64_t time = 24 * kHour + static_cast<std::int64_t>(random() % (2 * kHour));
    std::int64_t stride = kSecond;
    while (times.size() < 30'000) {
      if (random() % 3000 == 0) stride = kHour / (1 + static_cast<std::int64_t>(random() % 30'000));
      if (random() % 10'000 == 0) time += static_cast<std::int64_t>(random() % (4 * kHour));
      times.push_back(time += stride);
    }
    const auto blocks = BlocksOf(times, 1024);
    EXPECT_EQ(blocks, BlocksOf(times, 1 + random() % 9000));
    std::size_t sum = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      sum += blocks[i];
      EXPECT_LE(blocks[i], kMaxBlockSamples);
      if (blocks[i] >= kRollUpSamples || i + 1 == blocks.size()) continue;
      EXPECT_NE(times[sum - 1] / kMinute, times[sum] / kMinute);
    }
    EXPECT_EQ(sum, times.size());
  }
}

/// A sample every second for some hours, of which some are not good, some come late and some are
/// deleted.
class RollUpAggregateTest : public testing::Test {
 protected:
  static constexpr std::int64_t kStart = 444'444 * kHour;
  static constexpr std::int64_t kHours = 30;

  void Fill(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    double level = 20;
    SampleColumns samples;
    SampleColumns late;
    for (std::int64_t i = 0; i < kHours * 3600; ++i) {
      level += static_cast<double>(random() % 101) / 100 - 0.5;
      const Quality quality = (i / 5000) % 4 == 1 && random() % 50 == 0 ? kBad : kGood;
      const Sample sample{Timestamp(kStart + i * kSecond), std::round(level * 100) / 100, quality};
      (i >= 20'000 && i < 21'000 && random() % 2 == 0 ? late : samples).Push(sample);
    }
    store_.Append(tag_, samples);
    ASSERT_TRUE(store_.historian().Flush().ok());
    store_.Append(tag_, late);
    ASSERT_TRUE(store_.historian().Flush().ok());
    const TagRange gone{
        tag_, {Timestamp(kStart + 50'000 * kSecond), Timestamp(kStart + 50'100 * kSecond)}};
    ASSERT_TRUE(store_.historian().Delete(std::span(&gone, 1)).ok());
  }

  AggregateColumns Aggregate(AggregateRequest request) {
    request.tag = tag_;
    auto columns = store_.historian().Aggregate(request);
    EXPECT_TRUE(columns.ok()) << columns.error().ToString();
    return columns.ok() ? *std::move(columns) : AggregateColumns{};
  }

  TestStore store_;
  TagId tag_ = store_.Tag("a");
};

/// The sum of values is what could go wrong by rounding, in parts of the greatest value.
void ExpectNear(double header, double samples, double scale) {
  if (std::isnan(samples)) {
    EXPECT_TRUE(std::isnan(header));
  } else {
    EXPECT_NEAR(header, samples, scale * 1e-12);
  }
}

/// With an exact percentile beside it, a request has to read every sample: its other columns are
/// those of the samples.
TEST_F(RollUpAggregateTest, HeadersGiveWhatTheSamplesGive) {
  constexpr std::uint32_t kByHeaders =
      kAllAggregateFunctions & ~(kSampleFunctions | kCounterFunctions);
  constexpr std::uint32_t kBySamples = kByHeaders | kSampleFunctions;
  std::mt19937_64 random(5);
  Fill(11);
  for (int round = 0; round < 60; ++round) {
    const std::int64_t start = kStart + static_cast<std::int64_t>(random() % 5) * kHour;
    const std::array buckets = {kMinute,   15 * kMinute, kHour,
                                2 * kHour, 24 * kHour,   7 * kMinute + 1};
    const std::array holds = {INT64_MAX, 5 * kSecond, kSecond, kSecond / 2};
    AggregateRequest request{
        .range = {Timestamp(start),
                  Timestamp(start + static_cast<std::int64_t>(random() % 25 + 1) * kHour)},
        .bucket = std::chrono::nanoseconds(buckets[random() % buckets.size()]),
        .functions = kByHeaders,
        .interpolation = random() % 2 == 0 ? Interpolation::kStep : Interpolation::kLinear,
        .quality = static_cast<QualityPolicy>(random() % 3),
        .hold = std::chrono::nanoseconds(holds[random() % holds.size()])};
    const AggregateColumns header = Aggregate(request);
    request.functions = kBySamples;
    const AggregateColumns samples = Aggregate(request);
    EXPECT_EQ(header.count, samples.count);
    for (const AggregateFunctionInfo& info : kAggregateFunctions) {
      if (info.column == nullptr || !Includes(kByHeaders, info.function)) continue;
      const auto& a = header.*info.column;
      const auto& b = samples.*info.column;
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        SCOPED_TRACE(testing::Message() << info.name << " bucket " << i << " round " << round);
        ExpectNear(a[i], b[i], 1e4 * (1 + std::abs(b[i])));
      }
    }
  }
}

/// A block that cannot be decoded shows which blocks are read at all.
TEST_F(RollUpAggregateTest, WholeHoursAreNotRead) {
  SampleColumns samples;
  for (std::int64_t i = 0; i < 5 * 3600; ++i) {
    samples.Push({Timestamp(kStart + i * kSecond), static_cast<double>(i % 77), kGood});
  }
  store_.Append(tag_, samples);
  ASSERT_TRUE(store_.historian().Flush().ok());
  store_.Close();
  const std::string path = store_.PathEndingIn(".seg");
  std::string content = *store_.files().ReadFile(path, 1U << 30U);
  for (std::size_t i = 32; i < 40; ++i) content[i] = '\x5a';  // of the first block's payload
  ASSERT_TRUE(WriteFileAtomically(store_.files(), path, content).ok());
  store_.Reopen();
  AggregateRequest request{
      .tag = tag_,
      .range = {Timestamp(kStart), Timestamp(kStart + 5 * kHour)},
      .bucket = std::chrono::hours(1),
      .functions = kAllAggregateFunctions & ~(kSampleFunctions | kCounterFunctions),
      .hold = std::chrono::seconds(1)};
  const auto hours = store_.historian().Aggregate(request);
  EXPECT_TRUE(hours.ok()) << hours.error().ToString();
  request.bucket = std::chrono::minutes(30);
  EXPECT_EQ(store_.historian().Aggregate(request).error().code(), ErrorCode::kCorruption);
}

}  // namespace
}  // namespace bedplate::historian
