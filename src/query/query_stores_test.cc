#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "query/query_test_support.h"

namespace bedplate {
namespace {

/// The engine over a real historian, whose samples lie in segments, in the head and over each
/// other.
class QueryStoresTest : public CatalogTest {
 protected:
  static constexpr int kSamples = 150'000;

  QueryStoresTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "query.XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    auto historian = Historian::Open(*files_, clock_, (directory_ / "historian").string(), {});
    EXPECT_TRUE(historian.ok()) << historian.error().ToString();
    historian_ = std::move(historian).value();
    auto engine = QueryEngine::Make(*historian_, Open(), {});
    EXPECT_TRUE(engine.ok()) << engine.error().ToString();
    engine_ = std::move(engine).value();
  }
  ~QueryStoresTest() override {
    engine_.reset();
    historian_.reset();
    std::filesystem::remove_all(directory_);
  }

  TagId Append(const std::string& path, SampleColumns samples) {
    const Result<TagId> tag = historian_->Resolve(path, samples.type);
    EXPECT_TRUE(tag.ok());
    const std::vector<TagBatch> batch = {{*tag, std::move(samples)}};
    const auto appended = historian_->Append(batch);
    EXPECT_TRUE(appended.ok()) << appended.error().ToString();
    return *tag;
  }

  /// Disorderly readings over some days, some of them twice.
  static SampleColumns RandomSamples(std::mt19937& random) {
    SampleColumns samples;
    for (int i = 0; i < kSamples; ++i) {
      const auto offset = std::chrono::milliseconds(random() % 400'000'000);
      samples.Push({Timestamp::FromSeconds(1'514'764'800) + offset, random() % 1000 / 8.0,
                    random() % 10 == 0 ? kBad : kGood});
    }
    return samples;
  }

  std::string Ask(std::string_view sql) {
    QueryLimits limits;
    limits.rows = 2 * kSamples;
    const auto result = engine_->Run(sql, limits, {});
    return result.ok() ? Rows(*result) : result.error().ToString();
  }

  std::unique_ptr<FileSystem> files_ = MakePosixFileSystem();
  std::filesystem::path directory_;
  std::unique_ptr<Historian> historian_;
  std::unique_ptr<QueryEngine> engine_;
};

TEST_F(QueryStoresTest, SamplesAreWhatTheHistorianScans) {
  std::mt19937 random(20'180'101);
  const TagId tag = Append("acme/power", RandomSamples(random));
  ASSERT_TRUE(historian_->Flush().ok());
  Append("acme/power", RandomSamples(random));
  std::string expected;
  const Status scanned = historian_->Scan({.tag = tag}, [&](const SampleColumns& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      expected += std::to_string(block.times[i]) + "|" + FormatValue(block.ValueAt(i)) + "|" +
                  std::to_string(block.QualityAt(i).status_code()) + "\n";
    }
    return true;
  });
  ASSERT_TRUE(scanned.ok());
  const std::string rows = Ask("SELECT ts_ns, value, quality FROM samples('acme/*')");
  EXPECT_TRUE(rows == expected) << rows.substr(0, 200);
  EXPECT_EQ(Ask("SELECT samples, type, declared FROM tags"),
            std::to_string(historian_->Find(tag)->samples) + "|double|false\n");
}

TEST_F(QueryStoresTest, ReplacedValuesComeFromTheOldestOn) {
  const auto append = [this](const std::vector<Sample>& list) {
    SampleColumns samples;
    for (const Sample& sample : list) samples.Push(sample);
    Append("acme/power", std::move(samples));
  };
  append({{Timestamp(1000), 1.0, kGood}, {Timestamp(2000), 5.0, kBad}});
  append({{Timestamp(1000), 2.0, kGood}});
  ASSERT_TRUE(historian_->Flush().ok());
  append({{Timestamp(1000), 3.0, kGood}, {Timestamp(2000), 5.0, kGood}});
  EXPECT_EQ(Ask("SELECT tag, ts_ns, value, quality FROM replaced('acme/*')"),
            "acme/power|1000|1|0\nacme/power|1000|2|0\nacme/power|2000|5|2147483648\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM replaced('**', start := to_timestamp(0.000002))"), "1\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM replaced('none')"), "0\n");
}

