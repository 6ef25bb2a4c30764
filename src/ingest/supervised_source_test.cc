// Sources that fail, stall, throw and flood: the plant goes on, and what is said of them is true.

#include "ingest/source_runner.h"

#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/memory_sink.h"

namespace bedplate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// A source that does what a test says.
class ScriptedSource final : public Source {
 public:
  using Script = std::function<Status(const SourceContext&)>;

  explicit ScriptedSource(Script script) : script_(std::move(script)) {}
  Status Run(const SourceContext& context) override { return script_(context); }

 private:
  const Script script_;
};

class LockedSink final : public IngestSink {
 public:
  Result<IngestReport> IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> letters) override {
    const std::lock_guard lock(mutex_);
    return stored_.IngestInPlace(source, batches, std::move(letters));
  }
  [[nodiscard]] std::uint64_t total() {
    const std::lock_guard lock(mutex_);
    return stored_.total();
  }

 private:
  std::mutex mutex_;
  MemorySink stored_;
};

void WaitForStop(const SourceContext& context) {
  std::promise<void> stopped;
  const std::stop_callback wake(context.stop, [&] { stopped.set_value(); });
  stopped.get_future().wait();
}

Delivery OneSample(std::int64_t time) {
  Delivery delivery;
  PathBatch batch;
  batch.path = "a";
  batch.samples.Push({Timestamp(time), 1.0, kGood});
  delivery.batches.push_back(std::move(batch));
  return delivery;
}

ConfiguredSource Configured(const std::string& name, ScriptedSource::Script script,
                            const std::string& text = "") {
  ConfiguredSource configured;
  configured.name = name;
  configured.kind = "scripted";
  configured.text = text;
  configured.source = std::make_unique<ScriptedSource>(std::move(script));
  return configured;
}

template <typename Condition>
bool Eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return true;
}

class SourceRunnerTest : public testing::Test {
 protected:
  void Apply(ConfiguredSource source) {
    std::vector<ConfiguredSource> sources;
    sources.push_back(std::move(source));
    runner_->Apply(std::move(sources));
  }
  [[nodiscard]] SourceReport Report() const { return runner_->Reports().at(0); }

  class NoSecrets final : public SecretReader {
   public:
    [[nodiscard]] Result<std::string> Read(std::string_view /*name*/) const override {
      return Error(ErrorCode::kNotFound, "there are no secrets");
    }
  };

  SystemClock clock_;
  LockedSink sink_;
  NoSecrets secrets_;
  std::unique_ptr<SourceRunner> runner_ =
      std::make_unique<SourceRunner>(SourceRuntime{sink_, clock_, secrets_}, 7);
};

TEST_F(SourceRunnerTest, RunsASourceAndStoresWhatItDelivers) {
  Apply(Configured("a", [](const SourceContext& context) {
    context.port.Connected();
    for (int i = 0; i < 100; ++i) context.port.Deliver(OneSample(i));
    WaitForStop(context);
    return Status();
  }));
  ASSERT_TRUE(Eventually([&] { return sink_.total() == 100; }));
  ASSERT_TRUE(Eventually([&] { return Report().condition.state == SourceState::kLive; }));
  const SourceReport report = Report();
  EXPECT_EQ(report.counts.stored, 100U);
  EXPECT_EQ(report.counts.deliveries, 100U);
  EXPECT_EQ(report.counts.connections, 1U);
  EXPECT_GT(*report.lag, std::chrono::hours(24));
}

TEST_F(SourceRunnerTest, RunsASourceThatFailsAgainAndAgain) {
  std::atomic<int> runs = 0;
  Apply(Configured("a", [&](const SourceContext&) -> Status {
    if (++runs % 2 == 0) throw std::runtime_error("a library that throws");
    return Error(ErrorCode::kUnavailable, "connection refused");
  }));
  ASSERT_TRUE(Eventually([&] { return runs >= 2; }));
  ASSERT_TRUE(Eventually([&] { return Report().condition.why == "a library that throws"; }));
  EXPECT_EQ(Report().condition.state, SourceState::kFailing);
  EXPECT_TRUE(Report().condition.next_try);
  EXPECT_GE(Report().counts.failures, 2U);
}

