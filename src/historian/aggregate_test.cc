#include <array>
#include <cmath>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/aggregate_functions.h"
#include "historian/naive_bucket_test_support.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr std::uint32_t kEverything = kAllAggregateFunctions;
constexpr std::int64_t kSecond = 1'000'000'000;

/// A value and a quality that is not good for one sample in `bad_one_in` (0: always good).
void PushRandom(std::mt19937_64& random, std::int64_t time, std::uint64_t bad_one_in,
                SampleColumns& samples) {
  const double value = static_cast<double>(static_cast<std::int64_t>(random() % 2001) - 1000) / 8;
  constexpr std::array kQualities = {kBad, kBadNotConnected, kUncertain, Quality(0x0096'0000)};
  const bool is_other = bad_one_in > 0 && random() % bad_one_in == 0;
  const Quality quality = is_other ? kQualities[random() % kQualities.size()] : kGood;
  samples.Push({Timestamp(time), value, quality});
}

/// In order, late and rewritten samples, partly flushed, with and without bad ones; `even`: most
/// of them a second apart.
void Fill(TestStore& store, TagId tag, std::mt19937_64& random, std::uint64_t bad_one_in,
          bool even) {
  std::int64_t time = 1'000 * kSecond;
  for (int part = 0; part < 6; ++part) {
    SampleColumns samples;
    const std::size_t count = random() % 9000 + 1;
    for (std::size_t i = 0; i < count; ++i) {
      time += even ? kSecond : static_cast<std::int64_t>(random() % 5 + 1) * kSecond / 2;
      PushRandom(random, time, bad_one_in, samples);
    }
    store.Append(tag, samples);
    SampleColumns late;
    for (std::size_t i = 0; i < random() % 30; ++i) {
      const auto span = static_cast<std::uint64_t>(time - 900 * kSecond);
      PushRandom(random, 900 * kSecond + static_cast<std::int64_t>(random() % span), bad_one_in,
                 late);
    }
    store.Append(tag, late);
    if (random() % 3 == 0) continue;
    ASSERT_TRUE(store.historian().Flush().ok());
  }
}

TEST(AggregateTest, AgreesWithTheDefinitionOnRandomData) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    std::mt19937_64 random(seed);
    TestStore store(seed);
    const TagId tag = store.Tag("plant/power");
    Fill(store, tag, random, seed % 3 == 0 ? 0 : (seed % 3 == 1 ? 7 : 5000), seed % 2 == 0);
    const std::vector<Sample> samples = ToList(store.Read(tag));
    const std::int64_t end = samples.back().time.nanoseconds();
    store.clock().Advance(Timestamp(end + 500 * kSecond) - store.clock().Now());
    for (int query = 0; query < 40; ++query) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", query " + std::to_string(query));
      const auto start = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end));
      const auto width = static_cast<std::int64_t>(random() % 20'000'000'000'000) + 1;
      AggregateRequest request{.tag = tag,
                               .range = {Timestamp(start), Timestamp(start + width)},
                               .bucket = std::chrono::nanoseconds(width / (random() % 20 + 1) + 1),
                               .functions = kEverything};
      request.interpolation = random() % 2 == 0 ? Interpolation::kStep : Interpolation::kLinear;
      request.quality = static_cast<QualityPolicy>(random() % 3);
      request.percentile = static_cast<double>(random() % 101);
      if (random() % 3 == 0) request.hold = std::chrono::milliseconds(random() % 3000 + 1);
      const auto columns = store.historian().Aggregate(request);
      ASSERT_TRUE(columns.ok()) << columns.error().ToString();
      ExpectLikeNaive(*columns, samples, request, store.clock().Now());
      if (testing::Test::HasFailure()) return;
    }
  }
}

/// The worked example of docs/methods/aggregates.md.
class WorkedExampleTest : public testing::Test {
 protected:
  WorkedExampleTest() : tag_(store_.Tag("plant/power")) {
    SampleColumns samples;
    samples.Push({Timestamp::FromSeconds(50), 10.0, kGood});
    samples.Push({Timestamp::FromSeconds(80), 40.0, kGood});
    samples.Push({Timestamp::FromSeconds(110), 20.0, kGood});
    samples.Push({Timestamp::FromSeconds(150), 60.0, kBad});
    samples.Push({Timestamp::FromSeconds(170), 30.0, kGood});
    samples.Push({Timestamp::FromSeconds(200), 0.0, kGood});
    store_.Append(tag_, std::move(samples));
  }

