#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/append_format.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SamplesApiTest : public ApiTest {
 protected:
  SamplesApiTest() {
    Ingest("line/speed", {{At("2018-01-01T00:00:00Z"), 1.5, kGood},
                          {At("2018-01-01T00:15:00Z"), -0.1, kGood},
                          {At("2018-01-01T00:30:00.0000005Z"), 1e21, kUncertain}});
  }
};

TEST_F(SamplesApiTest, SamplesAreColumns) {
  EXPECT_EQ(GetBody("/api/v1/samples?tag=line/speed"),
            R"({"tag":"line/speed","type":"double","unit":"",)"
            R"("times":[1514764800000,1514765700000,1514766600000.0005],)"
            R"("values":[1.5,-0.1,1e+21],"qualities":[0,0,1073741824],"next":null})");
}

TEST_F(SamplesApiTest, QualitiesAreNullWhenAllAreGood) {
  EXPECT_EQ(GetBody("/api/v1/samples?tag=line/speed&to=2018-01-01T00:30:00Z"),
            R"({"tag":"line/speed","type":"double","unit":"",)"
            R"("times":[1514764800000,1514765700000],"values":[1.5,-0.1],)"
            R"("qualities":null,"next":null})");
}

TEST_F(SamplesApiTest, EveryTypeHasItsJson) {
  Ingest("i", {{kMidnight, std::int64_t{-9'223'372'036'854'775'807}, kGood}});
  Ingest("b", {{kMidnight, true, kGood}, {kMidnight + hours(1), false, kGood}});
  Ingest("s", {{kMidnight, std::string("Zähler \"1\"\n\x01"), kGood}});
  EXPECT_THAT(GetBody("/api/v1/samples?tag=i"), HasSubstr(R"("values":[-9223372036854775807])"));
  EXPECT_THAT(GetBody("/api/v1/samples?tag=b"), HasSubstr(R"("values":[true,false])"));
  EXPECT_THAT(GetBody("/api/v1/samples?tag=s"), HasSubstr(R"("values":["Zähler \"1\"\n\u0001"])"));
}

TEST_F(SamplesApiTest, NextIsWhereToGoOn) {
  EXPECT_THAT(GetBody("/api/v1/samples?tag=line/speed&limit=1"),
              HasSubstr(R"("next":1514765700000)"));
  // Milliseconds cannot tell this time, so it is told in a form that `from` takes as well.
  EXPECT_THAT(GetBody("/api/v1/samples?tag=line/speed&limit=2"),
              HasSubstr(R"("next":"2018-01-01T00:30:00.0000005Z")"));
  EXPECT_THAT(GetBody("/api/v1/samples?tag=line/speed&from=2018-01-01T00:30:00.0000005Z"),
              HasSubstr(R"("values":[1e+21])"));
}

TEST_F(SamplesApiTest, TimesComeAsAskedFor) {
  EXPECT_THAT(GetBody("/api/v1/samples?tag=line/speed&time=ns&limit=1"),
              HasSubstr(R"("times":[1514764800000000000])"));
  EXPECT_THAT(GetBody("/api/v1/samples?tag=line/speed&time=rfc3339&limit=1"),
              HasSubstr(R"("times":["2018-01-01T00:00:00Z"])"));
}

