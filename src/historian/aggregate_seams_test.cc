// A bucket has the same values whatever else is asked for with it: where the range begins and ends,
// how it is cut into requests.

#include <array>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/aggregate_functions.h"
#include "historian/naive_bucket_test_support.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using std::chrono::seconds;
using testing::DoubleNear;
using testing::ElementsAre;

Timestamp At(std::int64_t second) { return Timestamp::FromSeconds(second); }

constexpr std::uint32_t kCounters =
    BitsOf({AggregateFunction::kIncrease, AggregateFunction::kRate});

TEST(AggregateSeamsTest, ACounterGoesOnFromItsLastUsableSample) {
  TestStore store;
  const TagId tag = store.Tag("cnt/a");
  SampleColumns samples;
  samples.Push({At(10), 5.0, kGood});
  samples.Push({At(50), 7.0, kBad});
  samples.Push({At(70), 9.0, kGood});
  samples.Push({At(100), 12.0, kGood});
  store.Append(tag, samples);
  AggregateRequest request{
      .tag = tag, .range = {At(60), At(120)}, .bucket = seconds(60), .functions = kCounters};
  for (const std::int64_t start : {0, 60}) {
    SCOPED_TRACE(start);
    request.range.start = At(start);
    const auto columns = store.historian().Aggregate(request);
    ASSERT_TRUE(columns.ok());
    EXPECT_EQ(columns->increase.back(), 7);
    EXPECT_NEAR(columns->rate.back(), 7.0 / 90, 1e-12);
  }
}

TEST(AggregateSeamsTest, ASampleThatWasReplacedByABadOneIsNotUsable) {
  TestStore store;
  const TagId tag = store.Tag("cnt/a");
  const auto append = [&](std::int64_t second, double value, Quality quality) {
    SampleColumns samples;
    samples.Push({At(second), value, quality});
    store.Append(tag, samples);
    ASSERT_TRUE(store.historian().Flush().ok());
  };
  append(10, 5, kGood);
  append(20, 6, kGood);
  append(20, 6.5, kBad);
  append(30, 7, kUncertain);
  append(70, 9, kGood);
  const auto columns = store.historian().Aggregate(
      {.tag = tag, .range = {At(60), At(120)}, .bucket = seconds(60), .functions = kCounters});
  ASSERT_TRUE(columns.ok());
  EXPECT_THAT(columns->increase, ElementsAre(4));
  EXPECT_THAT(columns->rate, ElementsAre(DoubleNear(4.0 / 60, 1e-12)));
}

TEST(AggregateSeamsTest, WithoutAUsableSampleBeforeThereIsNoStep) {
  TestStore store;
  const TagId tag = store.Tag("cnt/a");
  SampleColumns samples;
  samples.Push({At(10), 5.0, kBad});
  samples.Push({At(70), 9.0, kGood});
  store.Append(tag, samples);
  const auto columns = store.historian().Aggregate(
      {.tag = tag, .range = {At(60), At(120)}, .bucket = seconds(60), .functions = kCounters});
  ASSERT_TRUE(columns.ok());
  EXPECT_THAT(columns->increase, ElementsAre(testing::IsNan()));
}

