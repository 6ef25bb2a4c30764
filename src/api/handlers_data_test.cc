#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class DataApiTest : public ApiTest {};

TEST_F(DataApiTest, CoverageShowsTheGap) {
  std::vector<Sample> samples;
  for (int i = 0; i < 96; ++i) {
    if (i < 40 || i >= 52) samples.push_back({kMidnight + i * minutes(15), 1.0 * i, kGood});
  }
  Ingest("a", samples);
  EXPECT_EQ(
      GetBody("/api/v1/coverage?tag=a&from=2018-01-01&to=2018-01-02&cells=4"),
      R"({"from":1514764800000,"to":1514851200000,"tags":[{"tag":"a","samples":84,)"
      R"("expected":96,"coverage":0.875,"interval_ms":900000,"on_change":false,"from":1514764800000,"bad":0,)"
      R"("gaps":[{"from":1514800800000,"to":1514811600000}],"gap_count":1,)"
      R"("cells":[1,0.6666666666666666,0.8333333333333334,1],"dead_letters":0}]})");
}

TEST_F(DataApiTest, CoverageOfNothingIsEmpty) {
  EXPECT_THAT(GetBody("/api/v1/coverage?tag=nothing/**&from=2018-01-01"),
              HasSubstr(R"("tags":[])"));
  EXPECT_EQ(Problem(Get("/api/v1/coverage?tag=a&cells=1001")),
            "400: parameter 'cells': expected a whole number from 1 to 1000, got '1001'");
}

TEST_F(DataApiTest, CoverageBoundsItsAnswer) {
  Apply(R"(format: bedplate/plant/1
assets:
  p:
    level: enterprise
    tags:
      "t{1..2001}": {type: double}
)");
  EXPECT_EQ(
      Problem(Get("/api/v1/coverage?tag=**&from=2018-01-01&to=2018-01-02&cells=1000")),
      "400: expected an answer of at most 2000000 cells, but 2001 tags x 1000 cells are more; "
      "ask for fewer tags or cells");
  EXPECT_EQ(Get("/api/v1/coverage?tag=**&from=2018-01-01&to=2018-01-02&cells=999").status, 200);
}

TEST_F(DataApiTest, CoverageBoundsItsTags) {
  Apply(R"(format: bedplate/plant/1
assets:
  p:
    level: enterprise
    tags:
      "{1..10}-{1..1001}": {type: double}
)");
  EXPECT_EQ(Problem(Get("/api/v1/coverage?tag=**&from=2018-01-01&to=2018-01-02&cells=1")),
            "400: expected at most 10000 tags, but 10010 match; ask for fewer");
}

TEST_F(DataApiTest, LettersComeInPagesNewestFirst) {
  for (int i = 1; i <= 3; ++i) Ingest("a", {{Timestamp(-i), 1.0, kGood}});
  const std::string page = GetBody("/api/v1/dead-letters?tag=a&limit=2");
  EXPECT_THAT(page, StartsWith(R"({"total":3,"dropped":0,"letters":[{"id":3,)"));
  EXPECT_THAT(page, HasSubstr(R"("code":"bad-time")"));
  EXPECT_THAT(GetBody("/api/v1/dead-letters?tag=a&before=2"), HasSubstr(R"("letters":[{"id":1,)"));
  EXPECT_THAT(GetBody("/api/v1/dead-letters?source=other"), HasSubstr(R"("letters":[])"));
  EXPECT_THAT(GetBody("/api/v1/coverage?tag=a&from=2018-01-01&to=2018-01-02"),
              HasSubstr(R"("tags":[])"));
}

}  // namespace
}  // namespace bedplate
