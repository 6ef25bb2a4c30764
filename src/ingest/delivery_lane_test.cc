#include "ingest/delivery_lane.h"

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <random>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/memory_sink.h"

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A sink that may be shut, and that refuses some paths for ever.
class GuardedSink final : public IngestSink {
 public:
  std::function<std::optional<Error>(std::span<PathBatch>)> refuse = [](auto) {
    return std::nullopt;
  };
  std::mutex mutex;
  MemorySink stored;

  Result<IngestReport> IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> letters) override {
    auto error = refuse(batches);
    if (error) {
      for (PathBatch& batch : batches) batch.samples.Clear();  // nothing of them may be read
      return *std::move(error);
    }
    const std::lock_guard lock(mutex);
    return stored.IngestInPlace(source, batches, std::move(letters));
  }
};

class CountingEvents final : public LaneEvents {
 public:
  std::atomic<std::uint64_t> stored = 0;
  std::atomic<std::uint64_t> failures = 0;

  void OnStored(const Stored& what) override { stored += what.report.stored; }
  void OnStoreFailed(const Error& /*error*/) override { ++failures; }
};

Delivery One(const std::string& path, std::int64_t time, double value = 1) {
  Delivery delivery;
  PathBatch batch;
  batch.path = path;
  batch.samples.Push({Timestamp(time), value, kGood});
  delivery.batches.push_back(std::move(batch));
  delivery.bytes = 10;
  return delivery;
}

constexpr DeliveryLane::Limits kQuick{
    .samples = 100, .bytes = 5000, .first_retry = milliseconds(1), .last_retry = milliseconds(4)};

TEST(DeliveryLaneTest, TellsInOrderWhenItIsStored) {
  GuardedSink sink;
  CountingEvents events;
  std::vector<int> order;
  DeliveryLane lane(sink, "test", kQuick, events);
  for (int i = 0; i < 1000; ++i) {
    Delivery delivery = One("a", i);
    delivery.stored = [&, i] {
      const std::lock_guard lock(sink.mutex);
      EXPECT_GT(sink.stored.samples["a"].size(), order.size());
      order.push_back(i);
    };
    lane.Push(std::move(delivery));
  }
  ASSERT_TRUE(lane.Drain(seconds(10)));
  EXPECT_EQ(events.stored, 1000U);
  EXPECT_EQ(lane.waiting().bytes, 0U);
  const std::lock_guard lock(sink.mutex);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(sink.stored.samples["a"].size(), 1000U);
}

/// The batches that a failed call leaves are spoilt; what is tried again is what came.
TEST(DeliveryLaneTest, TriesAgainUntilTheStoresTakeIt) {
  GuardedSink sink;
  std::atomic<int> left = 5;
  sink.refuse = [&](auto) -> std::optional<Error> {
    if (left-- <= 0) return std::nullopt;
    return Error(ErrorCode::kResourceExhausted, "disk full");
  };
  CountingEvents events;
  DeliveryLane lane(sink, "test", kQuick, events);
  lane.Push(One("a", 1, 2.5));
  ASSERT_TRUE(lane.Drain(seconds(10)));
  EXPECT_EQ(events.failures, 5U);
  ASSERT_EQ(sink.stored.samples["a"].size(), 1U);
  EXPECT_EQ(sink.stored.samples["a"][0].sample.value, Value(2.5));
}

