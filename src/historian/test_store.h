#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "historian/historian.h"

namespace bedplate {

/// A historian over files in memory, for tests.
class TestStore {
 public:
  static constexpr char kDirectory[] = "/data/historian";

  explicit TestStore(std::uint64_t seed = 1) : files_(seed) {
    options_.background = false;
    options_.reserve_bytes = 0;
    Reopen();
  }

  void Reopen() {
    historian_.reset();
    auto opened = Historian::Open(files_, clock_, kDirectory, options_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    historian_ = *std::move(opened);
  }
  void Close() { historian_.reset(); }

  TagId Tag(std::string_view path, ValueType type = ValueType::kDouble) {
    auto id = historian_->Resolve(path, type);
    EXPECT_TRUE(id.ok());
    return *id;
  }

  Result<AppendResult> TryAppend(TagId tag, SampleColumns samples) {
    const TagBatch batch{tag, std::move(samples)};
    return historian_->Append(std::span(&batch, 1));
  }
  AppendResult Append(TagId tag, SampleColumns samples) {
    auto result = TryAppend(tag, std::move(samples));
    EXPECT_TRUE(result.ok()) << result.error().ToString();
    return result.ok() ? *result : AppendResult{};
  }
  AppendResult Append(TagId tag, std::vector<std::int64_t> times, std::vector<double> values) {
    SampleColumns samples;
    samples.times = std::move(times);
    samples.doubles = std::move(values);
    return Append(tag, std::move(samples));
  }

  /// Every sample, checking that times ascend.
  SampleColumns Read(TagId tag, const TimeRange& range = kAllTime) {
    SampleColumns all;
    all.type = historian_->Find(tag)->type;
    const Status scanned =
        historian_->Scan({.tag = tag, .range = range}, [&](const SampleColumns& block) {
          for (std::size_t i = 0; i < block.size(); ++i) {
            EXPECT_TRUE(all.empty() || block.times[i] > all.times.back());
            all.PushFrom(block, i);
          }
          return true;
        });
    EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
    return all;
  }

  std::vector<std::string> Problems() {
    auto report = historian_->Check({});
    EXPECT_TRUE(report.ok());
    return report.ok() ? report->problems : std::vector<std::string>{"check failed"};
  }

  /// The only file whose path ends so.
  std::string PathEndingIn(std::string_view suffix) const {
    for (const std::string& path : files_.Paths()) {
      if (path.ends_with(suffix)) return path;
    }
    return "";
  }

  FaultFileSystem& files() { return files_; }
  ManualClock& clock() { return clock_; }
  HistorianOptions& options() { return options_; }
  Historian& historian() { return *historian_; }

 private:
  FaultFileSystem files_;
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options_;
  std::unique_ptr<Historian> historian_;
};

}  // namespace bedplate
