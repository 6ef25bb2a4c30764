#include "services/sample_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "historian/aggregate_functions.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;

constexpr auto kAllFunctions = (1U << 9U) - 1;

class SampleServiceTest : public WorkspaceTest {
 protected:
  SampleServiceTest() { Open(); }

  TagView View(std::string_view path) { return services().tags().Find(path).value(); }

  AggregateQuery Query(std::string_view glob) {
    AggregateQuery query;
    query.tags.push_back(GlobOf(glob));
    query.functions = kAllFunctions;
    query.buckets.width = hours(24);
    return query;
  }
};

TEST_F(SampleServiceTest, PagesJoinToTheWhole) {
  IngestSeries("a", kMidnight, minutes(1), 10'000, [](int i) { return 1.0 * i; });
  for (const std::uint64_t limit : {1ULL, 7ULL, 4096ULL, 9999ULL, 10'000ULL, 10'001ULL}) {
    ScanRequest request;
    request.limit = limit;
    if (limit == 1) request.range.start = kMidnight + minutes(9'990);
    std::vector<double> values;
    for (;;) {
      std::uint64_t page = 0;
      const auto next = services().samples().ReadPage(
          View("a"), request, [&](const SampleColumns& block, std::size_t count) {
            page += count;
            values.insert(values.end(), block.doubles.begin(),
                          block.doubles.begin() + static_cast<long>(count));
          });
      ASSERT_TRUE(next.ok());
      ASSERT_LE(page, limit);
      if (!next.value()) break;
      ASSERT_EQ(page, limit);
      request.range.start = *next.value();
    }
    std::vector<double> expected(limit == 1 ? 10 : 10'000);
    std::iota(expected.begin(), expected.end(), limit == 1 ? 9'990.0 : 0.0);
    EXPECT_EQ(values, expected) << "limit " << limit;
  }
}

TEST_F(SampleServiceTest, DaysOfAZoneHaveAsManySamplesAsTheyHaveHours) {
  const Timestamp from = At("2018-03-24T00:00:00Z");
  IngestSeries("a", from, hours(1), 24 * 4, [](int) { return 1.0; });
  AggregateQuery query = Query("a");
  query.buckets.zone = "Europe/London";
  query.range = {from, At("2018-03-27T23:00:00Z")};
  const auto answer = services().samples().Aggregate(query);
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  EXPECT_THAT(answer.value().series[0].columns.count, ElementsAre(24U, 23U, 24U, 24U));
  EXPECT_THAT(answer.value().series[0].columns.integral,
              ElementsAre(24 * 3600.0, 23 * 3600.0, 24 * 3600.0, 24 * 3600.0));
  EXPECT_EQ(answer.value().starts[2], At("2018-03-26T00:00:00+01:00").nanoseconds());
}

TEST_F(SampleServiceTest, SumsOverBucketsAreTheSumOverTheRange) {
  IngestSeries("a", kMidnight, minutes(7), 3000, [](int i) { return 0.25 * i; });
  AggregateQuery query = Query("a");
  query.range = {kMidnight + minutes(1000), kMidnight + minutes(15'001)};
  double expected = 0;
  for (int i = 0; i < 3000; ++i) {
    const Timestamp time = kMidnight + i * minutes(7);
    if (time >= *query.range.from && time < *query.range.to) expected += 0.25 * i;
  }
  for (const auto& [width, zone] : {std::pair{minutes(1), ""}, std::pair{minutes(60), ""},
                                    std::pair{minutes(24 * 60), "Asia/Kolkata"}}) {
    query.buckets = {width, std::nullopt, zone};
    const auto answer = services().samples().Aggregate(query);
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    const AggregateColumns& columns = answer.value().series[0].columns;
    ASSERT_EQ(columns.sum.size(), answer.value().starts.size());
    double sum = 0;
    for (const double part : columns.sum) sum += std::isnan(part) ? 0 : part;
    EXPECT_DOUBLE_EQ(sum, expected);
  }
}

TEST_F(SampleServiceTest, ACounterLosesNothingWhereItsSamplesBeforeASeamAreBad) {
  Ingest("cnt/a", {{Timestamp::FromSeconds(10), 5.0, kGood},
                   {Timestamp::FromSeconds(50), 7.0, kBad},
                   {Timestamp::FromSeconds(70), 9.0, kGood},
                   {Timestamp::FromSeconds(100), 12.0, kGood}});
  AggregateQuery query = Query("cnt/a");
  query.functions = BitsOf({AggregateFunction::kIncrease, AggregateFunction::kRate});
  query.buckets.width = minutes(1);
  query.range.to = Timestamp::FromSeconds(120);
  for (const std::int64_t from_s : {0, 5, 60}) {
    query.range.from = Timestamp::FromSeconds(from_s);
    const auto answer = services().samples().Aggregate(query);
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    EXPECT_EQ(answer.value().series[0].columns.increase.back(), 7) << "from " << from_s << " s";
    EXPECT_NEAR(answer.value().series[0].columns.rate.back(), 7.0 / 90, 1e-12);
  }
}

TEST_F(SampleServiceTest, DaysAddUpToTheirRangeAcrossAClockChange) {
  const Timestamp start = At("2018-03-23T00:00:00+01:00");
  std::vector<Sample> samples;
  for (int i = 0; i < 6 * 24; ++i) {
    const Timestamp time = start + hours(i);
    const PlantCalendar berlin = PlantCalendar::ForZone("Europe/Berlin").value();
    const bool last_of_day = berlin.DayOf(time + hours(1)) != berlin.DayOf(time);
    samples.push_back({time, 1.0 * i, last_of_day ? kBad : kGood});
  }
  Ingest("cnt/a", samples);
  AggregateQuery query = Query("cnt/a");
  query.functions = BitsOf({AggregateFunction::kIncrease});
  query.range = {start, start + hours(6 * 24)};
  const auto total_of = [&](const BucketChoice& buckets) {
    query.buckets = buckets;
    const auto answer = services().samples().Aggregate(query);
    EXPECT_TRUE(answer.ok());
    const std::vector<double>& parts = answer.value().series[0].columns.increase;
    // A bucket with the first sample only has no step.
    return std::accumulate(parts.begin(), parts.end(), 0.0, [](double sum, double part) {
      return std::isnan(part) ? sum : sum + part;
    });
  };
  const double whole = total_of({std::nullopt, 1, ""});
  EXPECT_EQ(whole, 6 * 24 - 1);
  EXPECT_EQ(total_of({hours(24), std::nullopt, "Europe/Berlin"}), whole);
  EXPECT_EQ(total_of({hours(24), std::nullopt, ""}), whole);
  EXPECT_EQ(total_of({hours(7), std::nullopt, ""}), whole);
}

/// A bucket by its nominal start, asked for among others of any range and any zone that has it.
TEST_F(SampleServiceTest, ABucketIsTheSameInEveryRangeAndZone) {
  constexpr std::uint64_t kSeed = 20180325;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const Timestamp start = At("2018-03-10T00:00:00Z");
  std::vector<Sample> samples;
  Timestamp time = start;
  for (int i = 0; i < 1500; ++i) {
    time = time + minutes(1 + static_cast<long>(random() % 40));
    samples.push_back({time, static_cast<double>(random() % 1000), random() % 3 ? kGood : kBad});
  }
  Ingest("cnt/a", samples);
  AggregateQuery query = Query("cnt/a");
  query.functions = kAllAggregateFunctions;
  std::map<std::tuple<std::int64_t, std::int64_t, Interpolation, QualityPolicy>,
           std::vector<double>>
      known;  // the functions by start and stop
  for (int round = 0; round < 300; ++round) {
    constexpr std::array kZones = {"", "Europe/Berlin", "Europe/Paris", "Africa/Algiers"};
    query.buckets.zone = kZones[random() % kZones.size()];
    query.interpolation = random() % 2 == 0 ? Interpolation::kStep : Interpolation::kLinear;
    query.quality = random() % 2 == 0 ? QualityPolicy::kGoodOnly : QualityPolicy::kAll;
    query.range.from = start + minutes(random() % 10'000);
    query.range.to = *query.range.from + minutes(random() % 20'000);
    const auto answer = services().samples().Aggregate(query);
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    const AggregateColumns& columns = answer.value().series[0].columns;
    const std::vector<std::int64_t>& starts = answer.value().starts;
    for (std::size_t i = 1; i + 1 < starts.size(); ++i) {  // the first and the last are cut
      std::vector<double> values;
      for (const AggregateFunctionInfo& info : kAggregateFunctions) {
        if (info.column != nullptr) values.push_back((columns.*info.column)[i]);
      }
      const auto [found, is_new] =
          known.try_emplace({starts[i], starts[i + 1], query.interpolation, query.quality}, values);
      if (is_new) continue;
      EXPECT_THAT(values, testing::Pointwise(testing::NanSensitiveDoubleNear(1e-6), found->second));
    }
  }
}

TEST_F(SampleServiceTest, StringTagsAreSkippedByName) {
  Ingest("a/number", {{kMidnight, 1.0, kGood}});
  Ingest("a/text", {{kMidnight, std::string("on"), kGood}});
  const auto answer = services().samples().Aggregate(Query("a/*"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value().series.size(), 1U);
  EXPECT_THAT(answer.value().skipped, ElementsAre("a/text"));
}

TEST_F(SampleServiceTest, AnOpenRangeIsThatOfTheSamples) {
  IngestSeries("a", kMidnight, hours(1), 10, [](int i) { return 1.0 * i; });
  IngestSeries("b", kMidnight + hours(5), hours(1), 10, [](int i) { return 1.0 * i; });
  const auto answer = services().samples().Aggregate(Query("*"));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer.value().range->start, kMidnight);
  EXPECT_EQ(answer.value().range->stop.nanoseconds(), (kMidnight + hours(14)).nanoseconds() + 1);
}

TEST_F(SampleServiceTest, ADeclaredTagWithoutSamplesHasEmptyBuckets) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      power: {type: double}
)");
  AggregateQuery query = Query("acme/power");
  query.range = {kMidnight, kMidnight + hours(48)};
  query.functions |= static_cast<std::uint32_t>(AggregateFunction::kKnownSeconds);
  const auto answer = services().samples().Aggregate(query);
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  const AggregateColumns& columns = answer.value().series[0].columns;
  EXPECT_THAT(columns.count, ElementsAre(0U, 0U));
  EXPECT_THAT(columns.known_seconds, ElementsAre(0.0, 0.0));
  ASSERT_EQ(columns.mean.size(), 2U);
  EXPECT_TRUE(std::isnan(columns.mean[0]) && std::isnan(columns.time_weighted_mean[1]));
}

TEST_F(SampleServiceTest, AnAnswerHasSoManyNumbersAndNoMore) {
  IngestSeries("a", kMidnight, minutes(1), 10, [](int i) { return 1.0 * i; });
  IngestSeries("b", kMidnight, minutes(1), 10, [](int i) { return 1.0 * i; });
  AggregateQuery query = Query("*");
  query.functions = static_cast<std::uint32_t>(AggregateFunction::kMean);
  query.range = {kMidnight, kMidnight + std::chrono::seconds(1'000'000)};
  query.buckets.width = std::chrono::seconds(1);
  EXPECT_TRUE(services().samples().Aggregate(query).ok());
  query.functions |= static_cast<std::uint32_t>(AggregateFunction::kCount);
  const auto refused = services().samples().Aggregate(query);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().ToString(), testing::HasSubstr("at most 2000000 numbers"));
}

TEST_F(SampleServiceTest, WrongQuestionsAreRefused) {
  IngestSeries("a", kMidnight, hours(1), 10, [](int i) { return 1.0 * i; });
  AggregateQuery query = Query("nothing/**");
  EXPECT_EQ(services().samples().Aggregate(query).error().code(), ErrorCode::kNotFound);
  query = Query("a");
  query.range = {kMidnight + hours(1), kMidnight};
  EXPECT_EQ(services().samples().Aggregate(query).error().code(), ErrorCode::kInvalidArgument);
  query = Query("a");
  query.buckets.zone = "Mars/Olympus";
  EXPECT_EQ(services().samples().Aggregate(query).error().code(), ErrorCode::kInvalidArgument);
}

/// What an aggregate of one tag in 100 buckets takes while its answer is held: the starts and two
/// columns.
constexpr std::uint64_t kHeldBytes = 100 * 3 * sizeof(double);

class AggregateMemoryTest : public SampleServiceTest {
 protected:
  AggregateMemoryTest() {
    IngestSeries("a", kMidnight, minutes(1), 100, [](int i) { return 1.0 * i; });
  }

  AggregateQuery MinutesOf(std::string_view glob) {
    AggregateQuery query = Query(glob);
    query.buckets.width = minutes(1);
    query.range = {kMidnight, kMidnight + minutes(100)};
    query.functions = BitsOf({AggregateFunction::kMean, AggregateFunction::kMax});
    return query;
  }
};

TEST_F(AggregateMemoryTest, AnAnswerIsCountedUntilItIsGone) {
  const SampleService& samples = services().samples();
  {
    const auto answer = samples.Aggregate(MinutesOf("a"));
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    EXPECT_EQ(samples.memory().taken(), kHeldBytes);
  }
  EXPECT_EQ(samples.memory().taken(), 0U);
}

TEST_F(AggregateMemoryTest, AllAtOnceStayWithinTheirMemory) {
  // While it is made the answer of its one tag is there twice.
  constexpr std::uint64_t kMadeBytes = 2 * kHeldBytes;
  const SampleService samples(workspace().historian(), services().tags(), kHeldBytes + kMadeBytes);
  std::vector<AggregateAnswer> held;
  for (int i = 0; i < 2; ++i) {
    auto answer = samples.Aggregate(MinutesOf("a"));
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    held.push_back(std::move(answer).value());
  }
  const auto refused = samples.Aggregate(MinutesOf("a"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_THAT(refused.error().ToString(),
              ::testing::HasSubstr("all requests at once 7200, of which 7200 are taken"));
  held.pop_back();
  EXPECT_TRUE(samples.Aggregate(MinutesOf("a")).ok());
  held.clear();
  EXPECT_EQ(samples.memory().taken(), 0U);
}

TEST_F(AggregateMemoryTest, TagsWithoutSamplesAreCountedToo) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      b: {type: double}
)");
  const auto answer = services().samples().Aggregate(MinutesOf("**"));
  ASSERT_TRUE(answer.ok()) << answer.error().ToString();
  ASSERT_EQ(answer->series.size(), 2U);
  EXPECT_EQ(services().samples().memory().taken(), kHeldBytes + 100 * 2 * sizeof(double));
}

}  // namespace
}  // namespace bedplate
