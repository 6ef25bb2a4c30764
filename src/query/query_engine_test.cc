#include "query/query_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/query_test_support.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_F(QueryTest, SamplesHaveEveryColumn) {
  EXPECT_EQ(Ask("SELECT * FROM samples('**/bottles') ORDER BY ts_ns"),
            "acme/leeds/packing/line-1/filler/bottles|2018-01-01T00:00:00Z|1514764800000000000|100|"
            "NULL|0|100\n"
            "acme/leeds/packing/line-1/filler/bottles|2018-01-01T00:00:00.000001Z|"
            "1514764800000001500|140|NULL|0|140\n");
  EXPECT_EQ(Ask("SELECT value, text, quality FROM samples('**/running') ORDER BY ts"),
            "1|NULL|0\n0|NULL|1073741824\n");
  EXPECT_EQ(Ask("SELECT text, value, count(*) FROM samples('acme/leeds/load') GROUP BY ALL "
                "ORDER BY text"),
            "Light|NULL|96\nMaximum|NULL|96\n");
}

TEST_F(QueryTest, WholeNumbersAreExact) {
  constexpr std::int64_t kBeyondDouble = (std::int64_t{1} << 53) + 1;
  historian_.Put("acme/counter", {{kStart, kBeyondDouble, kGood},
                                  {kStart + std::chrono::seconds(1), INT64_MIN, kGood}});
  EXPECT_EQ(Ask("SELECT int_value FROM samples('acme/counter') ORDER BY ts"),
            "9007199254740993\n-9223372036854775808\n");
  EXPECT_EQ(Ask("SELECT DISTINCT int_value FROM samples('acme/leeds/**') WHERE tag NOT LIKE "
                "'%bottles'"),
            "NULL\n")
      << "of doubles, truth values and texts";
}

TEST_F(QueryTest, SamplesTakeAGlobAndAHalfOpenRange) {
  EXPECT_EQ(Ask("SELECT count(*) FROM samples('**/power')"), "384\n");
  EXPECT_EQ(Ask("SELECT count(*), min(ts), max(ts) FROM samples('**/line-1/**/power', "
                "start := '2018-01-01T06:00:00Z', stop := '2018-01-01 07:00')"),
            "4|2018-01-01T06:00:00Z|2018-01-01T06:45:00Z\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM samples('**/power', start := DATE '2018-01-02')"), "192\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM samples('**/power', stop := NULL)"), "384\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM samples('**/power', start := '1066-01-01', "
                "stop := '9999-01-01')"),
            "384\n");
  EXPECT_EQ(Ask("SELECT count(*) FROM samples('no/such/tag')"), "0\n");
  EXPECT_EQ(Ask("SELECT tag, sum(value) FROM samples('**/power') GROUP BY tag ORDER BY tag"),
            "acme/leeds/packing/line-1/filler/power|2208\n"
            "acme/leeds/packing/line-2/filler/power|3840\n");
}

TEST_F(QueryTest, SeriesLongerThanAPieceComeWhole) {
  constexpr int kMany = 300'000;
  std::vector<Sample> samples;
  for (int i = 0; i < kMany; ++i) samples.push_back({Timestamp(i), static_cast<double>(i), kGood});
  historian_.Put("long", std::move(samples));
  EXPECT_EQ(Ask("SELECT count(*), count(DISTINCT ts_ns), sum(value) FROM samples('long')"),
            "300000|300000|44999850000\n");
  EXPECT_EQ(Ask("SELECT bool_and(value = ts_ns) FROM samples('long')"), "true\n");
}

TEST_F(QueryTest, TagsJoinWhatIsDeclaredWithWhatIsStored) {
  EXPECT_EQ(Ask("SELECT path, type, unit, high, declared, samples, first FROM tags "
                "WHERE path LIKE '%line-1%' ORDER BY path"),
            "acme/leeds/packing/line-1/filler/bottles|int64|NULL|NULL|false|2|"
            "2018-01-01T00:00:00Z\n"
            "acme/leeds/packing/line-1/filler/power|double|kW|12.5|true|192|2018-01-01T00:00:00Z\n"
            "acme/leeds/packing/line-1/filler/running|bool|NULL|NULL|false|2|"
            "2018-01-01T00:00:00Z\n"
            "acme/leeds/packing/line-1/filler/temperature|double|degC|12.5|true|0|NULL\n");
}