/// Their headers tell that nothing in them is good.
TEST(AggregateSeamsTest, BlocksWithoutAGoodSampleAreNotRead) {
  constexpr std::int64_t kBadSamples = 200'000;  // in some fifty blocks
  constexpr std::uint64_t kMostReads = 16;       // of which some are of indexes
  TestStore store;
  const TagId tag = store.Tag("cnt/a");
  SampleColumns samples;
  samples.Push({At(10), 5.0, kGood});
  store.Append(tag, samples);
  ASSERT_TRUE(store.historian().Flush().ok());
  samples.Clear();
  for (std::int64_t i = 0; i < kBadSamples; ++i) samples.Push({At(100 + i), 6.0, kBad});
  store.Append(tag, samples);
  ASSERT_TRUE(store.historian().Flush().ok());
  samples.Clear();
  samples.Push({At(500'000), 9.0, kGood});
  store.Append(tag, samples);
  store.files().FailAfter(FaultFileSystem::Operation::kRead, kMostReads);
  const auto columns = store.historian().Aggregate({.tag = tag,
                                                    .range = {At(400'000), At(600'000)},
                                                    .bucket = seconds(200'000),
                                                    .functions = kCounters});
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  EXPECT_THAT(columns->increase, ElementsAre(4));
}

/// A series in several segments and the head, with stretches that are not good, gaps, late and
/// rewritten samples, and deleted parts.
class RandomSeries {
 public:
  RandomSeries(std::uint64_t seed, ValueType type)
      : random_(seed), store_(seed), type_(type), tag_(store_.Tag("plant/counter", type)) {
    for (int part = 0; part < 8; ++part) AppendPart(part);
    for (std::uint64_t i = Below(3); i > 0; --i) Delete();
    samples_ = ToList(store_.Read(tag_));
    store_.clock().Advance(At(time_ + Below(3) * 500) - store_.clock().Now());
  }

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  TestStore& store() { return store_; }
  [[nodiscard]] TagId tag() const { return tag_; }
  [[nodiscard]] std::int64_t end_second() const { return time_; }
  [[nodiscard]] const std::vector<Sample>& samples() const { return samples_; }

 private:
  void Push(std::int64_t second, bool good, SampleColumns& samples) {
    constexpr std::array kOthers = {kBad, kBadNotConnected, kUncertain};
    const Quality quality = good ? kGood : kOthers[Below(kOthers.size())];
    if (type_ == ValueType::kInt64) {
      samples.Push({At(second), static_cast<std::int64_t>(Below(5)), quality});
    } else {
      samples.Push({At(second), static_cast<double>(Below(4000)) / 8, quality});
    }
  }

  void AppendPart(int part) {
    SampleColumns samples;
    samples.type = type_;
    const std::uint64_t kind = Below(4);  // all good, some not, half not, none good
    const std::uint64_t count = Below(300) + 1;
    if (Below(3) == 0) time_ += static_cast<std::int64_t>(Below(4000));
    const std::uint64_t most_apart = Below(2) == 0 ? 1 : 9;
    for (std::uint64_t i = 0; i < count; ++i) {
      time_ += static_cast<std::int64_t>(Below(most_apart)) + 1;
      const bool good = kind == 0 || (kind == 1 && Below(9) > 0) || (kind == 2 && Below(2) > 0);
      Push(time_, good, samples);
    }
    store_.Append(tag_, samples);
    samples.Clear();
    for (std::uint64_t i = Below(20); i > 0; --i) {
      Push(static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(time_))), Below(3) == 0,
           samples);
    }
    store_.Append(tag_, samples);
    if (part < 7 || Below(4) == 0) {
      ASSERT_TRUE(store_.historian().Flush().ok());
    }
    if (Below(6) == 0) {
      ASSERT_TRUE(store_.historian().CompactStep({}).ok());
    }
  }

  void Delete() {
    const auto start = static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(time_)));
    const auto length = static_cast<std::int64_t>(Below(600)) + 1;
    const TagRange range{tag_, {At(start), At(start + length)}};
    ASSERT_TRUE(store_.historian().Delete(std::span(&range, 1)).ok());
  }

  std::mt19937_64 random_;
  TestStore store_;
  ValueType type_;
  TagId tag_;
  std::int64_t time_ = 1000;  // seconds since 1970, of the newest sample
  std::vector<Sample> samples_;
};

AggregateRequest RandomRequest(RandomSeries& series) {
  AggregateRequest request{.tag = series.tag(), .functions = kAllAggregateFunctions};
  request.interpolation = series.Below(2) == 0 ? Interpolation::kStep : Interpolation::kLinear;
  request.quality = static_cast<QualityPolicy>(series.Below(3));
  if (series.Below(3) == 0) request.hold = seconds(series.Below(20) + 1);
  return request;
}

/// Some buckets out of those of width `width_s` that are aligned to 1970.
TimeRange RandomPart(RandomSeries& series, std::int64_t width_s) {
  const auto buckets = static_cast<std::uint64_t>(series.end_second() / width_s + 2);
  const auto begin = static_cast<std::int64_t>(series.Below(buckets));
  const auto count = static_cast<std::int64_t>(series.Below(6)) + 1;
  return {At(begin * width_s), At((begin + count) * width_s)};
}

