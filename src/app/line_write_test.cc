// Line protocol under an Idempotency-Key: whatever happens between the samples and the answer, it
// is stored once.

#include "app/line_write.h"

#include <map>
#include <optional>

#include <gmock/gmock.h>

#include "api/gzip.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

/// Keeps answers in memory, and fails as often as it is told.
class FlakyAnswers final : public KeptAnswerStore {
 public:
  int failures = 0;

  Result<std::optional<KeptAnswer>> Find(std::string_view actor,
                                         std::string_view key) const override {
    const auto found = answers_.find({std::string(actor), std::string(key)});
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }
  Status Keep(std::string_view actor, std::string_view key, const KeptAnswer& answer) override {
    if (failures-- > 0) return Error(ErrorCode::kResourceExhausted, "no room");
    answers_[{std::string(actor), std::string(key)}] = answer;
    return {};
  }
  Result<std::uint64_t> Total() const override { return answers_.size(); }

 private:
  std::map<std::pair<std::string, std::string>, KeptAnswer> answers_;
};

class KeyedLinesTest : public WorkspaceTest {
 protected:
  KeyedLinesTest() {
    Open();
    AddInfluxRoutes(router_, {.server_version = "test",
                              .make_writer = MakeLineWriterFactory(workspace().gate(), clock_),
                              .health = nullptr,
                              .keys = &keys_});
  }

  static HttpRequest Request(const std::string& body, const std::string& key) {
    HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v2/write"};
    request.params.emplace("precision", "s");
    if (!key.empty()) request.headers["idempotency-key"] = key;
    request.body = body;
    request.principal = {"tester", "Tester", Role::kWriter};
    return request;
  }
  HttpResponse Write(const std::string& body, const std::string& key) {
    return router_.Dispatch(Request(body, key));
  }
  HttpResponse WriteCompressed(const std::string& bytes, const std::string& key) {
    HttpRequest request = Request(bytes, key);
    request.headers["content-encoding"] = "gzip";
    return router_.Dispatch(std::move(request));
  }

  std::uint64_t Samples() {
    std::uint64_t samples = 0;
    for (const SeriesInfo& series : workspace().historian().List(GlobOf("**"))) {
      samples += series.samples;
    }
    return samples;
  }
  std::uint64_t Letters() { return *workspace().catalog().dead_letters().Total(); }

  FlakyAnswers answers_;
  WriteKeys keys_{answers_};
  Router router_;
};

/// Two fields of one line are refused for their type, and one line is none.
constexpr char kLines[] = "press power=1,heat=2 1000\nwhat\npress power=t,heat=f 1001\n";

TEST_F(KeyedLinesTest, APartialWriteIsAnsweredTheSameWay) {
  const HttpResponse first = Write(kLines, "k-1");
  EXPECT_EQ(first.status, 400);
  EXPECT_THAT(first.body, HasSubstr("partial write"));
  const std::uint64_t samples = Samples();
  const std::uint64_t letters = Letters();
  EXPECT_EQ(samples, 2U);
  EXPECT_EQ(letters, 3U);
  const HttpResponse again = Write(kLines, "k-1");
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(Samples(), samples);
  EXPECT_EQ(Letters(), letters);
  EXPECT_EQ(Write("press power=7 1005\n", "k-2").status, 204);
  EXPECT_EQ(Write("press power=7 1005\n", "k-2").status, 204);
}

TEST_F(KeyedLinesTest, AKeyIsForOneBodyAndItsMeaning) {
  EXPECT_EQ(Write("press power=7 1005\n", "k").status, 204);
  EXPECT_EQ(Write("press power=8 1005\n", "k").status, 409);
  HttpRequest in_milliseconds = Request("press power=7 1005\n", "k");
  in_milliseconds.params.find("precision")->second = "ms";
  EXPECT_EQ(router_.Dispatch(in_milliseconds).status, 409);
  EXPECT_EQ(Samples(), 1U);
}

/// Two senders may come upon the same key, and each has letters of his own.
TEST_F(KeyedLinesTest, AKeyIsForOneSender) {
  EXPECT_EQ(Write(kLines, "1").status, 400);
  HttpRequest other = Request("else a=1 1000\nno\nelse a=t 1001\n", "1");
  other.principal.actor = "another";
  EXPECT_EQ(router_.Dispatch(other).status, 400);
  EXPECT_EQ(Letters(), 5U);
}

/// A key comes again with another body when the answer is not known: the letters of both are kept,
/// also those of the same lines and tags.
TEST_F(KeyedLinesTest, LettersOfAnotherBodyAreOthers) {
  answers_.failures = 1;
  EXPECT_EQ(Write(kLines, "k-1").status, 503);
  EXPECT_EQ(Letters(), 3U);
  EXPECT_EQ(Write("press power=1,heat=2 1000\nhow\npress power=f,heat=f 1001\n", "k-1").status,
            400);
  EXPECT_EQ(Letters(), 5U);  // heat=f in line 3 is the same letter
}

/// The answer to a body that arrived cut is none about the body: it can be sent again as a whole.
TEST_F(KeyedLinesTest, ABodyThatArrivedCutLeavesItsKeyFree) {
  const std::string whole = GzipCompress(kLines, 6);
  for (const std::size_t bytes : {std::size_t{15}, whole.size() - 1}) {
    EXPECT_EQ(WriteCompressed(whole.substr(0, bytes), "gz").status, 400) << bytes;
  }
  const HttpResponse first = WriteCompressed(whole, "gz");
  EXPECT_THAT(first.body, HasSubstr("partial write"));
  EXPECT_EQ(Samples(), 2U);
  EXPECT_EQ(Letters(), 3U);
  EXPECT_EQ(WriteCompressed(whole, "gz").body, first.body);
  EXPECT_EQ(WriteCompressed(whole.substr(0, 15), "gz").status, 409);
}

/// The samples are durable and the answer is not kept, as after a crash between the two: sending
/// again adds neither samples nor letters.
TEST_F(KeyedLinesTest, WhatIsBetweenSamplesAndAnswerDoublesNothing) {
  answers_.failures = 2;
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_EQ(Write(kLines, "k-1").status, 503);
    EXPECT_EQ(Samples(), 2U);
    EXPECT_EQ(Letters(), 3U);
  }
  EXPECT_EQ(Write(kLines, "k-1").status, 400);
  EXPECT_EQ(Samples(), 2U);
  EXPECT_EQ(Letters(), 3U);
}

TEST_F(KeyedLinesTest, WithoutAKeyEachBodyIsLookedAt) {
  EXPECT_EQ(Write(kLines, "").status, 400);
  EXPECT_EQ(Write(kLines, "").status, 400);
  EXPECT_EQ(Samples(), 2U);
  EXPECT_EQ(Letters(), 6U);
}

}  // namespace
}  // namespace bedplate