TEST_F(SamplesApiTest, CsvIsRfc4180) {
  Ingest("s", {{kMidnight, std::string("plain"), kGood},
               {kMidnight + hours(1), std::string("a, \"b\"\r\nc"), kBad}});
  const HttpResponse csv = Get("/api/v1/samples?tag=s&format=csv&time=rfc3339");
  EXPECT_EQ(csv.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(csv.body,
            "time,value,quality\r\n2018-01-01T00:00:00Z,plain,0\r\n"
            "2018-01-01T01:00:00Z,\"a, \"\"b\"\"\r\nc\",2147483648\r\n");
  const HttpResponse page = Get("/api/v1/samples?tag=s&format=csv&limit=1");
  ASSERT_EQ(page.headers.size(), 1U);
  EXPECT_EQ(page.headers[0].first, "Bedplate-Next");
  EXPECT_EQ(page.headers[0].second, "1514768400000");
}

TEST_F(SamplesApiTest, RelativeTimesCountFromTheClock) {
  EXPECT_THAT(GetBody("/api/v1/samples?tag=line/speed&from=now-1430m&to=now"),
              HasSubstr(R"("values":[-0.1,1e+21])"));
}

TEST_F(SamplesApiTest, ATimeOfAnAnswerIsOneOfAQuestion) {
  const Timestamp start = kMidnight + std::chrono::nanoseconds(1);
  Ingest("t", {{start, 1.0, kGood}, {start + minutes(1), 2.0, kGood}});
  const std::string answer = GetBody("/api/v1/aggregate?tag=t&buckets=1&fn=sum");
  EXPECT_THAT(answer, HasSubstr(R"({"from":1514764800000.000001,"to":1514764860000.000002,)"));
  const std::string again =
      "/api/v1/aggregate?tag=t&buckets=1&fn=sum&from=1514764800000.000001&to=";
  EXPECT_EQ(GetBody(again + "1514764860000.000002"), answer);
  // A nanosecond less leaves the last sample out.
  EXPECT_THAT(GetBody(again + "1514764860000.000001"), HasSubstr(R"("sum":[1])"));
  EXPECT_THAT(GetBody("/api/v1/samples?tag=t&from=1514764800000.0&to=1514764800000.000002"),
              HasSubstr(R"("values":[1])"));
}

TEST_F(SamplesApiTest, AggregatesAndStatesPassOverADayThatAZoneLeftOut) {
  const Timestamp start = kMidnight - hours(24 * 365 * 6);
  Ingest("n", {{start, std::int64_t{1}, kGood}});
  const std::string range = "&bucket=1d&zone=Pacific/Apia&from=2011-12-30T09:00:00Z&to=2012-01-01";
  const std::string starts = R"("starts":[1325152800000,1325239200000,1325325600000])";
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=n&fn=count" + range), HasSubstr(starts));
  EXPECT_THAT(GetBody("/api/v1/states?tag=n" + range), HasSubstr(starts));
}

TEST_F(SamplesApiTest, WrongParametersAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "400: parameter 'tag': expected text, got nothing"},
      {"?tag=line/speed&tag=b", "400: parameter 'tag': expected it once, got it 2 times"},
      {"?tag=line/spead", "404: there is no tag 'line/spead', neither declared nor written"},
      {"?tag=line/speed&limit=0",
       "400: parameter 'limit': expected a whole number from 1 to 1000000, got '0'"},
      {"?tag=line/speed&limit=1000001",
       "400: parameter 'limit': expected a whole number from 1 to 1000000, got '1000001'"},
      {"?tag=line/speed&limit=1e3",
       "400: parameter 'limit': expected a whole number from 1 to 1000000, got '1e3'"},
      {"?tag=line/speed&format=xml",
       "400: parameter 'format': expected one of json, csv, got 'xml'"},
      {"?tag=line/speed&colour=red",
       "400: expected only the parameters tag, from, to, limit, time, format, got 'colour'"},
      {"?tag=line/speed&from=2018-01-02&to=2018-01-01",
       "400: expected 'from' not after 'to', got 2018-01-02T00:00:00Z and 2018-01-01T00:00:00Z"},
  };
  for (const auto& [query, problem] : cases) {
    EXPECT_EQ(Problem(Get("/api/v1/samples" + query)), problem);
  }
  for (const char* time : {"yesterday", "now-", "now-7", "now*7d", "2018-13-01", "1.5e3"}) {
    EXPECT_THAT(Problem(Get(std::string("/api/v1/samples?tag=line/speed&from=") + time)),
                StartsWith("400: parameter 'from': expected a time as "));
  }
}