  AggregateColumns Aggregate(Interpolation interpolation, QualityPolicy quality) {
    auto columns = store_.historian().Aggregate(
        {.tag = tag_,
         .range = {Timestamp::FromSeconds(60), Timestamp::FromSeconds(180)},
         .bucket = std::chrono::seconds(60),
         .functions = kEverything,
         .interpolation = interpolation,
         .quality = quality});
    EXPECT_TRUE(columns.ok());
    return *std::move(columns);
  }

  TestStore store_;
  TagId tag_;
};

TEST_F(WorkedExampleTest, SampleFunctions) {
  const AggregateColumns columns = Aggregate(Interpolation::kStep, QualityPolicy::kGoodOnly);
  EXPECT_THAT(columns.count, ElementsAre(2U, 1U));
  EXPECT_THAT(columns.min, ElementsAre(20, 30));
  EXPECT_THAT(columns.max, ElementsAre(40, 30));
  EXPECT_THAT(columns.mean, ElementsAre(30, 30));
  EXPECT_THAT(columns.sum, ElementsAre(60, 30));
  EXPECT_THAT(columns.first, ElementsAre(40, 30));
  EXPECT_THAT(columns.last, ElementsAre(20, 30));
}

TEST_F(WorkedExampleTest, Step) {
  const AggregateColumns columns = Aggregate(Interpolation::kStep, QualityPolicy::kGoodOnly);
  // 60..80: 10, 80..110: 40, 110..120: 20; then 120..150: 20, unknown, 170..180: 30.
  EXPECT_THAT(columns.integral, ElementsAre(200 + 1200 + 200, 600 + 300));
  EXPECT_THAT(columns.time_weighted_mean, ElementsAre(DoubleNear(1600.0 / 60, 1e-12), 900.0 / 40));
}

TEST_F(WorkedExampleTest, Linear) {
  const AggregateColumns columns = Aggregate(Interpolation::kLinear, QualityPolicy::kGoodOnly);
  // 60..80 from 20 to 40, 80..110 from 40 to 20; then only 170..180 from 30 to 20.
  EXPECT_THAT(columns.integral, ElementsAre(600 + 900, 250));
  EXPECT_THAT(columns.time_weighted_mean, ElementsAre(1500.0 / 50, 25));
}

TEST_F(WorkedExampleTest, AllQualities) {
  const AggregateColumns columns = Aggregate(Interpolation::kStep, QualityPolicy::kAll);
  EXPECT_THAT(columns.count, ElementsAre(2U, 2U));
  EXPECT_THAT(columns.max, ElementsAre(40, 60));
  EXPECT_THAT(columns.integral, ElementsAre(1600, 600 + 1200 + 300));
}

TEST(AggregateRequestTest, SaysWhatIsWrong) {
  TestStore store;
  const TagId number = store.Tag("a");
  const TagId text = store.Tag("b", ValueType::kString);
  const TimeRange hour{Timestamp::FromSeconds(0), Timestamp::FromSeconds(3600)};
  const std::chrono::seconds second(1);
  const auto code = [&](const AggregateRequest& request) {
    return store.historian().Aggregate(request).error().code();
  };
  EXPECT_EQ(code({.tag = TagId(9), .range = hour, .bucket = second}), ErrorCode::kNotFound);
  EXPECT_EQ(code({.tag = number, .range = {hour.stop, hour.start}, .bucket = second}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.tag = number, .range = hour}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.tag = number, .range = hour, .bucket = std::chrono::nanoseconds(1)}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.tag = number, .range = hour, .bucket = second, .percentile = 101}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.tag = text, .range = hour, .bucket = second, .functions = kEverything}),
            ErrorCode::kInvalidArgument);
}

TEST(AggregateRequestTest, APercentileKeepsToItsMemory) {
  TestStore store;
  const TagId tag = store.Tag("a");
  SampleColumns samples;
  for (int i = 0; i < 100; ++i) samples.Push({Timestamp::FromSeconds(i), 1.0 * i, kGood});
  store.Append(tag, samples);
  AggregateRequest request{.tag = tag,
                           .range = {Timestamp::FromSeconds(0), Timestamp::FromSeconds(100)},
                           .bucket = std::chrono::seconds(100),
                           .functions = static_cast<std::uint32_t>(AggregateFunction::kPercentile),
                           .percentile = 90,
                           .memory = std::make_shared<MemoryLimit>(816)};
  const auto enough = store.historian().Aggregate(request);
  ASSERT_TRUE(enough.ok()) << enough.error().ToString();
  EXPECT_THAT(enough->percentile, ElementsAre(DoubleNear(89.1, 1e-12)));
  request.memory = std::make_shared<MemoryLimit>(815);
  const auto refused = store.historian().Aggregate(request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().ToString(),
              testing::HasSubstr("takes 816 bytes of memory, but a request may use 815"));
}