TEST_F(QueryTest, RelationsAreReadAnewByEachQuery) {
  EXPECT_EQ(Ask("SELECT count(*) FROM tags"), "6\n");
  historian_.Put("acme/new", {{kStart, 1.0, kGood}});
  EXPECT_EQ(Ask("SELECT count(*) FROM tags"), "7\n");
}

TEST_F(QueryTest, AssetsEventsAndDeadLetters) {
  EXPECT_EQ(Ask("FROM assets SELECT path, level, parent, description, time_zone, currency LIMIT 2"),
            "acme|enterprise|NULL|NULL|NULL|GBP\n"
            "acme/leeds|site|acme|Leeds works|Europe/London|NULL\n");
  EXPECT_EQ(Ask("SELECT id, kind, code, text, start, stop, stop - start FROM events ORDER BY id"),
            "e1|stop|JAM|bottle jam|2018-01-01T02:00:00Z|2018-01-01T02:20:00Z|PT20M\n"
            "e2|stop|LABEL|NULL|2018-01-01T05:00:00Z|NULL|NULL\n");
  EXPECT_EQ(Ask("SELECT count(*), count(tag), count(DISTINCT place), any_value(code) "
                "FROM dead_letters"),
            "1300|650|1300|bad-number\n");
}

TEST_F(QueryTest, CellsKeepTheirKind) {
  EXPECT_EQ(Ask("SELECT true, 1, 1.5, 2::DOUBLE, 'x', NULL, 18446744073709551615::UBIGINT, "
                "170141183460469231731687303715884105727::HUGEINT, -5::HUGEINT, "
                "12345678901234567.89, -0.05::DECIMAL(4,2)"),
            "true|1|1.5|2|x|NULL|18446744073709551615|170141183460469231731687303715884105727|-5|"
            "12345678901234567.89|-0.05\n");
  EXPECT_EQ(Ask("SELECT TIMESTAMP '2018-01-01 00:00:00.25', DATE '1969-12-31', TIME '13:45:00.5', "
                "INTERVAL '1 year 2 days 03:00:00', TIMESTAMP_NS '1969-12-31 23:59:59.123456789', "
                "TIMESTAMPTZ '2018-07-01 12:00:00+02', 'infinity'::TIMESTAMP"),
            "2018-01-01T00:00:00.25|1969-12-31|13:45:00.5|P1Y2DT3H|1969-12-31T23:59:59.123456789|"
            "2018-07-01T10:00:00Z|infinity\n");
  EXPECT_EQ(Ask("SELECT [1, NULL, 3], {'a': 1, 'b': 'x'}, 'a\\x00'::BLOB, "
                "'00112233-4455-6677-8899-aabbccddeeff'::UUID"),
            "[1, NULL, 3]|{a: 1, b: x}|a\\x00|00112233-4455-6677-8899-aabbccddeeff\n");
}

TEST_F(QueryTest, ColumnsHaveDuckDbsTypeNames) {
  const auto result = Run("SELECT ts, value, 1.25, [1], tag FROM samples('**') LIMIT 0");
  ASSERT_TRUE(result.ok()) << result.error().ToString();
  std::vector<std::string> types;
  for (const QueryColumn& column : result->columns) types.push_back(column.type);
  EXPECT_THAT(types, ::testing::ElementsAre("TIMESTAMP WITH TIME ZONE", "DOUBLE", "DECIMAL(3,2)",
                                            "INTEGER[]", "VARCHAR"));
}

TEST_F(QueryTest, TimesAreInUtcAndZonesWork) {
  EXPECT_EQ(Ask("SELECT date_trunc('hour', TIMESTAMPTZ '2018-07-01 00:20:00+00'), "
                "time_bucket(INTERVAL '15 minutes', TIMESTAMPTZ '2018-07-01 00:20:00+00'), "
                "hour(TIMESTAMPTZ '2018-07-01 00:20:00+00'), "
                "TIMESTAMPTZ '2018-07-01 00:20:00+00' AT TIME ZONE 'Europe/London'"),
            "2018-07-01T00:00:00Z|2018-07-01T00:15:00Z|0|2018-07-01T01:20:00\n");
}

