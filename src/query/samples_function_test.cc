#include "query/samples_function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "query/duckdb_handles.h"
#include "query/fake_historian.h"
#include "query/query_database.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// DuckDB's own view of samples(…), below the guard that lets no EXPLAIN through.
class SamplesFunctionTest : public ::testing::Test {
 protected:
  SamplesFunctionTest() {
    std::vector<Sample> samples;
    for (int i = 0; i < 10'000; ++i) {
      samples.push_back({Timestamp::FromSeconds(1'600'000'000 + i), 1.0 * i, kGood});
    }
    historian_.Put("plant/power", std::move(samples));
    auto database = OpenQueryDatabase(64U << 20U, 2);
    EXPECT_TRUE(database.ok()) << database.error().ToString();
    database_ = std::move(database).value();
    EXPECT_EQ(duckdb_connect(database_.get(), connection_.out()), DuckDBSuccess);
    EXPECT_TRUE(RegisterSamples(connection_.get(), historian_, find_query_).ok());
  }

  std::string Explain(const std::string& sql) {
    DuckResult result;
    if (duckdb_query(connection_.get(), ("EXPLAIN " + sql).c_str(), &result.get()) !=
        DuckDBSuccess) {
      return duckdb_result_error(&result.get());
    }
    return TakeDuckString(duckdb_value_varchar(&result.get(), 1, 0));
  }

  FakeHistorian historian_;
  QueryFinder find_query_ = [](std::uint64_t) {
    return std::make_shared<RunningQuery>(CancelToken::Make());
  };
  DuckDatabase database_;
  DuckConnection connection_;
};

TEST_F(SamplesFunctionTest, DuckDbKnowsHowManySamplesToExpect) {
  EXPECT_THAT(Explain("SELECT value FROM samples('**')"), HasSubstr("10,000 rows"));
  // A tenth of the time of all samples.
  EXPECT_THAT(Explain("SELECT value FROM samples('**', start := TIMESTAMPTZ '2020-09-13 "
                      "12:26:40+00', stop := TIMESTAMPTZ '2020-09-13 12:43:20+00')"),
              HasSubstr("1,001 rows"));
}

TEST_F(SamplesFunctionTest, AnAsofJoinIsNoLoop) {
  const std::string plan = Explain(
      "SELECT count(*) FROM samples('plant/power') a ASOF JOIN samples('**') b ON a.ts_ns >= "
      "b.ts_ns");
  EXPECT_THAT(plan, HasSubstr("ASOF_JOIN"));
  EXPECT_THAT(plan, Not(HasSubstr("LOOP_JOIN")));
}

}  // namespace
}  // namespace bedplate
