#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "query/query_test_support.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kEndless = "SELECT count(*) FROM range(1000000000000)";

/// Turns time on until it goes.
class Turner {
 public:
  explicit Turner(ManualClock& clock)
      : thread_([this, &clock] {
          while (!done_) {
            clock.Advance(std::chrono::seconds(1));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
          }
        }) {}
  ~Turner() {
    done_ = true;
    thread_.join();
  }
  Turner(const Turner&) = delete;
  Turner& operator=(const Turner&) = delete;

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

ErrorCode CodeOf(const Result<QueryResult>& result) {
  EXPECT_FALSE(result.ok());
  return result.ok() ? ErrorCode::kInternal : result.error().code();
}

TEST_F(QueryTest, TheTimeLimitEndsWhatRuns) {
  QueryEngine::Options options;
  ManualClock clock(kStart);
  options.clock = &clock;
  MakeEngine(options);
  {
    const Turner turner(clock);
    for (const std::string_view sql :
         {kEndless,
          std::string_view("SELECT count(*) FROM samples('**') a, samples('**') b, "
                           "samples('**') c, samples('**') d, samples('**') e"),
          std::string_view("SELECT count(*) FROM tags a, tags b, tags c, tags d, tags e, tags f, "
                           "tags g, tags h, tags i, tags j, tags k, tags l, tags m, tags n, "
                           "tags o, tags p WHERE a.path < b.path")}) {
      const auto result = Run(sql);
      EXPECT_EQ(CodeOf(result), ErrorCode::kDeadlineExceeded) << sql;
      EXPECT_THAT(result.error().message(), HasSubstr("longer than 30000 ms"));
    }
  }
  // With the time at rest: a loaded machine may need longer than 30 turns for any statement.
  EXPECT_TRUE(Run("SELECT 1").ok()) << "the engine goes on";
  engine_.reset();
}

TEST_F(QueryTest, CancelEndsWhatRunsAndWhatHasNotBegun) {
  const CancelToken cancel = CancelToken::Make();
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.Cancel();
  });
  EXPECT_EQ(CodeOf(Run(kEndless, {}, cancel)), ErrorCode::kCancelled);
  canceller.join();
  EXPECT_EQ(CodeOf(Run(kEndless, {}, cancel)), ErrorCode::kCancelled);
}

TEST_F(QueryTest, TheResultHasASizeLimit) {
  QueryLimits limits;
  limits.result_bytes = 100'000;
  EXPECT_EQ(CodeOf(Run("SELECT i FROM range(100000) t(i)", limits)), ErrorCode::kResourceExhausted);
  EXPECT_TRUE(Run("SELECT i FROM range(100) t(i)", limits).ok());
}

TEST_F(QueryTest, AStoresErrorKeepsItsCode) {
  historian_.Fail(Error(ErrorCode::kCorruption, "checksum").At("/plant/segments/7.seg"));
  const std::string expected = "corruption: /plant/segments/7.seg: checksum";
  EXPECT_EQ(Ask("SELECT * FROM samples('**/power')"), expected);
  EXPECT_EQ(Ask("SELECT sum(value) FROM samples('**/power')"), expected);
  EXPECT_EQ(Ask("SELECT 1 + 'x'").substr(0, 17), "invalid-argument:") << "of another query";
}

TEST_F(QueryTest, NumbersBeyondADoubleAreRefused) {
  for (const char* sql :
       {"SELECT 1e999", "SELECT -1e999", "SELECT value * 1e309 FROM samples('*')"}) {
    EXPECT_EQ(Ask(sql),
              "invalid-argument: a number in the statement is out of range: doubles end at 1.8e308")
        << sql;
  }
  EXPECT_EQ(Ask("SELECT 1e308"), "1e+308\n");
}

TEST_F(QueryTest, AStatementBeyondALimitIsTheCallersFault) {
  std::string deep = "1";
  for (int i = 0; i < 400; ++i) deep.insert(0, "(1 + ").append(")");
  EXPECT_EQ(CodeOf(Run("SELECT " + deep)), ErrorCode::kInvalidArgument);
  std::string wide = "SELECT 1";
  for (int i = 0; i < 1000; ++i) wide += ", 1";
  EXPECT_EQ(CodeOf(Run(wide)), ErrorCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(Run("SELECT regexp_matches(tag, 'a{1000000}') FROM tags")),
            ErrorCode::kInvalidArgument);
}

TEST_F(QueryTest, MemoryThatDuckDbCountsIsLimited) {
  QueryEngine::Options options;
  options.memory_bytes = 64U << 20U;
  MakeEngine(options);
  EXPECT_EQ(CodeOf(Run("SELECT i FROM range(100000000) t(i) ORDER BY random()")),
            ErrorCode::kResourceExhausted);
}

TEST_F(QueryTest, MemoryThatEscapesDuckDbIsLimited) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer's own memory counts";
#endif
  QueryEngine::Options options;
  options.memory_bytes = 64U << 20U;
  MakeEngine(options);
  const auto result = Run("SELECT median(i) FROM range(10000000000) t(i)");
  EXPECT_EQ(CodeOf(result), ErrorCode::kResourceExhausted);
  EXPECT_THAT(result.error().message(), HasSubstr("need too much memory"));
}

TEST_F(QueryTest, TooManyAtOnceAreTurnedAway) {
  QueryEngine::Options options;
  options.concurrent_queries = 0;
  MakeEngine(options);
  const auto result = Run("SELECT 1");
  EXPECT_EQ(CodeOf(result), ErrorCode::kUnavailable);
  EXPECT_TRUE(result.error().retryable());
}

TEST_F(QueryTest, QueriesRunSideBySide) {
  constexpr int kThreads = 4;
  QueryEngine::Options options;
  options.concurrent_queries = kThreads;
  MakeEngine(options);
  std::array<int, kThreads> right{};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        const auto result = Run("SELECT sum(value) FROM samples('**/line-1/**/power')");
        right[static_cast<std::size_t>(i)] += result.ok() && Rows(*result) == "2208\n" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(right, ::testing::Each(50));
}

TEST_F(QueryTest, ALimitReadsLittle) {
  for (int i = 0; i < 100; ++i) {
    historian_.Put("many/" + std::to_string(i), {{kStart, 1.0, kGood}});
  }
  const std::size_t before = historian_.scans();
  EXPECT_TRUE(Run("SELECT * FROM samples('many/*') LIMIT 1").ok());
  EXPECT_LT(historian_.scans() - before, 50U);
}

}  // namespace
}  // namespace bedplate
