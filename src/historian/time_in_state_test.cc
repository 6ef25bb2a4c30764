#include <map>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::ElementsAre;

Timestamp At(std::int64_t second) { return Timestamp::FromSeconds(second); }

/// The example of docs/methods/aggregates.md.
TEST(TimeInStateTest, ItsExampleHolds) {
  TestStore store;
  const TagId tag = store.Tag("filler/state", ValueType::kString);
  SampleColumns samples;
  samples.type = ValueType::kString;
  samples.Push({At(30), std::string("stopped"), kGood});
  samples.Push({At(70), std::string("running"), kGood});
  samples.Push({At(130), std::string("fault"), kBad});
  samples.Push({At(150), std::string("running"), kGood});
  samples.Push({At(200), std::string("stopped"), kGood});
  store.Append(tag, samples);
  StateRequest request{.tag = tag, .range = {At(60), At(180)}, .bucket = std::chrono::seconds(60)};
  const auto good = store.historian().TimeInState(request);
  ASSERT_TRUE(good.ok()) << good.error().ToString();
  EXPECT_THAT(good->starts, ElementsAre(60'000'000'000, 120'000'000'000));
  EXPECT_THAT(good->states, ElementsAre(Value("running"), Value("stopped")));
  EXPECT_THAT(good->seconds, ElementsAre(ElementsAre(50, 40), ElementsAre(10, 0)));
  request.hold = std::chrono::seconds(10);
  const auto held = store.historian().TimeInState(request);
  ASSERT_TRUE(held.ok());
  EXPECT_THAT(held->states, ElementsAre(Value("running")));
  EXPECT_THAT(held->seconds, ElementsAre(ElementsAre(10, 10)));
  request.hold = std::chrono::nanoseconds::max();
  request.good_only = false;
  const auto all = store.historian().TimeInState(request);
  ASSERT_TRUE(all.ok());
  EXPECT_THAT(all->states, ElementsAre(Value("fault"), Value("running"), Value("stopped")));
  EXPECT_THAT(all->seconds,
              ElementsAre(ElementsAre(0, 20), ElementsAre(50, 40), ElementsAre(10, 0)));
}

TEST(TimeInStateTest, AgreesWithTheDefinitionOnRandomData) {
  constexpr std::int64_t kLast = 2000;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    TestStore store(seed);
    const TagId tag = store.Tag("mode", ValueType::kInt64);
    std::map<std::int64_t, std::pair<std::int64_t, bool>> written;  // second: value, good
    for (int part = 0; part < 3; ++part) {
      SampleColumns samples;
      samples.type = ValueType::kInt64;
      for (int i = 0; i < 200; ++i) {
        const auto second = static_cast<std::int64_t>(random() % kLast);
        const auto value = static_cast<std::int64_t>(random() % 4);
        const bool good = random() % 8 != 0;
        written[second] = {value, good};
        samples.Push({At(second), value, good ? kGood : kBad});
      }
      store.Append(tag, samples);
      if (random() % 2 == 0) {
        ASSERT_TRUE(store.historian().Flush().ok());
      }
    }
    store.clock().Advance(At(kLast + 50) - store.clock().Now());
    const std::int64_t hold = random() % 2 == 0 ? 7 : 100'000;
    const StateRequest request{.tag = tag,
                               .range = {At(100), At(kLast + 100)},
                               .bucket = std::chrono::seconds(333),
                               .hold = std::chrono::seconds(hold)};
    const auto columns = store.historian().TimeInState(request);
    ASSERT_TRUE(columns.ok()) << columns.error().ToString();
    std::map<std::pair<std::int64_t, std::size_t>, double> expected;  // state, bucket
    for (std::int64_t second = 100; second < kLast + 50; ++second) {
      const auto next = written.upper_bound(second);
      if (next == written.begin()) continue;
      const auto& [time, reading] = *std::prev(next);
      if (!reading.second || second - time >= hold) continue;
      expected[{reading.first, static_cast<std::size_t>((second - 100) / 333)}] += 1;
    }
    std::map<std::pair<std::int64_t, std::size_t>, double> actual;
    for (std::size_t state = 0; state < columns->states.size(); ++state) {
      for (std::size_t i = 0; i < columns->starts.size(); ++i) {
        const double seconds = columns->seconds[state][i];
        if (seconds > 0) actual[{std::get<std::int64_t>(columns->states[state]), i}] = seconds;
      }
    }
    EXPECT_EQ(actual, expected);
  }
}

TEST(TimeInStateTest, SaysWhatIsWrong) {
  TestStore store;
  const TagId number = store.Tag("a");
  const TagId counter = store.Tag("b", ValueType::kInt64);
  SampleColumns samples;
  samples.type = ValueType::kInt64;
  for (std::int64_t i = 0; i < 30; ++i) samples.Push({At(i), i, kGood});
  store.Append(counter, samples);
  const TimeRange range{At(0), At(100)};
  const auto code = [&](const StateRequest& request) {
    return store.historian().TimeInState(request).error().code();
  };
  EXPECT_EQ(code({.tag = number, .range = range, .bucket = std::chrono::seconds(1)}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.tag = counter, .range = range}), ErrorCode::kInvalidArgument);
  // 100,000 buckets: the 21st state is one too many.
  EXPECT_EQ(code({.tag = counter, .range = range, .bucket = std::chrono::milliseconds(1)}),
            ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace bedplate