TEST(DeliveryLaneTest, HasNoMoreRoomThanItsBounds) {
  GuardedSink sink;
  std::promise<void> opened;
  const std::shared_future<void> open = opened.get_future().share();
  sink.refuse = [&](auto) {
    open.wait();
    return std::optional<Error>();
  };
  CountingEvents events;
  DeliveryLane lane(sink, "test", kQuick, events);
  int pushed = 0;
  for (; lane.HasRoom() && pushed < 10'000; ++pushed) lane.Push(One("a", pushed));
  EXPECT_EQ(pushed, 100);
  EXPECT_EQ(lane.waiting().samples, 100U);
  opened.set_value();
  ASSERT_TRUE(lane.Drain(seconds(10)));
  EXPECT_TRUE(lane.HasRoom());
  Delivery large = One("a", pushed);
  large.bytes = kQuick.bytes;
  std::promise<bool> asked;
  large.stored = [&] { asked.set_value(lane.HasRoom()); };
  lane.Push(std::move(large));
  EXPECT_TRUE(asked.get_future().get());  // when it is told, its room is free
}

TEST(DeliveryLaneTest, WhatCanNeverBeStoredIsADeadLetterAndTheRestIsStored) {
  GuardedSink sink;
  sink.refuse = [](std::span<PathBatch> batches) -> std::optional<Error> {
    for (const PathBatch& batch : batches) {
      if (batch.path == "poison") return Error(ErrorCode::kInvalidArgument, "not this one");
    }
    return std::nullopt;
  };
  CountingEvents events;
  std::atomic<int> told = 0;
  DeliveryLane lane(sink, "test", kQuick, events);
  for (int i = 0; i < 20; ++i) {
    Delivery delivery = One("a", i);
    if (i % 5 == 0) delivery.batches.push_back(One("poison", 7, 1.5).batches.front());
    delivery.stored = [&] { ++told; };
    lane.Push(std::move(delivery));
  }
  ASSERT_TRUE(lane.Drain(seconds(10)));
  while (told < 20) std::this_thread::yield();
  EXPECT_EQ(sink.stored.samples["a"].size(), 20U);
  EXPECT_EQ(sink.stored.samples.count("poison"), 0U);
  ASSERT_EQ(sink.stored.letters.size(), 4U);
  const DeadLetter& letter = sink.stored.letters.front();
  EXPECT_EQ(letter.code, "refused");
  EXPECT_EQ(letter.tag, "poison");
  EXPECT_THAT(letter.reason, HasSubstr("not this one"));
  EXPECT_EQ(letter.payload, "1970-01-01T00:00:00.000000007Z 1.5");
}

TEST(DeliveryLaneTest, StopsWhileTheStoresTakeNothing) {
  GuardedSink sink;
  sink.refuse = [](auto) { return Error(ErrorCode::kUnavailable, "not now"); };
  CountingEvents events;
  bool told = false;
  {
    DeliveryLane::Limits limits = kQuick;
    limits.first_retry = limits.last_retry = std::chrono::hours(1);
    DeliveryLane lane(sink, "test", limits, events);
    Delivery delivery = One("a", 1);
    delivery.stored = [&] { told = true; };
    lane.Push(std::move(delivery));
    EXPECT_FALSE(lane.Drain(milliseconds(20)));
  }
  EXPECT_FALSE(told);
  EXPECT_THAT(sink.stored.samples, IsEmpty());
}

/// Stores that fail as they like, with a poison now and then: each sample once, in order.
TEST(DeliveryLaneTest, NothingIsLostWhateverFails) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    GuardedSink sink;
    sink.refuse = [&](std::span<PathBatch> batches) -> std::optional<Error> {
      if (random() % 4 == 0) return Error(ErrorCode::kIo, "a cable");
      for (const PathBatch& batch : batches) {
        if (batch.path == "poison") return Error(ErrorCode::kConflict, "never");
      }
      return std::nullopt;
    };
    CountingEvents events;
    DeliveryLane lane(sink, "test", kQuick, events);
    std::size_t poisons = 0;
    std::mt19937_64 choice(seed + 1000);
    for (int i = 0; i < 200; ++i) {
      const bool is_poison = choice() % 50 == 0;
      poisons += is_poison ? 1 : 0;
      lane.Push(One(is_poison ? "poison" : "a", i));
    }
    ASSERT_TRUE(lane.Drain(seconds(30)));
    const auto& samples = sink.stored.samples["a"];
    EXPECT_EQ(samples.size() + poisons, 200U);
    EXPECT_EQ(sink.stored.letters.size(), poisons);
    for (std::size_t i = 1; i < samples.size(); ++i) {
      EXPECT_LT(samples[i - 1].sample.time, samples[i].sample.time);
    }
  }
}

}  // namespace
}  // namespace bedplate