TEST(AggregateSeamsTest, ABucketIsTheSameWhereverItsRangeBeginsAndEnds) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    RandomSeries series(seed, seed % 2 == 0 ? ValueType::kDouble : ValueType::kInt64);
    for (int query = 0; query < 25; ++query) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", query " + std::to_string(query));
      AggregateRequest request = RandomRequest(series);
      const auto width_s = static_cast<std::int64_t>(series.Below(500)) + 1;
      request.range = RandomPart(series, width_s);
      request.bucket = seconds(width_s);
      const auto columns = series.store().historian().Aggregate(request);
      ASSERT_TRUE(columns.ok()) << columns.error().ToString();
      ExpectLikeNaive(*columns, series.samples(), request, series.store().clock().Now());
      if (testing::Test::HasFailure()) return;
    }
  }
}

using SecondsOfStates = std::map<std::pair<std::int64_t, Value>, double>;  // by start and state

SecondsOfStates ToMap(const StateColumns& columns, const TimeRange& part) {
  SecondsOfStates map;
  for (std::size_t state = 0; state < columns.states.size(); ++state) {
    for (std::size_t i = 0; i < columns.starts.size(); ++i) {
      const double value = columns.seconds[state][i];
      if (value > 0 && part.Contains(Timestamp(columns.starts[i]))) {
        map[{columns.starts[i], columns.states[state]}] = value;
      }
    }
  }
  return map;
}

TEST(AggregateSeamsTest, SoAreTheSecondsOfStates) {
  for (std::uint64_t seed = 101; seed <= 130; ++seed) {
    RandomSeries series(seed, ValueType::kInt64);
    for (int query = 0; query < 25; ++query) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", query " + std::to_string(query));
      const auto width_s = static_cast<std::int64_t>(series.Below(500)) + 1;
      const TimeRange part = RandomPart(series, width_s);
      StateRequest request{.tag = series.tag(), .range = part, .bucket = seconds(width_s)};
      request.good_only = series.Below(2) == 0;
      if (series.Below(3) == 0) request.hold = seconds(series.Below(20) + 1);
      const auto alone = series.store().historian().TimeInState(request);
      ASSERT_TRUE(alone.ok()) << alone.error().ToString();
      request.range = {At(0), part.stop + 3 * request.bucket};
      const auto among = series.store().historian().TimeInState(request);
      ASSERT_TRUE(among.ok()) << among.error().ToString();
      EXPECT_EQ(ToMap(*alone, part), ToMap(*among, part));
    }
  }
}

/// A deletion from the middle of one block into a later one: what is left of the later one begins
/// behind the range that is asked for, and what is in force there is of the block before.
TEST(AggregateSeamsTest, WhatIsInForceWithinADeletionIsTheLastSampleBeforeIt) {
  constexpr std::int64_t kSamples = 20'000;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    TestStore store;
    const TagId tag = store.Tag("a");
    std::vector<std::int64_t> times;
    std::vector<double> values;
    for (std::int64_t i = 0; i < kSamples; ++i) {
      times.push_back(At(i).nanoseconds());
      values.push_back(static_cast<double>(i));
    }
    store.Append(tag, times, values);
    ASSERT_TRUE(store.historian().Flush().ok());
    const auto below = [&](std::int64_t bound) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
    };
    const std::int64_t first = 1 + below(kSamples / 2);
    const std::int64_t last = first + 2 + below(kSamples / 2 - 2);
    const TagRange deleted{tag, {At(first), At(last)}};
    ASSERT_TRUE(store.historian().Delete(std::span(&deleted, 1)).ok());
    for (int tries = 0; tries < 20; ++tries) {
      const std::int64_t from = first + below(last - first - 1);
      const auto columns = store.historian().Aggregate(
          {.tag = tag,
           .range = {At(from), At(from + 1)},
           .bucket = seconds(1),
           .functions = BitsOf({AggregateFunction::kTimeWeightedMean})});
      ASSERT_TRUE(columns.ok());
      EXPECT_THAT(columns->time_weighted_mean, ElementsAre(static_cast<double>(first - 1)))
          << "deleted from " << first << " to " << last << ", asked from " << from;
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace bedplate
