#include <cmath>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/aggregate_functions.h"
#include "historian/integer_bucket.h"
#include "historian/naive_bucket_test_support.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using historian::WideInteger;
using std::chrono::seconds;
using testing::Each;
using testing::ElementsAre;

constexpr std::int64_t kShift = std::int64_t{1} << 60;  // where a double holds every 256th number
constexpr std::int64_t kSecond = 1'000'000'000;

SampleColumns Integers() {
  SampleColumns samples;
  samples.type = ValueType::kInt64;
  return samples;
}

AggregateColumns Differences(TestStore& store, AggregateRequest request) {
  request.functions = kDifferenceFunctions;
  auto columns = store.historian().Aggregate(request);
  EXPECT_TRUE(columns.ok()) << columns.error().ToString();
  return *std::move(columns);
}

/// The same number, or none in both.
void ExpectSame(double actual, double expected, const char* what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << " " << actual;
  } else {
    EXPECT_EQ(actual, expected) << what;
  }
}

TEST(IntegerAggregateTest, ACounterFarBeyondWhatADoubleHoldsCountsByOnes) {
  TestStore store;
  const TagId tag = store.Tag("meter", ValueType::kInt64);
  SampleColumns samples = Integers();
  for (int i = 0; i < 1000; ++i) samples.Push({Timestamp::FromSeconds(i), kShift + i, kGood});
  store.Append(tag, samples);
  const TimeRange range{Timestamp(0), Timestamp::FromSeconds(1000)};
  for (const bool flushed : {false, true}) {
    SCOPED_TRACE(flushed ? "in a segment" : "in the head");
    if (flushed) {
      ASSERT_TRUE(store.historian().Flush().ok());
    }
    auto by_minute = Differences(store, {.tag = tag, .range = range, .bucket = seconds(60)});
    ASSERT_EQ(by_minute.increase.size(), 17U);
    EXPECT_EQ(by_minute.increase.front(), 59);  // of 60 samples, before which there was none
    EXPECT_EQ(by_minute.increase.back(), 40);
    EXPECT_THAT(std::vector(by_minute.increase.begin() + 1, by_minute.increase.end() - 1),
                Each(60.0));
    EXPECT_THAT(by_minute.rate, Each(1.0));
    const auto all = Differences(store, {.tag = tag, .range = range, .bucket = seconds(1000)});
    EXPECT_THAT(all.increase, ElementsAre(999));
    EXPECT_THAT(all.rate, ElementsAre(1));
    EXPECT_THAT(all.range, ElementsAre(999));
    // Of n numbers that follow each other: the root of n (n + 1) / 12.
    EXPECT_THAT(all.standard_deviation,
                ElementsAre(testing::DoubleNear(std::sqrt(1000.0 * 1001 / 12), 1e-10)));
  }
}

/// One bucket in whole numbers of 128 bits, of all samples or of the good ones.
struct ExactBucket {
  std::uint64_t count = 0;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t greatest = std::numeric_limits<std::int64_t>::min();
  WideInteger increase = 0;
  std::int64_t counted_ns = 0;
};

ExactBucket ExactOf(const std::vector<Sample>& samples, const TimeRange& bucket, bool good_only) {
  ExactBucket exact;
  const Sample* before = nullptr;
  for (const Sample& sample : samples) {
    if (good_only && !sample.quality.IsGood()) continue;
    const std::int64_t value = std::get<std::int64_t>(sample.value);
    if (bucket.Contains(sample.time)) {
      ++exact.count;
      exact.least = std::min(exact.least, value);
      exact.greatest = std::max(exact.greatest, value);
      if (before != nullptr) {
        const WideInteger step = WideInteger{value} - std::get<std::int64_t>(before->value);
        exact.increase += step < 0 ? WideInteger{value} : step;
        exact.counted_ns += (sample.time - before->time).count();
      }
    }
    before = &sample;
  }
  return exact;
}

void ExpectExact(const AggregateColumns& columns, const std::vector<Sample>& samples,
                 const AggregateRequest& request) {
  for (std::size_t i = 0; i < columns.starts.size(); ++i) {
    const Timestamp start(columns.starts[i]);
    const TimeRange bucket{start, std::min(start + request.bucket, request.range.stop)};
    const bool good_only = request.quality == QualityPolicy::kGoodOnly;
    const ExactBucket exact = ExactOf(samples, bucket, good_only);
    const auto range = static_cast<double>(WideInteger{exact.greatest} - exact.least);
    const auto increase = static_cast<double>(exact.increase);
    ExpectSame(columns.range[i], exact.count > 0 ? range : kNoNumber, "range");
    ExpectSame(columns.increase[i], exact.counted_ns > 0 ? increase : kNoNumber, "increase");
    if (exact.counted_ns == 0) continue;
    const double rate = increase / (static_cast<double>(exact.counted_ns) / kSecond);
    EXPECT_NEAR(columns.rate[i], rate, std::abs(rate) * 1e-12);
  }
}

/// A counter and the same one `kShift` higher, in order, late, partly flushed and partly bad.
struct Pair {
  TagId plain;
  TagId shifted;
};

