#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "historian/historian.h"

namespace bedplate {

/// A historian for tests that keeps samples in vectors. Scan pushes small blocks and honours range,
/// limit and cancel.
class FakeHistorian final : public Historian {
 public:
  void Put(const std::string& path, std::vector<Sample> samples) {
    Series& series = series_[path];
    if (series.info.path.empty()) {
      series.info.path = path;
      series.info.id = TagId(series_.size());
      series.info.type = TypeOf(samples.front().value);
    }
    for (Sample& sample : samples) series.samples.push_back(std::move(sample));
    std::ranges::sort(series.samples, {}, &Sample::time);
    series.info.samples = series.samples.size();
    series.info.first = series.samples.front().time;
    series.info.last = series.samples.back().time;
  }
  /// What every Scan from now on answers instead of samples.
  void Fail(Error error) { failure_ = std::move(error); }
  [[nodiscard]] std::size_t scans() const { return scans_; }

  Result<TagId> Resolve(std::string_view, ValueType) override { return ReadOnly(); }
  [[nodiscard]] std::optional<SeriesInfo> Find(std::string_view path) const override {
    const auto found = series_.find(std::string(path));
    if (found == series_.end()) return std::nullopt;
    return found->second.info;
  }
  [[nodiscard]] std::optional<SeriesInfo> Find(TagId tag) const override {
    for (const auto& [path, series] : series_) {
      if (series.info.id == tag) return series.info;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::vector<SeriesInfo> List(const Glob& glob) const override {
    std::vector<SeriesInfo> list;
    for (const auto& [path, series] : series_) {
      if (glob.Matches(path)) list.push_back(series.info);
    }
    return list;
  }
  Result<AppendResult> Append(std::span<const TagBatch>) override { return ReadOnly(); }

  Status Scan(const ScanRequest& request, const ScanSink& sink) const override {
    ++scans_;
    if (failure_) return *failure_;
    constexpr std::size_t kBlockSamples = 1000;
    SampleColumns block;
    std::uint64_t given = 0;
    for (const auto& [path, series] : series_) {
      if (series.info.id != request.tag) continue;
      block.type = series.info.type;
      for (const Sample& sample : series.samples) {
        if (!request.range.Contains(sample.time)) continue;
        if (request.cancel.cancelled()) return Error(ErrorCode::kCancelled, "scan cancelled");
        if (given == request.limit) break;
        ++given;
        block.Push(sample);
        if (block.size() < kBlockSamples) continue;
        if (!sink(block)) return {};
        block.Clear();
      }
    }
    if (!block.empty()) sink(block);
    return {};
  }
  Result<AggregateColumns> Aggregate(const AggregateRequest&) const override { return ReadOnly(); }
  Result<std::optional<Sample>> Last(TagId) const override { return ReadOnly(); }
  Status Flush() override { return {}; }
  Result<CheckReport> Check(const CancelToken&) const override { return CheckReport{}; }
  [[nodiscard]] HistorianStats Stats() const override { return {}; }
  [[nodiscard]] Status Health() const override { return {}; }

 private:
  struct Series {
    SeriesInfo info;
    std::vector<Sample> samples;
  };

  static Error ReadOnly() { return {ErrorCode::kUnsupported, "the fake only reads"}; }

  std::map<std::string, Series> series_;
  std::optional<Error> failure_;
  mutable std::atomic<std::size_t> scans_{0};
};

}  // namespace bedplate
