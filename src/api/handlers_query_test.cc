#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class QueryApiTest : public ApiTest {
 protected:
  std::string Ask(const std::string& sql) {
    HttpResponse response = Post("/api/v1/sql", R"({"sql":")" + sql + R"("})", Role::kViewer);
    EXPECT_EQ(response.status, 200) << response.body;
    return std::move(response.body);
  }
};

TEST_F(QueryApiTest, RowsComeAsColumns) {
  Ingest("a", {{kMidnight, 2.5, kGood}, {kMidnight + std::chrono::hours(1), 4.0, kGood}});
  EXPECT_THAT(
      Ask("SELECT tag, sum(value) AS total, NULL AS nothing FROM samples('*') GROUP BY tag"),
      StartsWith(R"({"columns":[{"name":"tag","type":"VARCHAR","values":["a"]},)"
                 R"({"name":"total","type":"DOUBLE","values":[6.5]},)"));
}

TEST_F(QueryApiTest, NotANumberIsNull) {
  EXPECT_THAT(Ask("SELECT CAST('nan' AS DOUBLE) AS x, CAST('inf' AS DOUBLE) AS y"),
              HasSubstr(R"("values":[null]},{"name":"y","type":"DOUBLE","values":[null]}])"));
}

TEST_F(QueryApiTest, TheRowLimitIsSaid) {
  const HttpResponse cut =
      Post("/api/v1/sql", R"json({"sql":"SELECT * FROM range(10)","limit":3})json");
  EXPECT_THAT(cut.body, HasSubstr(R"("values":[0,1,2]}],"rows":3,"truncated":true)"));
}

TEST_F(QueryApiTest, WrongRequestsAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"sql":""})", "400: sql: expected a SELECT, got nothing"},
      {R"({"sql":"SELECT 1","limit":0})",
       "400: limit: expected a whole number from 1 to 1000000, got 0"},
      {R"({"sql":"SELECT 1","limit":"many"})", R"(400: limit: expected a number, got "many")"},
      {R"({"sql":"SELECT 1","timeout_ms":300001})",
       "400: timeout_ms: expected a whole number from 1 to 300000, got 300001"},
      {R"({"query":"SELECT 1"})", "400: query: expected one of the fields sql, limit, timeout_ms"},
      {R"(["SELECT 1"])", "400: expected an object, got an array"},
  };
  for (const auto& [body, problem] : cases) EXPECT_EQ(Problem(Post("/api/v1/sql", body)), problem);
}

TEST_F(QueryApiTest, WhatIsNotAllowedIsRefused) {
  EXPECT_THAT(
      Problem(Post("/api/v1/sql", R"json({"sql":"SELECT * FROM read_csv('/etc/passwd')"})json")),
      StartsWith("403: "));
  EXPECT_THAT(Problem(Post("/api/v1/sql", R"({"sql":"SELEC 1"})")), StartsWith("400: "));
}

TEST_F(QueryApiTest, TheSchemaListsEveryRelation) {
  const std::string schema = GetBody("/api/v1/sql/schema");
  for (const char* name : {"samples", "tags", "assets", "events", "dead_letters"}) {
    EXPECT_THAT(schema,
                HasSubstr(std::string(R"({"name":")") + name + R"(","columns":[{"name":")"));
  }
  EXPECT_THAT(schema, HasSubstr(R"({"name":"value","type":"DOUBLE"})"));
  EXPECT_THAT(schema, HasSubstr(R"("avg")"));
}

}  // namespace
}  // namespace bedplate