Pair FillPair(TestStore& store, std::mt19937_64& random, bool restarts) {
  const Pair pair{store.Tag("plain", ValueType::kInt64), store.Tag("shifted", ValueType::kInt64)};
  const std::uint64_t bad_one_in = random() % 2 == 0 ? 0 : random() % 20 + 2;
  std::int64_t value = 0;
  std::int64_t time = kSecond;
  for (int part = 0; part < 4; ++part) {
    SampleColumns plain = Integers();
    SampleColumns shifted = Integers();
    for (std::uint64_t i = random() % 6000 + 1; i > 0; --i) {
      time += static_cast<std::int64_t>(random() % 3 + 1) * kSecond;
      value += static_cast<std::int64_t>(random() % 5);
      if (restarts && random() % 100 == 0) value = static_cast<std::int64_t>(random() % 3);
      const Quality quality = bad_one_in > 0 && random() % bad_one_in == 0 ? kBad : kGood;
      plain.Push({Timestamp(time), value, quality});
      shifted.Push({Timestamp(time), value + kShift, quality});
    }
    store.Append(pair.plain, plain);
    store.Append(pair.shifted, shifted);
    if (random() % 3 == 0) continue;
    EXPECT_TRUE(store.historian().Flush().ok());
  }
  return pair;
}

AggregateRequest RandomRequest(std::mt19937_64& random, std::int64_t end) {
  const auto start = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end));
  const auto width = static_cast<std::int64_t>(random() % 20'000'000'000'000) + 1;
  AggregateRequest request{.range = {Timestamp(start), Timestamp(start + width)},
                           .bucket = std::chrono::nanoseconds(width / (random() % 20 + 1) + 1)};
  request.quality = static_cast<QualityPolicy>(random() % 3);
  return request;
}

TEST(IntegerAggregateTest, DifferencesOfACounterDoNotDependOnWhereItStands) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    TestStore store(seed);
    const Pair pair = FillPair(store, random, /*restarts=*/false);
    const std::vector<Sample> samples = ToList(store.Read(pair.shifted));
    for (int query = 0; query < 20; ++query) {
      AggregateRequest request = RandomRequest(random, samples.back().time.nanoseconds());
      request.tag = pair.plain;
      const AggregateColumns plain = Differences(store, request);
      request.tag = pair.shifted;
      const AggregateColumns shifted = Differences(store, request);
      ExpectExact(shifted, samples, request);
      for (std::size_t i = 0; i < plain.starts.size(); ++i) {
        ExpectSame(shifted.increase[i], plain.increase[i], "increase");
        ExpectSame(shifted.rate[i], plain.rate[i], "rate");
        ExpectSame(shifted.range[i], plain.range[i], "range");
        ExpectSame(shifted.standard_deviation[i], plain.standard_deviation[i], "deviation");
      }
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(IntegerAggregateTest, ARestartAddsTheLaterValueToTheUnit) {
  for (std::uint64_t seed = 21; seed <= 28; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    TestStore store(seed);
    const Pair pair = FillPair(store, random, /*restarts=*/true);
    for (const TagId tag : {pair.plain, pair.shifted}) {
      const std::vector<Sample> samples = ToList(store.Read(tag));
      for (int query = 0; query < 10; ++query) {
        AggregateRequest request = RandomRequest(random, samples.back().time.nanoseconds());
        request.tag = tag;
        ExpectExact(Differences(store, request), samples, request);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

/// A range of which some blocks are told by their headers and others must be read.
TEST(IntegerAggregateTest, ARangeOfSmallAndGreatNumbersIsExact) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 53;
  for (const std::int64_t edge : {kLimit - 1, kLimit, kLimit + 1, kShift + 1}) {
    for (const std::int64_t sign : {1, -1}) {
      SCOPED_TRACE(sign * edge);
      TestStore store;
      const TagId tag = store.Tag("a", ValueType::kInt64);
      SampleColumns samples = Integers();
      for (int i = 0; i < 50'000; ++i) {
        const std::int64_t value = i < 40'000 ? i % 7 : sign * (edge - i % 7);
        samples.Push({Timestamp::FromSeconds(i), value, kGood});
      }
      store.Append(tag, samples);
      ASSERT_TRUE(store.historian().Flush().ok());
      const auto columns = store.historian().Aggregate(
          {.tag = tag,
           .range = {Timestamp(0), Timestamp::FromSeconds(50'000)},
           .bucket = seconds(50'000),
           .functions = static_cast<std::uint32_t>(AggregateFunction::kRange)});
      ASSERT_TRUE(columns.ok());
      const std::int64_t exact = sign > 0 ? edge : 6 + edge;
      EXPECT_THAT(columns->range, ElementsAre(static_cast<double>(exact)));
    }
  }
}

TEST(IntegerAggregateTest, TheWholeWidthOf64BitsIsADifference) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();
  TestStore store;
  const TagId tag = store.Tag("a", ValueType::kInt64);
  SampleColumns samples = Integers();
  samples.Push({Timestamp::FromSeconds(1), kLeast, kGood});
  samples.Push({Timestamp::FromSeconds(2), kGreatest, kGood});
  samples.Push({Timestamp::FromSeconds(3), kLeast, kGood});
  samples.Push({Timestamp::FromSeconds(4), kGreatest, kGood});
  store.Append(tag, samples);
  const auto columns = Differences(
      store,
      {.tag = tag, .range = {Timestamp(0), Timestamp::FromSeconds(10)}, .bucket = seconds(10)});
  EXPECT_THAT(columns.range, ElementsAre(0x1p64));
  // Twice up by 2^64 - 1, and between them the later value, -2^63.
  EXPECT_THAT(columns.increase, ElementsAre(0x1p65 - 0x1p63));
  EXPECT_THAT(columns.standard_deviation,
              ElementsAre(testing::DoubleNear(0x1p64 / std::sqrt(3.0), 0x1p20)));
}

}  // namespace
}  // namespace bedplate
