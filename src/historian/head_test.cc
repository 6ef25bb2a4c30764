#include "historian/head.h"

#include <algorithm>
#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/columns.h"

namespace bedplate::historian {
namespace {

using Model = std::map<std::int64_t, Sample>;

SampleColumns Read(const Head& head, TagId tag, const TimeRange& range) {
  SampleColumns all;
  for (const SharedColumns& chunk : head.Chunks(tag, range)) {
    EXPECT_FALSE(chunk->empty());
    all.type = chunk->type;
    AppendRange(*chunk, 0, chunk->size(), all);
  }
  return all;
}

void ExpectSame(const SampleColumns& actual, const Model& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  std::size_t i = 0;
  for (const auto& [time, sample] : expected) EXPECT_EQ(actual.At(i++), sample) << time;
}

Value ValueFor(ValueType type, std::int64_t number) {
  switch (type) {
    case ValueType::kDouble: return static_cast<double>(number) / 8;
    case ValueType::kInt64: return number;
    case ValueType::kBool: return number % 2 == 0;
    case ValueType::kString: break;
  }
  return std::string(static_cast<std::size_t>(number % 40), 'x') + std::to_string(number);
}

/// Samples at distinct ascending times, about `span` apart from `from` on.
SampleColumns RandomSamples(std::mt19937_64& random, ValueType type, std::int64_t from,
                            std::int64_t span, std::size_t count) {
  Model samples;
  std::uniform_int_distribution<std::int64_t> time(from, from + span);
  while (samples.size() < count) {
    const std::int64_t at = time(random);
    const auto number = static_cast<std::int64_t>(random() % 1000);
    samples[at] = {Timestamp(at), ValueFor(type, number), number % 97 == 0 ? kUncertain : kGood};
  }
  SampleColumns columns;
  columns.type = type;
  for (const auto& [at, sample] : samples) columns.Push(sample);
  return columns;
}

class HeadTest : public testing::TestWithParam<ValueType> {};

/// Whatever comes in whatever order, the head holds what a sorted map holds.
TEST_P(HeadTest, IsAMapByTime) {
  std::mt19937_64 random(7);
  Head head(std::make_shared<SlabPool>(1U << 20U), 1);
  const TagId tag(300);
  Model model;
  std::int64_t latest = 0;
  for (int step = 0; step < 200; ++step) {
    const bool is_late = step % 5 == 4;
    const std::size_t count = 1 + random() % (step % 10 == 0 ? 3000 : 60);
    const std::int64_t from = is_late ? static_cast<std::int64_t>(random() % 100) * 100 : latest;
    const SampleColumns samples =
        RandomSamples(random, GetParam(), from, static_cast<std::int64_t>(count) * 3, count);
    latest = std::max(latest, samples.times.back() + 1);
    const std::uint64_t bytes = head.bytes();
    const std::size_t before = model.size();
    head.Upsert(tag, RunOf(samples));
    for (std::size_t i = 0; i < samples.size(); ++i) model[samples.times[i]] = samples.At(i);
    EXPECT_EQ(head.bytes() > bytes, model.size() > before || GetParam() == ValueType::kString);
    if (step % 20 == 0) ExpectSame(Read(head, tag, kAllTime), model);
  }
  ExpectSame(Read(head, tag, kAllTime), model);
  EXPECT_THAT(head.Tags(), testing::ElementsAre(tag));
}

TEST_P(HeadTest, RangesCutWhatIsRead) {
  std::mt19937_64 random(8);
  Head head;
  const TagId tag(1);
  const SampleColumns samples = RandomSamples(random, GetParam(), 0, 10'000, 3000);
  head.Upsert(tag, RunOf(samples));
  for (int i = 0; i < 100; ++i) {
    const auto start = static_cast<std::int64_t>(random() % 11'000);
    const auto stop = start + static_cast<std::int64_t>(random() % 2000);
    Model model;
    for (std::size_t at = 0; at < samples.size(); ++at) {
      if (samples.times[at] >= start && samples.times[at] < stop) {
        model[samples.times[at]] = samples.At(at);
      }
    }
    const TimeRange range{Timestamp(start), Timestamp(stop)};
    ExpectSame(Read(head, tag, range), model);
    EXPECT_EQ(head.HasWithin(tag, range), !model.empty());
    const SharedColumns last = head.LastChunk(tag, range);
    ASSERT_EQ(last != nullptr, !model.empty());
    if (last) {
      EXPECT_EQ(last->At(last->size() - 1), model.rbegin()->second);
    }
  }
}

TEST_P(HeadTest, MatchFindsWhatIsThere) {
  std::mt19937_64 random(9);
  Head head;
  const TagId tag(70'000);
  const SampleColumns samples = RandomSamples(random, GetParam(), 0, 4000, 2500);
  head.Upsert(tag, RunOf(samples));
  SampleColumns wanted = RandomSamples(random, GetParam(), 0, 5000, 500);
  std::vector<bool> present(wanted.size(), false);
  const std::vector<std::int64_t> times = wanted.times;
  head.Match(tag, times, present, wanted);
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::size_t at = LowerBound(samples, times[i]);
    const bool is_there = at < samples.size() && samples.times[at] == times[i];
    ASSERT_EQ(present[i], is_there);
    if (is_there) {
      EXPECT_EQ(wanted.At(i), samples.At(at));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, HeadTest,
                         testing::Values(ValueType::kDouble, ValueType::kInt64, ValueType::kBool,
                                         ValueType::kString),
                         [](const auto& instance) {
                           return std::string(ValueTypeName(instance.param));
                         });

TEST(HeadArenaTest, PiecesAreNoMoreThanHalfAgainOfWhatIsAsked) {
  for (std::size_t bytes = 64; bytes < 300'000; ++bytes) {
    const std::size_t piece = HeadArena::PieceBytes(bytes);
    ASSERT_GE(piece, bytes);
    ASSERT_LE(piece * 2, bytes * 3 + 64);
  }
}

TEST(HeadArenaTest, SlabsGoFromHeadToHead) {
  const auto pool = std::make_shared<SlabPool>(4 * SlabPool::kSlabBytes);
  {
    const HeadArena unused(pool);
  }
  EXPECT_EQ(pool->idle_bytes(), 0U);
  {
    HeadArena arena(pool);
    for (std::size_t bytes = 0; bytes < 6 * SlabPool::kSlabBytes;
         bytes += HeadArena::kLargestPieceBytes) {
      arena.Allocate(HeadArena::kLargestPieceBytes);
    }
  }
  EXPECT_EQ(pool->idle_bytes(), 4 * SlabPool::kSlabBytes);  // no more than its limit
  HeadArena arena(pool);
  arena.Allocate(10);
  EXPECT_EQ(pool->idle_bytes(), 3 * SlabPool::kSlabBytes);
}

/// With 100,000 tags a sample each must not cost much more than itself.
TEST(HeadSeriesTest, ManyOfFewSamplesAreSmall) {
  EXPECT_LE(sizeof(HeadSeries), 40U);
  EXPECT_LE(HeadArena::PieceBytes(4 * 16), 64U);
}

}  // namespace
}  // namespace bedplate::historian