TEST_F(SourceRunnerTest, StopsOneThatWaitsToTryAgain) {
  std::atomic<int> runs = 0;
  Apply(Configured("a", [&](const SourceContext&) -> Status {
    ++runs;
    return Error(ErrorCode::kUnauthenticated, "wrong password");
  }));
  ASSERT_TRUE(Eventually([&] { return Report().counts.failures == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  runner_->Apply({});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(5));
  EXPECT_EQ(runs, 1);
}

TEST_F(SourceRunnerTest, WhatWasDeliveredBeforeAStopIsStored) {
  std::atomic<bool> is_running = false;
  Apply(Configured("a", [&](const SourceContext& context) {
    is_running = true;
    WaitForStop(context);
    for (int i = 0; i < 1000; ++i) context.port.Deliver(OneSample(i));
    return Status();
  }));
  ASSERT_TRUE(Eventually([&] { return is_running.load(); }));
  runner_->Apply({});
  EXPECT_EQ(sink_.total(), 1000U);
}

TEST_F(SourceRunnerTest, OnlyWhatChangedIsStartedAnew) {
  std::atomic<int> runs_of_a = 0;
  std::atomic<int> runs_of_b = 0;
  const auto run = [](std::atomic<int>& runs) {
    return [&](const SourceContext& context) {
      ++runs;
      WaitForStop(context);
      return Status();
    };
  };
  const auto apply = [&](const std::string& text_of_b) {
    std::vector<ConfiguredSource> sources;
    sources.push_back(Configured("a", run(runs_of_a), "kind: one"));
    if (!text_of_b.empty()) sources.push_back(Configured("b", run(runs_of_b), text_of_b));
    runner_->Apply(std::move(sources));
  };
  apply("kind: one");
  ASSERT_TRUE(Eventually([&] { return runs_of_a == 1 && runs_of_b == 1; }));
  apply("kind: two");
  ASSERT_TRUE(Eventually([&] { return runs_of_b == 2; }));
  apply("");
  EXPECT_EQ(runner_->Reports().size(), 1U);
  apply("kind: two");
  ASSERT_TRUE(Eventually([&] { return runs_of_b == 3; }));
  EXPECT_EQ(runs_of_a, 1);
}

/// Each source has its own threads: one that never gives the processor back slows no other.
TEST_F(SourceRunnerTest, ASourceThatStallsHoldsUpNoOther) {
  std::vector<ConfiguredSource> sources;
  sources.push_back(Configured("stuck", [](const SourceContext& context) {
    WaitForStop(context);
    return Status();
  }));
  sources.push_back(Configured("works", [](const SourceContext& context) {
    context.port.Connected();
    context.port.Deliver(OneSample(1));
    WaitForStop(context);
    return Status();
  }));
  runner_->Apply(std::move(sources));
  ASSERT_TRUE(Eventually([&] { return sink_.total() == 1; }));
  EXPECT_EQ(runner_->Reports().at(0).condition.state, SourceState::kConnecting);
}

TEST(BackoffTest, GrowsToItsBoundAndStartsAnewAfterASuccess) {
  for (std::uint64_t seed = 1; seed < 100; ++seed) {
    Backoff backoff(seed);
    const Error lost(ErrorCode::kUnavailable, "lost");
    const auto first = backoff.Next(lost);
    EXPECT_GE(first, Backoff::kFirst * 3 / 4);
    EXPECT_LE(first, Backoff::kFirst * 5 / 4);
    for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.Next(lost), Backoff::kMost * 5 / 4);
    EXPECT_GE(backoff.Next(lost), Backoff::kMost * 3 / 4);
    EXPECT_GE(backoff.Next(Error(ErrorCode::kUnauthenticated, "wrong password")), seconds(22));
    backoff.Succeeded();
    EXPECT_LE(backoff.Next(lost), Backoff::kFirst * 5 / 4);
  }
}

}  // namespace
}  // namespace bedplate
