#include "connectors/line_protocol/line_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "ingest/memory_sink.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;

constexpr Timestamp kReceived = Timestamp(1'700'000'000'123'456'789);

LineWriteOptions Options() {
  LineWriteOptions options;
  options.received = kReceived;
  return options;
}

LineWriteSummary Write(IngestSink& sink, std::string_view body,
                       LineWriteOptions options = Options(), std::size_t chunk_bytes = SIZE_MAX) {
  LineWriter writer(sink, std::move(options));
  while (!body.empty()) {
    EXPECT_TRUE(writer.Feed(body.substr(0, chunk_bytes)).ok());
    body.remove_prefix(std::min(chunk_bytes, body.size()));
  }
  auto summary = writer.Finish();
  EXPECT_TRUE(summary.ok());
  return std::move(summary).value();
}

TEST(LineWriter, MakesATagOfEachField) {
  MemorySink sink;
  const LineWriteSummary summary = Write(sink,
                                         "m,k=a f=1,g=2i 1000\n"
                                         "m,k=a g=3i,f=4 2000\n"
                                         "m,k=b s=\"x\",t=true 3000\n");
  EXPECT_EQ(summary.points, 3U);
  EXPECT_EQ(summary.rejected_points, 0U);
  EXPECT_EQ(summary.stored, 6U);
  EXPECT_EQ(sink.calls, 1U);
  EXPECT_THAT(sink.samples["m/a/f"],
              ElementsAre(MemorySink::Stored{{Timestamp(1000), 1.0, kGood}, "line 1", ""},
                          MemorySink::Stored{{Timestamp(2000), 4.0, kGood}, "line 2", ""}));
  EXPECT_EQ(sink.samples["m/a/g"].at(1).sample.value, Value(std::int64_t{3}));
  EXPECT_EQ(sink.samples["m/b/s"].at(0).sample.value, Value(std::string("x")));
  EXPECT_EQ(sink.samples["m/b/t"].at(0).sample.value, Value(true));
}

TEST(LineWriter, PutsTagsInAnyOrderUnderOnePath) {
  MemorySink sink;
  (void)Write(sink, "m,a=1,b=2 f=1 1\nm,b=2,a=1 f=2 2\n");
  EXPECT_EQ(sink.samples.size(), 1U);
  EXPECT_EQ(sink.samples["m/1/2/f"].size(), 2U);
}