TEST_F(QueryTest, TheRowLimitCutsAndSaysSo) {
  QueryLimits limits;
  limits.rows = 100;
  const auto cut = Run("SELECT * FROM samples('**/power')", limits);
  ASSERT_TRUE(cut.ok());
  EXPECT_EQ(cut->rows, 100U);
  EXPECT_EQ(cut->columns[0].cells.size(), 100U);
  EXPECT_TRUE(cut->truncated);
  const auto exact = Run("SELECT * FROM samples('**/power') LIMIT 100", limits);
  ASSERT_TRUE(exact.ok());
  EXPECT_EQ(exact->rows, 100U);
  EXPECT_FALSE(exact->truncated);
}

TEST_F(QueryTest, ErrorsNameThePlace) {
  EXPECT_EQ(
      Ask("SELECT *\nFORM tags"),
      "invalid-argument: syntax error at or near \"tags\"\n\nLINE 2: FORM tags\n             ^");
  EXPECT_THAT(Ask("SELECT nothing FROM tags"), HasSubstr("\"nothing\" not found"));
  EXPECT_THAT(Ask("SELECT * FROM machines"),
              AllOf(StartsWith("invalid-argument: there is no table 'machines'; there are tags, "
                               "assets, events, dead_letters, samples(…)"),
                    HasSubstr("LINE 1: SELECT * FROM machines\n                      ^")));
  EXPECT_THAT(Ask("SELECT * FROM samples"), HasSubstr("samples is a function"));
  EXPECT_THAT(Ask("SELECT * FROM samples('{a')"), StartsWith("invalid-argument: "));
  EXPECT_THAT(Ask("SELECT * FROM samples(NULL)"), StartsWith("invalid-argument: "));
  EXPECT_THAT(Ask("SELECT 'x'::INTEGER"), StartsWith("invalid-argument: Could not convert"));
  EXPECT_THAT(Ask(""), StartsWith("invalid-argument: the statement is empty"));
  historian_.Fail(Error(ErrorCode::kCorruption, "segment 7 is damaged"));
  EXPECT_THAT(Ask("SELECT * FROM samples('**/power')"), HasSubstr("segment 7 is damaged"));
}

TEST_F(QueryTest, TheSchemaMatchesWhatQueriesSee) {
  const QuerySchema schema = engine_->Schema();
  ASSERT_EQ(schema.relations.size(), 7U);
  for (const QuerySchema::Relation& relation : schema.relations) {
    const bool is_function = relation.usage.find('(') != std::string::npos;
    const auto described = Run("SELECT column_name, column_type FROM (DESCRIBE FROM " +
                               relation.name + (is_function ? "('**')" : "") + ")");
    ASSERT_TRUE(described.ok()) << described.error().ToString();
    std::string expected;
    for (const auto& column : relation.columns) expected += column.name + "|" + column.type + "\n";
    EXPECT_EQ(Rows(*described), expected);
  }
  EXPECT_THAT(schema.functions, ::testing::IsSupersetOf({"avg", "date_trunc", "samples"}));
}

TEST_F(QueryTest, AGlobThatMatchesNothingIsTold) {
  const auto notices = [this](std::string_view sql) {
    const auto result = Run(sql);
    EXPECT_TRUE(result.ok()) << result.error().ToString();
    return result.ok() ? result->notices : std::vector<std::string>();
  };
  EXPECT_THAT(notices("SELECT * FROM samples('acme/leeds/lod')"),
              ElementsAre("no tag with samples matches 'acme/leeds/lod'; nearest: "
                          "'acme/leeds/load'"));
  EXPECT_THAT(notices("SELECT * FROM samples('typo*') a, samples('typo*') b"),
              ElementsAre("no tag with samples matches 'typo*'"));
  EXPECT_THAT(notices("SELECT * FROM samples('acme/**')"), IsEmpty());
  EXPECT_THAT(notices("SELECT * FROM samples('acme/**', stop := '1990-01-01')"), IsEmpty());
}

}  // namespace
}  // namespace bedplate
