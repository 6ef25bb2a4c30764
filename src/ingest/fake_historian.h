#pragma once

// For tests: a historian that stands in memory and fails when told to.

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "historian/historian.h"

namespace bedplate {

/// Keeps samples by path and time. A second value at a time is a conflict, the same one a
/// duplicate. Refuses a call with a string over the limit as a whole, as the store does.
class FakeHistorian final : public Historian {
 public:
  std::optional<Error> fail_append;  // returned by the next Append
  std::size_t appends = 0;           // calls of it

  Result<TagId> Resolve(std::string_view path, ValueType type) override {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < series_.size(); ++i) {
      if (series_[i].path != path) continue;
      if (series_[i].type != type) {
        return Error(ErrorCode::kConflict, "the series has another type");
      }
      return TagId(i + 1);
    }
    series_.push_back({.path = std::string(path), .type = type, .samples = {}});
    return TagId(series_.size());
  }

  std::optional<SeriesInfo> Find(std::string_view path) const override {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < series_.size(); ++i) {
      if (series_[i].path == path) return InfoOf(i);
    }
    return std::nullopt;
  }
  std::optional<SeriesInfo> Find(TagId tag) const override {
    const std::lock_guard lock(mutex_);
    return InfoOf(tag.value() - 1);
  }
  std::vector<SeriesInfo> List(const Glob& glob) const override {
    const std::lock_guard lock(mutex_);
    std::vector<SeriesInfo> out;
    for (std::size_t i = 0; i < series_.size(); ++i) {
      if (glob.Matches(series_[i].path)) out.push_back(InfoOf(i));
    }
    return out;
  }

  Result<AppendResult> Append(std::span<const TagBatch> batches) override {
    const std::lock_guard lock(mutex_);
    ++appends;
    if (fail_append) return *std::exchange(fail_append, std::nullopt);
    if (std::any_of(batches.begin(), batches.end(), HasOverlongText)) {
      return Error(ErrorCode::kInvalidArgument, "a string is longer than the limit");
    }
    AppendResult result;
    for (const TagBatch& batch : batches) {
      auto& samples = series_.at(batch.tag.value() - 1).samples;
      for (std::size_t i = 0; i < batch.samples.size(); ++i) {
        const Sample sample = batch.samples.At(i);
        const auto [entry, is_new] = samples.try_emplace(sample.time, sample);
        result.stored += is_new ? 1 : 0;
        result.duplicates += !is_new && entry->second == sample ? 1 : 0;
        result.conflicts += !is_new && entry->second != sample ? 1 : 0;
        entry->second = sample;
      }
    }
    return result;
  }

  /// In one block.
  Status Scan(const ScanRequest& request, const ScanSink& sink) const override {
    SampleColumns block;
    {
      const std::lock_guard lock(mutex_);
      const Series& series = series_.at(request.tag.value() - 1);
      block.type = series.type;
      for (const auto& [time, sample] : series.samples) {
        if (time >= request.range.start && time < request.range.stop) block.Push(sample);
      }
    }
    if (!block.empty()) sink(block);
    return {};
  }
  Result<AggregateColumns> Aggregate(const AggregateRequest& /*request*/) const override {
    return Unsupported();
  }
  Result<std::optional<Sample>> Last(TagId /*tag*/) const override { return Unsupported(); }
  Status Flush() override { return {}; }
  Result<CheckReport> Check(const CancelToken& /*cancel*/) const override { return Unsupported(); }
  HistorianStats Stats() const override { return {}; }
  Status Health() const override { return {}; }

  /// The samples of `path` in ascending time; empty when there is no such series.
  std::vector<Sample> SamplesOf(std::string_view path) const {
    const std::lock_guard lock(mutex_);
    std::vector<Sample> out;
    for (const Series& series : series_) {
      if (series.path != path) continue;
      for (const auto& [time, sample] : series.samples) out.push_back(sample);
    }
    return out;
  }

 private:
  struct Series {
    std::string path;
    ValueType type;
    std::map<Timestamp, Sample> samples;
  };

  static bool HasOverlongText(const TagBatch& batch) {
    const auto& texts = batch.samples.strings;
    return std::any_of(texts.begin(), texts.end(),
                       [](const std::string& text) { return text.size() > kMaxStringBytes; });
  }
  static Error Unsupported() { return {ErrorCode::kUnsupported, "not in the fake"}; }
  SeriesInfo InfoOf(std::size_t index) const {
    SeriesInfo info;
    info.id = TagId(index + 1);
    info.path = series_.at(index).path;
    info.type = series_.at(index).type;
    info.samples = series_.at(index).samples.size();
    return info;
  }

  mutable std::mutex mutex_;
  std::vector<Series> series_;
};

}  // namespace bedplate
