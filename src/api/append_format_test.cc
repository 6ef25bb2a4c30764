#include "api/append_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace bedplate {
namespace {

std::string FaultOf(std::string_view text) {
  const auto body = ParseAppend(text);
  return body.ok() ? "none" : body.error().ToString();
}

/// A body with one batch of these fields.
std::string WithBatch(std::string_view fields) {
  return R"({"source":"s","batches":[{)" + std::string(fields) + "}]}";
}

PathBatch RandomBatch(std::mt19937_64& random) {
  PathBatch batch;
  batch.path = "plant/tag-" + std::to_string(random() % 10);
  batch.unit = random() % 2 == 0 ? "" : "kW";
  batch.samples.type = static_cast<ValueType>(1 + random() % 4);
  const std::size_t count = random() % 20;
  const bool qualities = random() % 2 == 0;
  const bool lines = random() % 2 == 0;
  batch.origin = {"file.csv:", " column", "key", {}};
  for (std::size_t i = 0; i < count; ++i) {
    Sample sample;
    sample.time = Timestamp(static_cast<std::int64_t>(random()));
    switch (batch.samples.type) {
      case ValueType::kDouble: sample.value = static_cast<double>(random()) / 7; break;
      case ValueType::kInt64: sample.value = static_cast<std::int64_t>(random()); break;
      case ValueType::kBool: sample.value = random() % 2 == 0; break;
      case ValueType::kString:
        sample.value = std::string("\"é\n") + std::to_string(random());
        break;
    }
    if (qualities) sample.quality = Quality(static_cast<std::uint32_t>(random()));
    batch.samples.Push(sample);
    if (lines) batch.origin.lines.push_back(random());
  }
  return batch;
}

void ExpectSame(const PathBatch& a, const PathBatch& b) {
  EXPECT_EQ(a.path, b.path);
  EXPECT_EQ(a.unit, b.unit);
  EXPECT_EQ(a.samples.type, b.samples.type);
  ASSERT_EQ(a.samples.size(), b.samples.size());
  for (std::size_t i = 0; i < a.samples.size(); ++i) {
    EXPECT_EQ(a.samples.At(i), b.samples.At(i));
    EXPECT_EQ(a.origin.PlaceOf(i), b.origin.PlaceOf(i));
    EXPECT_EQ(a.origin.KeyOf(i), b.origin.KeyOf(i));
  }
}

TEST(AppendFormatTest, WhatIsWrittenReadsBack) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    const PathBatch one = RandomBatch(random);
    const PathBatch two = RandomBatch(random);
    DeadLetter letter;
    letter.place = "file.csv:9";
    letter.code = "bad-row";
    letter.reason = "expected \"2\" cells";
    letter.payload = "1;2;3";
    letter.key = "k:9";
    AppendWriter writer("import");
    writer.AddSamples(one, 0, one.samples.size());
    writer.AddSamples(two, 0, two.samples.size());
    writer.AddLetter(letter);
    const auto body = ParseAppend(writer.Finish());
    ASSERT_TRUE(body.ok()) << body.error().ToString();
    EXPECT_EQ(body.value().source, "import");
    ASSERT_EQ(body.value().batches.size(), 2U);
    ExpectSame(body.value().batches[0], one);
    ExpectSame(body.value().batches[1], two);
    ASSERT_EQ(body.value().letters.size(), 1U);
    EXPECT_EQ(body.value().letters[0].place, letter.place);
    EXPECT_EQ(body.value().letters[0].reason, letter.reason);
    EXPECT_EQ(body.value().letters[0].key, letter.key);
    EXPECT_EQ(body.value().letters[0].received, Timestamp());
  }
}

TEST(AppendFormatTest, APartOfABatchKeepsItsLines) {
  std::mt19937_64 random(3);
  PathBatch batch = RandomBatch(random);
  while (batch.samples.size() < 5 || batch.origin.lines.empty()) batch = RandomBatch(random);
  AppendWriter writer("s");
  writer.AddSamples(batch, 2, 4);
  const auto body = ParseAppend(writer.Finish());
  ASSERT_TRUE(body.ok());
  ASSERT_EQ(body.value().batches[0].samples.size(), 2U);
  EXPECT_EQ(body.value().batches[0].samples.At(0), batch.samples.At(2));
  EXPECT_EQ(body.value().batches[0].origin.PlaceOf(1), batch.origin.PlaceOf(3));
}

TEST(AppendFormatTest, NumbersThatAreNoneTravelToTheGate) {
  PathBatch batch;
  batch.path = "a";
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    batch.samples.Push({Timestamp(1), value, kGood});
  }
  AppendWriter writer("s");
  writer.AddSamples(batch, 0, 3);
  const auto body = ParseAppend(writer.Finish());
  ASSERT_TRUE(body.ok()) << body.error().ToString();
  const std::vector<double>& values = body.value().batches[0].samples.doubles;
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[2], -std::numeric_limits<double>::infinity());
}