TEST_F(SamplesApiTest, AggregatesAreColumnsByBucket) {
  IngestSeries("a", kMidnight, minutes(15), 8, [](int i) { return 1.0 * i; });
  EXPECT_EQ(GetBody("/api/v1/aggregate?tag=a&bucket=1h&fn=count,min,max,mean,sum,first,last"
                    "&from=2018-01-01&to=2018-01-01T03:00:00Z"),
            R"({"from":1514764800000,"to":1514775600000,"bucket_ms":3600000,)"
            R"("starts":[1514764800000,1514768400000,1514772000000],"series":[)"
            R"({"tag":"a","unit":"","interval_ms":900000,"count":[4,4,0],"min":[0,4,null],)"
            R"("max":[3,7,null],"mean":[1.5,5.5,null],"sum":[6,22,null],"first":[0,4,null],)"
            R"("last":[3,7,null]}],"skipped":[]})");
}

TEST_F(SamplesApiTest, AggregatesWeighByTime) {
  Ingest("w", {{kMidnight, 0.0, kGood}, {kMidnight + minutes(45), 4.0, kGood}});
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=w&bucket=1h&fn=time_weighted_mean,integral"
                      "&from=2018-01-01&to=2018-01-01T01:00:00Z"),
              HasSubstr(R"("time_weighted_mean":[1],"integral":[3600])"));
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=w&bucket=45m&fn=time_weighted_mean"
                      "&interpolation=linear&from=2018-01-01&to=2018-01-01T00:45:00Z"),
              HasSubstr(R"("time_weighted_mean":[2])"));
}

TEST_F(SamplesApiTest, TheWorstQualityIsAColumn) {
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=line/speed&bucket=30m&fn=count&quality=worst"
                      "&from=2018-01-01&to=2018-01-01T01:30:00Z"),
              HasSubstr(R"("count":[2,1,0],"worst_quality":[0,1073741824,null])"));
}

TEST_F(SamplesApiTest, StatesTellHowLongEachLasted) {
  Ingest("filler", {{kMidnight, std::string("stopped"), kGood},
                    {kMidnight + minutes(20), std::string("running"), kGood},
                    {kMidnight + minutes(70), std::string("fault"), kBad},
                    {kMidnight + minutes(90), std::string("stopped"), kGood}});
  const std::string target =
      "/api/v1/states?tag=filler&bucket=1h&from=2018-01-01&to=2018-01-01T02:00:00Z";
  EXPECT_EQ(GetBody(target),
            R"({"tag":"filler","from":1514764800000,"to":1514772000000,"bucket_ms":3600000,)"
            R"("starts":[1514764800000,1514768400000],"states":[)"
            R"({"state":"running","seconds":[2400,600]},)"
            R"({"state":"stopped","seconds":[1200,1800]}]})");
  EXPECT_THAT(GetBody(target + "&quality=all"),
              HasSubstr(R"({"state":"fault","seconds":[0,1200]})"));
  EXPECT_THAT(GetBody(target + "&hold=10m"), HasSubstr(R"({"state":"running","seconds":[600,0]})"));
}

TEST_F(SamplesApiTest, StatesOfLocalDaysAreJoined) {
  // Two days of which one has 25 hours: parts of different width.
  Ingest("on",
         {{At("2017-10-28T00:00:00Z"), false, kGood}, {At("2017-10-29T12:00:00Z"), true, kGood}});
  EXPECT_THAT(GetBody("/api/v1/states?tag=on&bucket=1d&zone=Europe/Berlin"
                      "&from=2017-10-27T22:00:00Z&to=2017-10-29T23:00:00Z"),
              HasSubstr(R"("states":[{"state":false,"seconds":[79200,50400]},)"
                        R"({"state":true,"seconds":[0,39600]}])"));
}

TEST_F(SamplesApiTest, ALimitOfAReadIsNoFullDisk) {
  Ingest("s", {{kMidnight, std::string("a"), kGood},
               {kMidnight + seconds(1), std::string("b"), kGood},
               {kMidnight + seconds(2), std::string("c"), kGood}});
  const HttpResponse refused =
      Get("/api/v1/states?tag=s&bucket=1s&from=2018-01-01&to=2018-01-12T13:46:40Z");
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_THAT(refused.body, HasSubstr("urn:bedplate:error:resource-exhausted"));
  EXPECT_THAT(Problem(refused), StartsWith("422: more than 2 states in 1000000 buckets: a request "
                                           "may have 2000000 states x buckets"));
}