TEST(AggregateRequestTest, APercentileKeepsTheSamplesOfOneBucket) {
  constexpr int kSamples = 100'000;
  constexpr int kBucketSamples = 10'000;
  TestStore store;
  const TagId tag = store.Tag("a");
  SampleColumns samples;
  for (int i = 0; i < kSamples; ++i) samples.Push({Timestamp::FromSeconds(i), 1.0 * i, kGood});
  store.Append(tag, samples);
  ASSERT_TRUE(store.historian().Flush().ok());
  const auto columns = store.historian().Aggregate(
      {.tag = tag,
       .range = {Timestamp::FromSeconds(0), Timestamp::FromSeconds(kSamples)},
       .bucket = std::chrono::seconds(kBucketSamples),
       .functions = static_cast<std::uint32_t>(AggregateFunction::kPercentile),
       .percentile = 0,
       .memory = std::make_shared<MemoryLimit>(kSamples * sizeof(double) / 2)});
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  for (std::size_t i = 0; i < columns->percentile.size(); ++i) {
    EXPECT_EQ(columns->percentile[i], static_cast<double>(i * kBucketSamples));
  }
}

TEST(AggregateRequestTest, TheAnswerIsCountedBeforeItIsMade) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1});
  constexpr std::uint64_t kAnswerBytes = 1000 * 3 * sizeof(double);  // starts and two functions
  AggregateRequest request{
      .tag = tag,
      .range = {Timestamp(0), Timestamp(1000)},
      .bucket = std::chrono::nanoseconds(1),
      .functions = BitsOf({AggregateFunction::kRange, AggregateFunction::kStandardDeviation}),
      .memory = std::make_shared<MemoryLimit>(kAnswerBytes)};
  EXPECT_TRUE(store.historian().Aggregate(request).ok());
  const auto whole = std::make_shared<MemoryLimit>(kAnswerBytes - 1);
  request.memory = std::make_shared<MemoryLimit>(kAnswerBytes, whole);
  const auto refused = store.historian().Aggregate(request);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().ToString(),
              testing::HasSubstr("takes 24000 bytes of memory, but a request may use 24000 bytes "
                                 "and all requests at once 23999, of which 0 are taken"));
  EXPECT_EQ(request.memory->taken(), 0U);
}

/// The most memory that the process had since the last call, in bytes; none where the system does
/// not tell.
std::optional<std::uint64_t> TakePeakBytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  std::optional<std::uint64_t> peak;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) peak = std::stoull(line.substr(6)) * 1024;
  }
  std::ofstream reset("/proc/self/clear_refs");
  reset << "5" << std::flush;
  return reset.good() ? peak : std::nullopt;
}

TEST(AggregateRequestTest, BesidesTheAnswerThereIsOneBucket) {
  constexpr std::int64_t kBuckets = 1'000'000;
  constexpr std::uint64_t kAnswerBytes = kBuckets * 3 * sizeof(double);
  TestStore store;
  const TagId tag = store.Tag("a", ValueType::kInt64);
  SampleColumns samples;
  samples.type = ValueType::kInt64;
  samples.Push({Timestamp(1), std::int64_t{1}, kGood});
  store.Append(tag, samples);
  if (!TakePeakBytes()) GTEST_SKIP() << "the system does not tell the peak of the memory";
  const std::uint64_t before = *TakePeakBytes();
  const auto columns = store.historian().Aggregate(
      {.tag = tag,
       .range = {Timestamp(0), Timestamp(kBuckets)},
       .bucket = std::chrono::nanoseconds(1),
       .functions = BitsOf({AggregateFunction::kRange, AggregateFunction::kStandardDeviation})});
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  EXPECT_LT(*TakePeakBytes(), before + 2 * kAnswerBytes);
}