TEST(LineWriter, GivesLinesWithoutTimeTheTimeOfReceptionInTheirPrecision) {
  MemorySink sink;
  LineWriteOptions options = Options();
  options.precision = LinePrecision::kSeconds;
  (void)Write(sink, "m f=1\nm f=2 5", options);
  EXPECT_EQ(sink.samples["m/f"].at(0).sample.time, Timestamp::FromSeconds(1'700'000'000));
  EXPECT_EQ(sink.samples["m/f"].at(1).sample.time, Timestamp::FromSeconds(5));
}

TEST(LineWriter, KeepsTheGoodLinesAndNamesTheBad) {
  MemorySink sink;
  const LineWriteSummary summary =
      Write(sink, "m f=1 1\nm f= 2\n\nbroken\nm f=\"\xFF\" 3\nm f=4 4");
  EXPECT_EQ(summary.points, 5U);
  EXPECT_EQ(summary.rejected_points, 3U);
  EXPECT_EQ(summary.stored, 2U);
  ASSERT_EQ(sink.letters.size(), 3U);
  EXPECT_EQ(sink.letters[0].place, "line 2");
  EXPECT_EQ(sink.letters[0].payload, "m f= 2");
  EXPECT_EQ(sink.letters[1].place, "line 4");
  EXPECT_EQ(sink.letters[2].code, "bad-utf8");
  EXPECT_EQ(sink.letters[2].payload, "m f=\"\xEF\xBF\xBD\" 3");
}

TEST(LineWriter, RefusesAnIntegerBeyondInt64ButNotItsNeighbours) {
  MemorySink sink;
  const LineWriteSummary summary =
      Write(sink, "m a=18446744073709551615u,b=9223372036854775807u,c=9223372036854775808u 1");
  EXPECT_EQ(summary.points, 1U);
  EXPECT_EQ(summary.rejected_points, 1U);
  EXPECT_EQ(summary.stored, 1U);
  ASSERT_EQ(sink.letters.size(), 2U);
  EXPECT_EQ(sink.letters[0].tag, "m/a");
  EXPECT_EQ(sink.letters[1].code, "bad-number");
  EXPECT_EQ(sink.samples["m/b"].at(0).sample.value,
            Value(std::numeric_limits<std::int64_t>::max()));
}

TEST(LineWriter, SeparatesTheTypesOfOnePath) {
  MemorySink sink;
  (void)Write(sink, "m f=1 1\nm f=2i 2\nm f=\"x\" 3\n");
  EXPECT_EQ(sink.samples["m/f"].size(), 3U);
}

TEST(LineWriter, StoresInBoundedBatches) {
  MemorySink sink;
  LineWriteOptions options = Options();
  options.batch_samples = 100;
  std::string body;
  for (int i = 0; i < 1'000; ++i) body += "m a=1,b=2,c=3 " + std::to_string(i) + "\n";
  const LineWriteSummary summary = Write(sink, body, options, 1'000);
  EXPECT_EQ(summary.stored, 3'000U);
  EXPECT_EQ(sink.total(), 3'000U);
  EXPECT_LE(sink.largest_call, 102U);
  EXPECT_GE(sink.calls, 29U);
}

TEST(LineWriter, BoundsBatchesOfLettersAndBytes) {
  MemorySink sink;
  LineWriteOptions options = Options();
  options.batch_letters = 10;
  options.batch_bytes = 1'000;
  std::string body;
  for (int i = 0; i < 100; ++i) body += "broken\n";
  for (int i = 0; i < 10; ++i) body += "m s=\"" + std::string(600, 'x') + "\"\n";
  const LineWriteSummary summary = Write(sink, body, options);
  EXPECT_EQ(summary.rejected_points, 100U);
  EXPECT_EQ(summary.first_letters.size(), options.kept_letters);
  EXPECT_EQ(sink.calls, 15U);
}

TEST(LineWriter, InventsNoSampleFromABodyThatBrokeOff) {
  // Every cut of the second line is a line of its own to a parser.
  const std::string body = "m v=123456 1600000000000000000\nm v=234567 1600000001000000000\n";
  const std::size_t first = body.find('\n') + 1;
  for (std::size_t cut = first; cut < body.size(); ++cut) {
    MemorySink sink;
    LineWriter writer(sink, Options());
    ASSERT_TRUE(writer.Feed(std::string_view(body).substr(0, cut)).ok());
    const auto summary = writer.FinishBroken();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->stored, 1U) << cut;
    EXPECT_EQ(sink.samples["m/v"].size(), 1U) << cut;
  }
}

TEST(LineWriter, PassesOnTheErrorOfTheSink) {
  MemorySink sink;
  sink.fail_next = Error(ErrorCode::kResourceExhausted, "disk full");
  LineWriter writer(sink, Options());
  ASSERT_TRUE(writer.Feed("m f=1\n").ok());
  const auto summary = writer.Finish();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error().code(), ErrorCode::kResourceExhausted);
}

TEST(LineWriter, DoesNotCareAboutChunks) {
  static const std::vector<std::string> kLines{
      "m,k=a f=1 1", "m,k=a f=2i 2",    "broken",      "m s=\"a\nb\" 3", "# comment", "",
      "m f=\"open",  "m\\ x,y=\\, f=1", "m f=1e400 5", "m f=NaN"};
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    std::string body;
    for (int i = 0; i < 20; ++i) body += kLines[random() % kLines.size()] + "\n";
    MemorySink whole;
    MemorySink parts;
    const LineWriteSummary expected = Write(whole, body);
    const LineWriteSummary got = Write(parts, body, Options(), 1 + random() % 20);
    EXPECT_EQ(got.points, expected.points) << body;
    EXPECT_EQ(got.rejected_points, expected.rejected_points) << body;
    EXPECT_EQ(parts.samples, whole.samples) << body;
    EXPECT_EQ(parts.letters.size(), whole.letters.size()) << body;
  }
}

}  // namespace
}  // namespace bedplate