TEST_F(SamplesApiTest, AHoleLongerThanHoldIsUnknown) {
  // Twenty days of which the samples of ten are deleted.
  std::vector<Sample> samples;
  for (int hour = 0; hour < 20 * 24; ++hour) {
    if (hour >= 5 * 24 && hour < 15 * 24) continue;
    samples.push_back({At("2017-12-01") + hours(hour), 2.0, kGood});
  }
  Ingest("w", samples);
  const std::string target =
      "/api/v1/aggregate?tag=w&buckets=1&fn=known_seconds,percent_good,time_weighted_mean,count"
      "&from=2017-12-01&to=2017-12-21";
  EXPECT_THAT(GetBody(target), HasSubstr(R"("percent_good":[100])"));
  EXPECT_THAT(GetBody(target + "&hold=1h"),
              HasSubstr(R"("count":[240],"time_weighted_mean":[2],"known_seconds":[864000],)"
                        R"("percent_good":[50])"));
  EXPECT_THAT(GetBody(target + "&hold=1d"), HasSubstr(R"("known_seconds":[946800])"));
  EXPECT_EQ(Problem(Get(target + "&hold=soon")).substr(0, 4), "400:");
}

TEST_F(SamplesApiTest, WithoutSamplesAnOpenRangeIsNone) {
  Apply(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      power: {type: double}
      mode: {type: int64}
)");
  EXPECT_EQ(GetBody("/api/v1/aggregate?tag=acme/power&bucket=1h&fn=mean"),
            R"({"from":null,"to":null,"bucket_ms":3600000,"starts":[],)"
            R"("series":[{"tag":"acme/power","unit":"","interval_ms":null,"mean":[]}],)"
            R"("skipped":[]})");
  EXPECT_EQ(GetBody("/api/v1/states?tag=acme/mode&bucket=1h"),
            R"({"tag":"acme/mode","from":null,"to":null,"bucket_ms":3600000,"starts":[],)"
            R"("states":[]})");
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=acme/power&bucket=1h&fn=mean&to=5000"),
              StartsWith(R"({"from":5000,"to":5000,)"));
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=acme/power&bucket=1h&fn=mean&from=5000"),
              StartsWith(R"({"from":5000,"to":5000,)"));
}

TEST_F(SamplesApiTest, NumbersHaveNoStates) {
  EXPECT_EQ(Problem(Get("/api/v1/states?tag=line/speed&bucket=1h")),
            "400: line/speed: a tag of type double has no states; expected bool, int64 or string");
}

TEST_F(SamplesApiTest, ReplacedValuesComeFromTheOldestOn) {
  Ingest("r", {{kMidnight, 1.0, kGood}, {kMidnight + hours(1), 5.0, kBad}});
  Ingest("r", {{kMidnight, 2.0, kGood}});
  Ingest("r", {{kMidnight, 3.0, kGood}, {kMidnight + hours(1), 6.0, kGood}});
  EXPECT_EQ(GetBody("/api/v1/replaced?tag=r"),
            R"({"tag":"r","type":"double","unit":"",)"
            R"("times":[1514764800000,1514764800000,1514768400000],"values":[1,2,5],)"
            R"("qualities":[0,0,2147483648],"next":null})");
  EXPECT_THAT(GetBody("/api/v1/replaced?tag=r&limit=2"), HasSubstr(R"("next":1514768400000)"));
  EXPECT_THAT(GetBody("/api/v1/replaced?tag=r&from=1514768400000"), HasSubstr(R"("values":[5])"));
  EXPECT_THAT(GetBody("/api/v1/replaced?tag=line/speed"), HasSubstr(R"("values":[])"));
}

TEST_F(SamplesApiTest, AggregatesTellHowMuchOfABucketIsKnown) {
  Ingest("w", {{kMidnight + minutes(15), 2.0, kGood}, {kMidnight + minutes(90), 3.0, kGood}});
  // Known from the first sample on; in local days, which are put together of parts, as well.
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=w&bucket=1h&fn=integral,known_seconds"
                      "&from=2017-12-31T23:00:00Z&to=2018-01-01T02:00:00Z"),
              HasSubstr(R"("integral":[null,5400,9000],"known_seconds":[0,2700,3600]}])"));
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=w&bucket=1d&fn=known_seconds&zone=Asia/Seoul"
                      "&from=2017-12-31T15:00:00Z&to=2018-01-01T15:00:00Z"),
              HasSubstr(R"("known_seconds":[)"));
}

