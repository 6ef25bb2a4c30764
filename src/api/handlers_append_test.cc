#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/append_format.h"
#include "api/binary_append.h"

namespace bedplate {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

class BinaryAppendRouteTest : public ApiTest {
 protected:
  BinaryAppendRouteTest() { headers_["content-type"] = kBinaryAppendType; }

  static PathBatch Batch(std::int64_t first_second, const std::vector<double>& values) {
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
  EXPECT_TRUE(Append({Batch(1000, {1})}).repeated);
  Restart();
  EXPECT_TRUE(Append({Batch(1000, {1})}).repeated);
  headers_["bedplate-sequence"] = "8";
  EXPECT_EQ(Append({Batch(2000, {2})}).stored, 1U);
  EXPECT_EQ(Samples(), 2U);
}

/// A source that begins its count anew is told, whether the old number is known or forgotten.
TEST_F(BinaryAppendRouteTest, ANumberOfAnotherBodyIsNoRepetition) {
  headers_["bedplate-source"] = "gateway";
  headers_["bedplate-sequence"] = "7";
  EXPECT_EQ(Append({Batch(1000, {1})}).stored, 1U);
  const std::string other = FormatBinaryAppend({Batch(1000, {1, 2})});
  EXPECT_THAT(Problem(Post("/api/v1/append", other, Role::kWriter)),
              HasSubstr("409: mill/press/power: an append under this sequence is stored, but 1"));
  headers_["bedplate-sequence"] = "1000";
  EXPECT_EQ(Append({Batch(2000, {1})}).stored, 1U);
  headers_["bedplate-sequence"] = "5";
  EXPECT_THAT(Problem(Post("/api/v1/append", other, Role::kWriter)),
              HasSubstr("409: sequence 5 is 64 or more behind the newest of this source, 1000"));
  headers_["bedplate-source"] = "gateway 2";
  EXPECT_EQ(Append({Batch(1000, {1, 2})}).stored, 1U);
}

/// What one token counts, be it wild, is nothing to another that calls its source the same.
TEST_F(BinaryAppendRouteTest, ASequenceIsOfOneSender) {
  headers_["bedplate-source"] = "plc";
  const auto send = [&](const char* token, const char* sequence, std::int64_t time) {
    headers_["bedplate-sequence"] = sequence;
    HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/append"};
    request.headers = headers_;
    PathBatch batch = Batch(time, {1, 2});
    batch.samples.times[1] = -time;
    request.body = FormatBinaryAppend({batch});
    request.principal = {token, "Sender", Role::kWriter};
    const HttpResponse response = router_.Dispatch(request);
    EXPECT_EQ(response.status, 200) << response.body;
    return ParseIngestReport(response.body)->stored;
  };
  EXPECT_EQ(send("a", "1", 1000), 1U);
  EXPECT_EQ(send("b", "18446744073709551615", 2000), 1U);
  EXPECT_EQ(send("b", "18446744073709551614", 3000), 1U);
  EXPECT_EQ(send("a", "2", 4000), 1U);
  EXPECT_EQ(Samples(), 4U);
  // The letters of equal numbers are two senders' too.
  EXPECT_EQ(send("c", "1", 5000), 1U);
  EXPECT_EQ(*workspace().catalog().dead_letters().Total(), 5U);
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

TEST_F(BinaryAppendRouteTest, AKeyIsAnsweredAsTheFirstTimeAlsoAfterARestart) {
  headers_["idempotency-key"] = "k-1";
  PathBatch bad = Batch(1000, {1, 2});
  bad.samples.times[1] = -5;
  const std::string body = FormatBinaryAppend({Batch(3000, {1}), bad});
  const HttpResponse first = Post("/api/v1/append", body, Role::kWriter);
  EXPECT_EQ(first.status, 200);
  EXPECT_TRUE(first.headers.empty());
  EXPECT_EQ(ParseIngestReport(first.body)->stored, 2U);
  // Somebody corrects a value meanwhile: it must not be overwritten by the repetition.
  headers_.erase("idempotency-key");
  EXPECT_EQ(Append({Batch(3000, {99})}).conflicts, 1U);
  headers_["idempotency-key"] = "k-1";
  for (int round = 0; round < 2; ++round) {
    const HttpResponse again = Post("/api/v1/append", body, Role::kWriter);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
    ASSERT_EQ(again.headers.size(), 1U);
    EXPECT_EQ(again.headers[0].first, "Idempotent-Replayed");
    Restart();
  }
  EXPECT_EQ(*workspace().catalog().dead_letters().Total(), 1U);
  EXPECT_EQ(workspace().historian().Find("mill/press/power")->conflicts, 1U);
}

TEST_F(BinaryAppendRouteTest, AKeyIsForOneBody) {
  headers_["idempotency-key"] = "k-1";
  EXPECT_EQ(Append({Batch(1000, {1})}).stored, 1U);
  const HttpResponse other =
      Post("/api/v1/append", FormatBinaryAppend({Batch(2000, {1})}), Role::kWriter);
  EXPECT_THAT(Problem(other), HasSubstr("409: header idempotency-key: another request"));
  EXPECT_EQ(Samples(), 1U);
}

/// Two tokens that come upon the same key have letters of their own each.
TEST_F(BinaryAppendRouteTest, AKeyIsForOneSender) {
  headers_["idempotency-key"] = "1";
  for (const std::int64_t time : {-5, -6}) {
    PathBatch bad = Batch(1000, {1});
    bad.samples.times[0] = time;
    HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v1/append"};
    request.headers = headers_;
    request.body = FormatBinaryAppend({bad});
    request.principal = {fmt::format("token {}", time), "Sender", Role::kWriter};
    EXPECT_EQ(router_.Dispatch(request).status, 200);
  }
  EXPECT_EQ(*workspace().catalog().dead_letters().Total(), 2U);
}

/// The keys that a sender gives to what he sends stay: they hold beyond this write.
TEST_F(BinaryAppendRouteTest, AKeyOfAWriteLeavesThoseOfItsPartsAlone) {
  headers_.erase("content-type");
  headers_["idempotency-key"] = "k-1";
  const char* const body = R"({"source": "import", "batches": [
    {"tag": "a", "type": "double", "times_ns": [-5], "values": [1],
     "origin": {"prefix": "a.csv:", "suffix": "", "key": "hash", "lines": [7]}},
    {"tag": "b", "type": "double", "times_ns": [-6], "values": [1]}],
    "letters": [{"source": "import", "place": "a.csv:9", "code": "bad-number", "reason": "r", "payload": "p",
                 "key": "hash:9"}]})";
  EXPECT_EQ(Post("/api/v1/append", body, Role::kWriter).status, 200);
  const auto letters = workspace().catalog().dead_letters().List({});
  ASSERT_TRUE(letters.ok());
  std::vector<std::string> keys;
  for (const DeadLetter& letter : *letters) keys.push_back(letter.key);
  EXPECT_THAT(keys, UnorderedElementsAre("hash:7", "hash:9", HasSubstr("k-1")));
}