TEST_F(QueryStoresTest, AllReplacedValuesComeThoughThereAreManyOfOneTime) {
  SampleColumns samples;
  samples.type = ValueType::kInt64;
  for (std::int64_t i = 0; i < 25'000; ++i) samples.Push({Timestamp(7), i, kGood});
  for (std::int64_t i = 0; i < 25'000; ++i) samples.Push({Timestamp(8 + i / 2), i, kGood});
  Append("acme/count", std::move(samples));
  EXPECT_EQ(
      Ask("SELECT count(*), count(DISTINCT ts_ns), sum(int_value)::BIGINT FROM replaced('**')"),
      "37499|12501|" + std::to_string(24'998LL * 24'999 / 2 + 12'499LL * 12'500) + "\n");
}

TEST_F(QueryStoresTest, TimeInStateIsThatOfTheHistorian) {
  SampleColumns samples;
  samples.type = ValueType::kString;
  samples.Push({Timestamp::FromSeconds(30), std::string("stopped"), kGood});
  samples.Push({Timestamp::FromSeconds(70), std::string("running"), kGood});
  samples.Push({Timestamp::FromSeconds(130), std::string("fault"), kBad});
  samples.Push({Timestamp::FromSeconds(150), std::string("running"), kGood});
  samples.Push({Timestamp::FromSeconds(200), std::string("stopped"), kGood});
  Append("acme/filler", std::move(samples));
  SampleColumns numbers;
  numbers.Push({Timestamp::FromSeconds(30), 1.0, kGood});
  Append("acme/power", std::move(numbers));
  EXPECT_EQ(Ask("SELECT tag, epoch(bucket), state, seconds FROM time_in_state('acme/*', "
                "start := to_timestamp(60), stop := to_timestamp(180), bucket := '1m')"),
            "acme/filler|60|running|50\nacme/filler|60|stopped|10\n"
            "acme/filler|120|running|40\n");
  EXPECT_EQ(Ask("SELECT state, seconds FROM time_in_state('**/filler') ORDER BY state"),
            "running|110\nstopped|40\n");
  EXPECT_THAT(Ask("SELECT * FROM time_in_state('**', bucket := 'often')"),
              testing::HasSubstr("often"));
  const std::string held =
      "SELECT epoch(bucket), state, seconds FROM time_in_state('acme/*', start := "
      "to_timestamp(60), stop := to_timestamp(180), bucket := '1m', hold := '10s'";
  EXPECT_EQ(Ask(held + ")"), "60|running|10\n120|running|10\n");
  EXPECT_EQ(Ask(held + ", quality := 'all')"), "60|running|10\n120|fault|10\n120|running|10\n");
  EXPECT_THAT(Ask(held + ", quality := 'worst')"),
              testing::HasSubstr("quality: expected 'good' or 'all', got 'worst'"));
  EXPECT_THAT(Ask("SELECT * FROM time_in_state('acme/power')"),
              testing::HasSubstr("every tag that 'acme/power' matches is of type double, which has "
                                 "no states; expected one of bool, int64 or string"));
}

TEST_F(QueryStoresTest, TextsComeBack) {
  SampleColumns samples;
  samples.type = ValueType::kString;
  for (int i = 0; i < 10'000; ++i) {
    samples.Push({Timestamp(i), std::string(i % 3 == 0 ? "Größe läuft über" : "aus"), kGood});
  }
  Append("acme/state", std::move(samples));
  EXPECT_EQ(Ask("SELECT text, value, count(*) FROM samples('**') GROUP BY ALL ORDER BY 3"),
            "Größe läuft über|NULL|3334\naus|NULL|6666\n");
}

}  // namespace
}  // namespace bedplate