TEST_F(SamplesApiTest, AggregatesLeaveOutWhatIsNotGoodUnlessAsked) {
  const std::string query = "/api/v1/aggregate?tag=line/speed&buckets=1&fn=count";
  EXPECT_THAT(GetBody(query), HasSubstr(R"("count":[2])"));
  EXPECT_THAT(GetBody(query + "&quality=all"), HasSubstr(R"("count":[3])"));
}

TEST_F(SamplesApiTest, DaysAreThoseOfTheZone) {
  IngestSeries("h", At("2018-10-27T00:00:00+01:00"), hours(1), 24 + 25 + 24,
               [](int) { return 1.0; });
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=h&bucket=1d&fn=count&zone=Europe/London"),
              HasSubstr(R"("count":[24,25,24])"));
}

TEST_F(SamplesApiTest, APercentileIsTheOneAskedFor) {
  IngestSeries("p", At("2018-01-01T00:00:00Z"), std::chrono::minutes(1), 11,
               [](int i) { return static_cast<double>(i); });
  EXPECT_THAT(GetBody("/api/v1/aggregate?tag=p&bucket=1h&fn=percentile,range&percentile=12.5"),
              HasSubstr(R"("range":[10],"percentile":[1.25])"));
}

TEST_F(SamplesApiTest, WrongAggregatesAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "400: parameter 'tag': expected a tag or glob, got nothing"},
      {"?tag=a", "400: parameter 'bucket': expected either bucket or buckets, got neither"},
      {"?tag=a&bucket=1h&buckets=3",
       "400: parameter 'bucket': expected either bucket or buckets, got both"},
      {"?tag=a&bucket=1x",
       "400: parameter 'bucket': '1x' is not a duration; expected a whole number and a unit, as "
       "250ms, 1s, 15m, 1h, 1d or 1w"},
      {"?tag=a&buckets=20001",
       "400: parameter 'buckets': expected a whole number from 1 to 20000, got '20001'"},
      {"?tag=a&bucket=1h&fn=mean,median",
       "400: parameter 'fn': expected a comma list of count, min, max, mean, sum, first, last, "
       "time_weighted_mean, integral, known_seconds, range, standard_deviation, increase, rate, "
       "duration_good, duration_bad, percent_good, percentile, worst_quality, got 'median'"},
      {"?tag=a&bucket=1h&fn=percentile&percentile=101",
       "400: parameter 'percentile': expected a number from 0 to 100, got '101'"},
      {"?tag=nothing/*&bucket=1h", "404: no tag matches 'nothing/*'"},
  };
  for (const auto& [query, problem] : cases) {
    EXPECT_EQ(Problem(Get("/api/v1/aggregate" + query)), problem);
  }
  EXPECT_THAT(Problem(Get("/api/v1/aggregate?tag=line/*&bucket=1d&zone=Mars")),
              HasSubstr("expected an IANA time zone"));
  EXPECT_THAT(Problem(Get("/api/v1/aggregate?tag=line/*&bucket=1s&from=1970-01-01")),
              HasSubstr("expected at most 1000000 buckets"));
  EXPECT_THAT(Problem(Get("/api/v1/aggregate?tag={a&bucket=1h")),
              StartsWith("400: parameter 'tag'"));
}

TEST_F(SamplesApiTest, LastTellsWhatAValueIsWorth) {
  EXPECT_EQ(GetBody("/api/v1/last?tag=line/*"),
            R"({"now":1514851200000,"tags":[{"tag":"line/speed","type":"double","unit":"",)"
            R"("time":1514766600000.0005,"value":1e+21,"quality":"uncertain","state":"stale",)"
            R"("interval_ms":900000.0005,"on_change":false}]})");
  EXPECT_EQ(GetBody("/api/v1/last?tag=nothing"), R"({"now":1514851200000,"tags":[]})");
}