TEST(AppendFormatTest, ValuesMayComeBeforeTheirType) {
  const auto body =
      ParseAppend(WithBatch(R"("values":[1,2],"times_ns":[5,6],"type":"int64","tag":"a")"));
  ASSERT_TRUE(body.ok()) << body.error().ToString();
  EXPECT_EQ(body.value().batches[0].samples.int64s, (std::vector<std::int64_t>{1, 2}));
}

TEST(AppendFormatTest, FaultsNameTheirPlace) {
  EXPECT_EQ(FaultOf("{}"), "source: expected a name, got nothing");
  EXPECT_EQ(FaultOf(R"({"source":"s"})"), "batches: expected an array, got nothing");
  EXPECT_EQ(FaultOf(R"({"source":"s","batches":{}})"), "batches: expected an array, got an object");
  EXPECT_EQ(FaultOf(WithBatch("")), "batches[0].tag: expected a path, got nothing");
  EXPECT_EQ(FaultOf(WithBatch(R"("tag":"a","type":"float")")),
            "batches[0].type: expected one of double, int64, bool, string, got \"float\"");
  EXPECT_EQ(FaultOf(WithBatch(R"("tag":"a","type":"int64","times_ns":[1],"values":[1.5])")),
            "batches[0].values[0]: expected a whole number of at most 64 bits, got 1.5");
  EXPECT_EQ(FaultOf(WithBatch(R"("tag":"a","times_ns":[1],"values":["x"],"type":"double")")),
            "batches[0].values[0]: expected a number, got \"x\"");
  EXPECT_EQ(FaultOf(WithBatch(R"("tag":"a","type":"bool","times_ns":[1,2],"values":[true])")),
            "batches[0].values: expected as many items as times_ns, 2, got 1");
  EXPECT_EQ(
      FaultOf(WithBatch(
          R"("tag":"a","type":"bool","times_ns":[1],"values":[true],"qualities":[4294967296])")),
      "batches[0].qualities[0]: expected a status code of 32 bits, got 4294967296");
  EXPECT_EQ(FaultOf(WithBatch(R"("tag":"a","type":"bool","times_ns":[1],"values":[true],)"
                              R"("origin":{"lines":[1,2]})")),
            "batches[0].origin.lines: expected as many items as times_ns, 1, got 2");
  EXPECT_EQ(FaultOf(WithBatch(R"("tag":"a","colour":1)")),
            "batches[0].colour: expected one of the fields tag, type, unit, times_ns, values, "
            "qualities, origin");
  EXPECT_EQ(FaultOf(R"({"source":"s","batches":[],"letters":[{"received":-1}]})"),
            "letters[0].received: expected milliseconds from 1970 to 2200, got -1");
  const std::string letter = R"("source":"","place":"a:1","code":"bad-row","reason":"r")";
  for (const char* field : {"source", "place", "code", "reason"}) {
    std::string other = letter;
    const std::size_t at = other.find(std::string("\"") + field + "\"");
    const std::size_t end = std::min(other.find(",\"", at), other.size());
    other.erase(at, end - at + 1);
    if (other.ends_with(',')) other.pop_back();
    EXPECT_EQ(FaultOf(R"({"source":"s","batches":[],"letters":[{)" + other + "}]}"),
              "letters[0]." + std::string(field) + ": expected a text, got nothing");
  }
}

TEST(AppendFormatTest, ReportsReadBack) {
  IngestReport report{5, 6, 7, {}, {"mill/enery", "mill/new"}, {}};
  report.letters.push_back({.id = 3,
                            .received = Timestamp::FromSeconds(1'514'764'800),
                            .source = "s",
                            .place = "line 1",
                            .tag = "a",
                            .code = "bad-number",
                            .reason = "r",
                            .payload = "p",
                            .key = ""});
  report.preview.push_back({"mill/new", "kWh", true, 1, 2, 3, 4,
                            Timestamp(1'514'764'800'000'000'001),
                            Timestamp(1'514'764'800'000'000'002), -0.1, 1e300});
  report.preview.push_back({.path = "mill/text", .unit = ""});
  const auto back = ParseIngestReport(FormatIngestReport(report));
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(back.value().stored, 5U);
  EXPECT_EQ(back.value().duplicates, 6U);
  EXPECT_EQ(back.value().conflicts, 7U);
  ASSERT_EQ(back.value().letters.size(), 1U);
  EXPECT_EQ(back.value().letters[0].id, 3U);
  EXPECT_EQ(back.value().letters[0].received, report.letters[0].received);
  EXPECT_EQ(back.value().letters[0].code, "bad-number");
  EXPECT_EQ(back.value().new_tags, report.new_tags);
  EXPECT_EQ(back.value().preview, report.preview);
  EXPECT_EQ(ParseIngestReport("<html>").error().code(), ErrorCode::kInternal);
}

}  // namespace
}  // namespace bedplate
