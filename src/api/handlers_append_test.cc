#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/append_format.h"
#include "api/binary_append.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

class BinaryAppendRouteTest : public ApiTest {
 protected:
  BinaryAppendRouteTest() { headers_["content-type"] = kBinaryAppendType; }

  static PathBatch Batch(std::int64_t first_second, std::vector<double> values) {
    PathBatch batch{.path = "mill/press/power", .unit = "", .samples = {}, .origin = {}};
    for (const double value : values) {
      batch.samples.Push({Timestamp::FromSeconds(first_second++), value, kGood});
    }
    return batch;
  }

  IngestReport Append(const std::vector<PathBatch>& batches) {
    const HttpResponse response =
        Post("/api/v1/append", FormatBinaryAppend(batches), Role::kWriter);
    EXPECT_EQ(response.status, 200) << response.body;
    const auto report = ParseIngestReport(response.body);
    EXPECT_TRUE(report.ok());
    return report.ok() ? *report : IngestReport{};
  }

  std::uint64_t Samples() {
    const auto info = workspace().historian().Find("mill/press/power");
    return info ? info->samples : 0;
  }
};

TEST_F(BinaryAppendRouteTest, StoresWhatItIsGiven) {
  EXPECT_EQ(Append({Batch(1000, {1, 2, 3})}).stored, 3U);
  EXPECT_EQ(Append({Batch(1002, {3, 4})}).duplicates, 1U);
  EXPECT_EQ(Samples(), 4U);
}

TEST_F(BinaryAppendRouteTest, ASequenceIsStoredOnceAlsoAfterARestart) {
  headers_["bedplate-source"] = "gateway";
  headers_["bedplate-sequence"] = "7";
  EXPECT_EQ(Append({Batch(1000, {1})}).stored, 1U);
  EXPECT_TRUE(Append({Batch(2000, {2})}).repeated);
  Restart();
  EXPECT_TRUE(Append({Batch(2000, {2})}).repeated);
  headers_["bedplate-sequence"] = "8";
  EXPECT_EQ(Append({Batch(2000, {2})}).stored, 1U);
  EXPECT_EQ(Samples(), 2U);
}

/// What cannot be stored is a dead letter with its place, and once, however often it is sent.
TEST_F(BinaryAppendRouteTest, RefusedSamplesAreDeadLettersOnce) {
  headers_["bedplate-source"] = "gateway";
  headers_["bedplate-sequence"] = "1";
  PathBatch batch = Batch(1000, {1, 2});
  batch.samples.times[1] = -5;
  const IngestReport report = Append({Batch(3000, {1}), batch});
  EXPECT_EQ(report.stored, 2U);
  ASSERT_EQ(report.letters.size(), 1U);
  EXPECT_EQ(report.letters[0].place, "block 2 sample 2");
  EXPECT_EQ(report.letters[0].code, "bad-time");
  Append({Batch(3000, {1}), batch});
  EXPECT_EQ(*workspace().catalog().dead_letters().Total(), 1U);
}

TEST_F(BinaryAppendRouteTest, BadBodiesAndHeadersAreNamed) {
  EXPECT_THAT(Problem(Post("/api/v1/append", "what?")), HasSubstr("400: expected a body that"));
  headers_["bedplate-sequence"] = "1";
  EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))),
              HasSubstr("400: header bedplate-source: expected with bedplate-sequence"));
  headers_["bedplate-source"] = "gateway";
  for (const char* text : {"x", "-1", "1.5", "99999999999999999999"}) {
    headers_["bedplate-sequence"] = text;
    EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))),
                HasSubstr("400: header bedplate-sequence: expected a number"));
  }
}

}  // namespace
}  // namespace bedplate
