// Line protocol under an Idempotency-Key: whatever happens between the samples and the answer, it
// is stored once.

#include "app/line_write.h"

#include <map>
#include <optional>

#include <gmock/gmock.h>

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

  HttpResponse Write(const std::string& body, const std::string& key,
                     const std::string& precision = "s") {
    HttpRequest request{.method = HttpMethod::kPost, .path = "/api/v2/write"};
    request.params.emplace("precision", precision);
    if (!key.empty()) request.headers["idempotency-key"] = key;
    request.body = body;
    request.principal = {"tester", "Tester", Role::kWriter};
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
  EXPECT_EQ(Write("press power=7 1005\n", "k", "ms").status, 409);
  EXPECT_EQ(Samples(), 1U);
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