TEST_F(SamplesApiTest, LiveIsAStreamOfEvents) {
  Ingest("line/speed", {{clock_.Now(), 3.0, kGood}});
  const HttpResponse response = Get("/api/v1/live?tag=line/*");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/event-stream");
  ASSERT_NE(response.events, nullptr);
  const std::string first = response.events->Poll();
  EXPECT_THAT(first, StartsWith("event: samples\ndata: {\"now\":1514851200000,\"tags\":[{\"tag\":"
                                "\"line/speed\","));
  EXPECT_THAT(first, ::testing::EndsWith("}]}\n\n"));
  EXPECT_EQ(response.events->Poll(), "");
  clock_.Advance(seconds(5));
  EXPECT_EQ(response.events->Poll(), "event: heartbeat\ndata: {\"now\":1514851205000}\n\n");
  Ingest("line/speed", {{clock_.Now(), 4.0, kGood}});
  EXPECT_THAT(response.events->Poll(), HasSubstr(R"("value":4,"quality":"good","state":"live")"));
}

TEST_F(SamplesApiTest, AppendStoresAndSaysWhatItRefused) {
  const std::string body = R"({"source":"import","batches":[{"tag":"n","type":"double",
      "times_ns":[1514764800000000000,1514764801000000000,-5],"values":[1,"NaN",3],
      "origin":{"prefix":"a.csv:","suffix":" n","key":"k","lines":[2,3,4]}}],
      "letters":[{"source":"","place":"a.csv:9","code":"bad-row","reason":"expected 2 cells, got 1",
      "payload":"x","key":"k:9"}]})";
  const HttpResponse first = Post("/api/v1/append", body, Role::kWriter);
  EXPECT_EQ(first.status, 200) << first.body;
  const auto report = ParseIngestReport(first.body);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report.value().stored, 1U);
  ASSERT_EQ(report.value().letters.size(), 3U);
  EXPECT_THAT(first.body, HasSubstr(R"("place":"a.csv:3 n","tag":"n","code":"bad-number")"));
  EXPECT_THAT(first.body, HasSubstr(R"("place":"a.csv:4 n","tag":"n","code":"bad-time")"));

  const auto again = ParseIngestReport(Post("/api/v1/append", body, Role::kWriter).body);
  EXPECT_EQ(again.value().stored, 0U);
  EXPECT_EQ(again.value().duplicates, 1U);
  EXPECT_THAT(GetBody("/api/v1/dead-letters"), StartsWith(R"({"total":3,"dropped":0,)"));
}

TEST_F(SamplesApiTest, AppendRefusesAMalformedBodyWhole) {
  const HttpResponse refused =
      Post("/api/v1/append",
           R"({"source":"s","batches":[{"tag":"m","type":"double","times_ns":[1],"values":[1]},
               {"tag":"m","type":"double","times_ns":[1,2],"values":[1,"abc"]}]})");
  EXPECT_EQ(Problem(refused), "400: batches[1].values[1]: expected a number, got \"abc\"");
  EXPECT_EQ(Get("/api/v1/samples?tag=m").status, 404);
}

TEST_F(SamplesApiTest, AFullDiskIsSaidAndReadingGoesOn) {
  const std::string body =
      R"({"source":"s","batches":[{"tag":"m","type":"double","times_ns":[1],"values":[1]}]})";
  options_.historian.reserve_bytes = 1ULL << 60U;  // more than any disk has left
  Restart();
  EXPECT_THAT(Problem(Post("/api/v1/append", body)), HasSubstr("disk full"));
  EXPECT_EQ(Get("/api/v1/samples?tag=line/speed").status, 200);
  options_ = {};
  Restart();
  EXPECT_EQ(Post("/api/v1/append", body).status, 200);
}

TEST_F(SamplesApiTest, RolesAreHeld) {
  const std::string nothing = R"({"source":"s","batches":[]})";
  EXPECT_EQ(Post("/api/v1/append", nothing, Role::kViewer).status, 403);
  EXPECT_EQ(Post("/api/v1/append", nothing, Role::kWriter).status, 200);
  EXPECT_EQ(Get("/api/v1/samples?tag=line/speed", Role::kViewer).status, 200);
}

}  // namespace
}  // namespace bedplate