TEST(AggregateRequestTest, RequestsShareTheirMemoryWhileTheyUseIt) {
  MemoryLimit limit(100);
  EXPECT_TRUE(limit.Take(60));
  EXPECT_FALSE(limit.Take(41));
  EXPECT_TRUE(limit.Take(40));
  limit.Give(60);
  EXPECT_TRUE(limit.Take(60));
  EXPECT_FALSE(limit.Take(UINT64_MAX));
}

TEST(AggregateRequestTest, WhatIsTakenIsTakenOfTheWholeToo) {
  const auto whole = std::make_shared<MemoryLimit>(100);
  const auto one = std::make_shared<MemoryLimit>(80, whole);
  MemoryShare share(one);
  EXPECT_FALSE(share.Resize(81));
  EXPECT_TRUE(share.Resize(80));
  MemoryShare other(std::make_shared<MemoryLimit>(80, whole));
  EXPECT_FALSE(other.Resize(21));
  EXPECT_EQ(whole->taken(), 80U);
  EXPECT_TRUE(share.Resize(70));
  EXPECT_TRUE(other.Resize(30));
  const MemoryShare moved(std::move(other));
  other = MemoryShare();
  share = MemoryShare();
  EXPECT_EQ(one->taken(), 0U);
  EXPECT_EQ(whole->taken(), 30U);
}

TEST(AggregateRequestTest, ARequestGivesItsMemoryBack) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1, 2, 3}, {1, 2, 3});
  AggregateRequest request{.tag = tag,
                           .range = {Timestamp(0), Timestamp(10)},
                           .bucket = std::chrono::nanoseconds(10),
                           .functions = static_cast<std::uint32_t>(AggregateFunction::kPercentile),
                           .memory = std::make_shared<MemoryLimit>(40)};
  EXPECT_TRUE(store.historian().Aggregate(request).ok());
  EXPECT_TRUE(store.historian().Aggregate(request).ok());
  ASSERT_TRUE(request.memory->Take(1));
  EXPECT_EQ(store.historian().Aggregate(request).error().code(), ErrorCode::kResourceExhausted);
}

TEST(AggregateRequestTest, TheWorstQualityPolicyAddsItsColumn) {
  TestStore store;
  const TagId tag = store.Tag("a");
  SampleColumns samples;
  samples.Push({Timestamp(1), 1.0, kUncertain});
  samples.Push({Timestamp(2), 5.0, kBadNotConnected});
  samples.Push({Timestamp(3), 3.0, kBad});
  samples.Push({Timestamp(11), 4.0, kGood});
  store.Append(tag, samples);
  const auto columns =
      store.historian().Aggregate({.tag = tag,
                                   .range = {Timestamp(0), Timestamp(30)},
                                   .bucket = std::chrono::nanoseconds(10),
                                   .functions = static_cast<std::uint32_t>(AggregateFunction::kMax),
                                   .quality = QualityPolicy::kWorst});
  ASSERT_TRUE(columns.ok());
  EXPECT_THAT(columns->max, ElementsAre(5, 4, testing::IsNan()));
  EXPECT_THAT(columns->worst_quality,
              ElementsAre(kBadNotConnected.status_code(), 0, testing::IsNan()));
}

using Cells = std::vector<std::string>;

/// The rows below the line `header` of a table in the document, cell by cell.
std::vector<Cells> TableOf(const std::string& header) {
  std::ifstream file(std::string(BEDPLATE_SOURCE_DIR) + "/docs/methods/aggregates.md");
  std::vector<Cells> rows;
  std::string line;
  while (std::getline(file, line) && line != header) {
  }
  std::getline(file, line);  // the rule below the header
  while (std::getline(file, line) && line.starts_with("| ")) {
    std::istringstream text(line.substr(2));
    Cells& cells = rows.emplace_back();
    for (std::string cell; std::getline(text, cell, '|');) {
      cells.push_back(cell.substr(
          cell.find_first_not_of(' ') == std::string::npos ? 0 : cell.find_first_not_of(' ')));
      while (!cells.back().empty() && cells.back().back() == ' ') cells.back().pop_back();
    }
  }
  return rows;
}

double ColumnOf(const AggregateColumns& columns, const AggregateFunctionInfo& info,
                std::size_t index) {
  return info.column == nullptr ? static_cast<double>(columns.count[index])
                                : (columns.*info.column)[index];
}

