#include "api/remote_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;

class RemoteSinkTest : public ApiTest {
 protected:
  RemoteSinkTest()
      : sink_([this](HttpRequest request) -> Result<HttpResponse> {
          ++calls_;
          request.principal = {"tester", "Tester", Role::kWriter};
          return router_.Dispatch(std::move(request));
        }) {}

  static PathBatch Batch(std::string path, int count) {
    PathBatch batch;
    batch.path = std::move(path);
    batch.origin = {"a.csv:", "", "key", {}};
    for (int i = 0; i < count; ++i) {
      batch.samples.Push({kMidnight + std::chrono::seconds(i), 0.1 * i, kGood});
      batch.origin.lines.push_back(static_cast<std::uint64_t>(i) + 2);
    }
    return batch;
  }
  Result<IngestReport> Send(PathBatch batch, std::vector<DeadLetter> letters = {}) {
    std::vector<PathBatch> batches;
    batches.push_back(std::move(batch));
    return sink_.Ingest("import", std::move(batches), std::move(letters));
  }

  int calls_ = 0;
  RemoteSink sink_;
};

TEST_F(RemoteSinkTest, StoresAsTheLocalSinkWould) {
  const auto report = Send(Batch("far", 1000));
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report.value().stored, 1000U);
  std::vector<PathBatch> batches;
  batches.push_back(Batch("near", 1000));
  ASSERT_TRUE(workspace().gate().Ingest("import", std::move(batches), {}).ok());
  std::string far = GetBody("/api/v1/samples?tag=far");
  std::string near = GetBody("/api/v1/samples?tag=near");
  EXPECT_EQ(far.substr(far.find("type")), near.substr(near.find("type")));
  EXPECT_EQ(Send(Batch("far", 1000)).value().duplicates, 1000U);
}

TEST_F(RemoteSinkTest, SplitsWhatIsLong) {
  const auto report = Send(Batch("a", 500'000));
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report.value().stored, 500'000U);
  EXPECT_GT(calls_, 1);
}

TEST_F(RemoteSinkTest, SendsNothingForNothing) {
  EXPECT_TRUE(sink_.Ingest("import", {}, {}).ok());
  EXPECT_EQ(calls_, 0);
}

TEST_F(RemoteSinkTest, TextThatIsNotUtf8BecomesALetter) {
  PathBatch batch;
  batch.path = "s";
  batch.samples.type = ValueType::kString;
  batch.origin = {"a.csv:", "", "", {7, 8}};
  batch.samples.Push({kMidnight, std::string("good"), kGood});
  batch.samples.Push({kMidnight + std::chrono::seconds(1), std::string("b\xff"), kGood});
  const auto report = Send(std::move(batch));
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report.value().stored, 1U);
  ASSERT_EQ(report.value().letters.size(), 1U);
  EXPECT_EQ(report.value().letters[0].code, "bad-text");
  EXPECT_EQ(report.value().letters[0].place, "a.csv:8");

  const auto named = Send(Batch("p\xff", 2));
  ASSERT_TRUE(named.ok()) << named.error().ToString();
  EXPECT_EQ(named.value().stored, 0U);
  ASSERT_EQ(named.value().letters.size(), 2U);
  EXPECT_EQ(named.value().letters[0].code, "bad-path");
}

TEST_F(RemoteSinkTest, LettersOfTheDecoderArrive) {
  DeadLetter letter;
  letter.place = "a.csv:3";
  letter.code = "bad-row";
  letter.reason = "expected 2 cells, got 1";
  const auto report = Send(Batch("a", 1), {letter});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  ASSERT_EQ(report.value().letters.size(), 1U);
  EXPECT_EQ(report.value().letters[0].source, "import");
  EXPECT_THAT(GetBody("/api/v1/dead-letters"), HasSubstr("expected 2 cells, got 1"));
}

TEST(RemoteSinkErrorTest, IsWhatTheServerOrTheCallerSays) {
  RemoteSink full([](const HttpRequest&) -> Result<HttpResponse> {
    return ProblemResponse(Error(ErrorCode::kResourceExhausted, "the disk is full"));
  });
  RemoteSink gone([](const HttpRequest&) -> Result<HttpResponse> {
    return Error(ErrorCode::kUnavailable, "nobody listens").Retryable();
  });
  DeadLetter letter;
  letter.code = "x";
  const auto no_room = full.Ingest("s", {}, {letter});
  ASSERT_FALSE(no_room.ok());
  EXPECT_EQ(no_room.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(no_room.error().message(), "the disk is full");
  const auto nobody = gone.Ingest("s", {}, {letter});
  EXPECT_EQ(nobody.error().code(), ErrorCode::kUnavailable);
  EXPECT_TRUE(nobody.error().retryable());
}

}  // namespace
}  // namespace bedplate
