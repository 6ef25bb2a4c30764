#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "services/services.h"
#include "services/workspace.h"

namespace bedplate {

/// The real stores in a directory of their own, which goes with the test, and a clock that stands
/// at 2018-01-02T00:00:00Z.
class WorkspaceTest : public ::testing::Test {
 protected:
  static constexpr Timestamp kMidnight = Timestamp::FromSeconds(1'514'764'800);  // 2018-01-01

  WorkspaceTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "workspace.XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~WorkspaceTest() override {
    Close();
    std::filesystem::remove_all(root_);
  }

  [[nodiscard]] std::string directory() const { return (root_ / "plant").string(); }

  /// Makes and opens the workspace.
  void Open() {
    const auto token = Workspace::Init(*files_, clock_, directory());
    ASSERT_TRUE(token.ok()) << token.error().ToString();
    Reopen();
  }
  void Reopen() {
    Close();
    auto opened = Workspace::Open(*files_, clock_, directory(), options_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    workspace_ = std::move(opened).value();
    services_ = std::make_unique<Services>(*workspace_, clock_, MakeKinds());
  }
  void Close() {
    services_.reset();
    workspace_.reset();
  }

  /// The kinds of sources there are.
  virtual SourceService::Kinds MakeKinds() { return {}; }

  Workspace& workspace() { return *workspace_; }
  Services& services() { return *services_; }

  /// Applies a plant file that must be right.
  void Apply(const std::string& yaml) {
    const auto outcome = services().plant().Apply({"plant.yaml", yaml}, ApplyMode::kApply, "test");
    ASSERT_TRUE(outcome.ok()) << outcome.error().ToString();
    ASSERT_TRUE(outcome.value().faults.empty()) << outcome.value().faults.front().ToString();
  }

  IngestReport Ingest(const std::string& path, const std::vector<Sample>& samples) {
    PathBatch batch;
    batch.path = path;
    if (!samples.empty()) batch.samples.type = TypeOf(samples.front().value);
    for (const Sample& sample : samples) batch.samples.Push(sample);
    std::vector<PathBatch> batches;
    batches.push_back(std::move(batch));
    auto report = workspace().gate().Ingest("test", std::move(batches), {});
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return report.ok() ? std::move(report).value() : IngestReport{};
  }

  /// `count` samples from `start`, each `step` after the one before, with the values of `value`.
  IngestReport IngestSeries(const std::string& path, Timestamp start, std::chrono::nanoseconds step,
                            int count, const std::function<Value(int)>& value) {
    std::vector<Sample> samples;
    for (int i = 0; i < count; ++i) samples.push_back({start + i * step, value(i), kGood});
    return Ingest(path, samples);
  }

  WorkspaceOptions options_;  // for the next Open or Reopen
  ManualClock clock_{kMidnight + std::chrono::hours(24)};
  std::unique_ptr<FileSystem> files_ = MakePosixFileSystem();

 private:
  std::filesystem::path root_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Services> services_;
};

inline Timestamp At(std::string_view text) {
  const auto time = ParseTimestamp(text);
  EXPECT_TRUE(time.ok()) << text;
  return time.ok() ? time.value() : Timestamp();
}

inline Glob GlobOf(std::string_view pattern) {
  auto glob = Glob::Parse(pattern);
  EXPECT_TRUE(glob.ok()) << pattern;
  return glob.ok() ? std::move(glob).value() : Glob();
}

}  // namespace bedplate