/// Each number that the document gives, from the samples that it gives.
TEST(AggregateDocumentTest, ItsExamplesHold) {
  TestStore store;
  const TagId tag = store.Tag("plant/power");
  SampleColumns samples;
  for (const Cells& row : TableOf("| second | value | quality |")) {
    samples.Push({Timestamp::FromSeconds(std::stoll(row[0])), std::stod(row[1]),
                  row[2] == "good" ? kGood : kBad});
  }
  ASSERT_EQ(samples.size(), 6U);
  store.Append(tag, samples);
  std::uint32_t shown = 0;
  for (const Cells& row :
       TableOf("| fn | quality | interpolation | 60 to 120 s | 120 to 180 s | Part 13 |")) {
    SCOPED_TRACE(row[0] + " " + row[1] + " " + row[2]);
    const auto* const info =
        std::ranges::find(kAggregateFunctions, row[0], &AggregateFunctionInfo::name);
    ASSERT_NE(info, kAggregateFunctions.end());
    shown |= static_cast<std::uint32_t>(info->function);
    const auto columns = store.historian().Aggregate(
        {.tag = tag,
         .range = {Timestamp::FromSeconds(60), Timestamp::FromSeconds(180)},
         .bucket = std::chrono::seconds(60),
         .functions = static_cast<std::uint32_t>(info->function),
         .interpolation = row[2] == "linear" ? Interpolation::kLinear : Interpolation::kStep,
         .quality = row[1] == "good" ? QualityPolicy::kGoodOnly : QualityPolicy::kAll,
         .percentile = 75});
    ASSERT_TRUE(columns.ok());
    for (const std::size_t i : {0U, 1U}) {
      const double actual = ColumnOf(*columns, *info, i);
      if (row[3 + i] == "null") {
        EXPECT_TRUE(std::isnan(actual)) << actual;
      } else {
        EXPECT_NEAR(actual, std::stod(row[3 + i]), 0.005);
      }
    }
  }
  EXPECT_EQ(shown, kEverything) << "a function has no example";
}

TEST(AggregateDocumentTest, ItsExamplesOfAHoldHold) {
  TestStore store;
  const TagId tag = store.Tag("plant/power");
  SampleColumns samples;
  for (const Cells& row : TableOf("| second | value | quality |")) {
    samples.Push({Timestamp::FromSeconds(std::stoll(row[0])), std::stod(row[1]),
                  row[2] == "good" ? kGood : kBad});
  }
  store.Append(tag, samples);
  const auto rows = TableOf("| fn | interpolation | hold | 60 to 120 s | 120 to 180 s |");
  ASSERT_GT(rows.size(), 5U);
  for (const Cells& row : rows) {
    SCOPED_TRACE(row[0] + " " + row[1] + " " + row[2]);
    const auto* const info =
        std::ranges::find(kAggregateFunctions, row[0], &AggregateFunctionInfo::name);
    ASSERT_NE(info, kAggregateFunctions.end());
    const auto columns = store.historian().Aggregate(
        {.tag = tag,
         .range = {Timestamp::FromSeconds(60), Timestamp::FromSeconds(180)},
         .bucket = std::chrono::seconds(60),
         .functions = static_cast<std::uint32_t>(info->function),
         .interpolation = row[1] == "linear" ? Interpolation::kLinear : Interpolation::kStep,
         .hold = *ParseDuration(row[2])});
    ASSERT_TRUE(columns.ok());
    for (const std::size_t i : {0U, 1U}) {
      EXPECT_NEAR(ColumnOf(*columns, *info, i), std::stod(row[3 + i]), 0.005);
    }
  }
}

TEST(AggregateRequestTest, CountsStrings) {
  TestStore store;
  const TagId tag = store.Tag("state", ValueType::kString);
  SampleColumns samples;
  samples.type = ValueType::kString;
  samples.Push({Timestamp::FromSeconds(1), std::string("on"), kGood});
  samples.Push({Timestamp::FromSeconds(2), std::string("off"), kGood});
  store.Append(tag, samples);
  ASSERT_TRUE(store.historian().Flush().ok());
  const auto columns = store.historian().Aggregate(
      {.tag = tag,
       .range = {Timestamp::FromSeconds(0), Timestamp::FromSeconds(10)},
       .bucket = std::chrono::seconds(10),
       .functions = static_cast<std::uint32_t>(AggregateFunction::kCount)});
  ASSERT_TRUE(columns.ok());
  EXPECT_THAT(columns->count, ElementsAre(2U));
}

}  // namespace
}  // namespace bedplate