/// What failed as a whole is not an answer that is kept.
TEST_F(BinaryAppendRouteTest, AKeyOfAFailedWriteIsFree) {
  headers_["idempotency-key"] = "k-1";
  EXPECT_EQ(Post("/api/v1/append", "what?", Role::kWriter).status, 400);
  EXPECT_EQ(Append({Batch(1000, {1})}).stored, 1U);
}

TEST_F(BinaryAppendRouteTest, WhileAWriteIsOnItsWayItsKeyIsTaken) {
  const auto claim = services().write_keys().Take("tester", "k-1");
  ASSERT_TRUE(claim.ok());
  headers_["idempotency-key"] = "k-1";
  const HttpResponse busy =
      Post("/api/v1/append", FormatBinaryAppend({Batch(1000, {1})}), Role::kWriter);
  EXPECT_THAT(Problem(busy), HasSubstr("503: a write with the same idempotency-key"));
  EXPECT_EQ(Samples(), 0U);
}

/// An answer that is too long to be kept is kept by its counts.
TEST_F(BinaryAppendRouteTest, ALongAnswerIsKeptWithoutItsLetters) {
  headers_["idempotency-key"] = "k-1";
  PathBatch bad = Batch(1000, std::vector<double>(300, 1.0));
  for (std::size_t i = 1; i < 300; ++i) bad.samples.times[i] = -5 - static_cast<std::int64_t>(i);
  EXPECT_EQ(Append({bad}).letters.size(), 299U);
  const IngestReport again = Append({bad});
  EXPECT_EQ(again.stored, 1U);
  EXPECT_TRUE(again.letters.empty());
}

TEST_F(BinaryAppendRouteTest, BadBodiesAndHeadersAreNamed) {
  EXPECT_THAT(Problem(Post("/api/v1/append", "what?")), HasSubstr("400: expected a body that"));
  headers_["bedplate-sequence"] = "1";
  EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))),
              HasSubstr("400: header bedplate-source: expected with bedplate-sequence"));
  headers_["bedplate-source"] = "gateway";
  for (const char* text : {"", "x", "-1", "1.5", "99999999999999999999"}) {
    headers_["bedplate-sequence"] = text;
    EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))),
                HasSubstr("400: header bedplate-sequence: expected a number"));
  }
  headers_["bedplate-sequence"] = "1";
  headers_["bedplate-source"] = std::string(201, 'x');
  EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))),
              HasSubstr("400: source of 201 bytes, expected 1 to 200"));
  headers_.erase("content-type");
  EXPECT_THAT(Problem(Post("/api/v1/append", "{}")), HasSubstr("expected with the binary form"));
  headers_["content-type"] = kBinaryAppendType;
  headers_["idempotency-key"] = "k";
  EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))), HasSubstr("got both"));
  for (const std::string& key : {std::string(), std::string(256, 'x'), std::string("a b")}) {
    headers_["idempotency-key"] = key;
    EXPECT_THAT(Problem(Post("/api/v1/append", FormatBinaryAppend({}))),
                HasSubstr("400: header idempotency-key: expected 1 to 255"));
  }
}

}  // namespace
}  // namespace bedplate
