#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "historian/historian.h"

namespace bedplate {

/// What a store holds, or must hold: the samples of each series by time, and how often one was
/// replaced. A series without either is left out.
struct StoreContents {
  struct Series {
    std::map<std::int64_t, Sample> samples;
    std::uint64_t conflicts = 0;
    bool operator==(const Series&) const = default;
  };
  std::map<std::string, Series> series;
  bool operator==(const StoreContents&) const = default;
};

/// For the message of a test that fails.
inline std::string Describe(const StoreContents& contents) {
  std::string text;
  for (const auto& [path, series] : contents.series) {
    text += fmt::format(" {}: {} samples, {} conflicts;", path, series.samples.size(),
                        series.conflicts);
  }
  return text;
}

/// All that can be read of a store. Times must ascend, and the count of each series must be right.
inline StoreContents ReadContents(const Historian& historian) {
  StoreContents contents;
  for (const SeriesInfo& info : historian.List(*Glob::Parse("**"))) {
    StoreContents::Series series;
    series.conflicts = info.conflicts;
    const Status scanned = historian.Scan({.tag = info.id}, [&](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        EXPECT_TRUE(series.samples.empty() || series.samples.rbegin()->first < block.times[i]);
        series.samples.emplace(block.times[i], block.At(i));
      }
      return true;
    });
    EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
    EXPECT_EQ(info.samples, series.samples.size()) << info.path;
    if (series != StoreContents::Series()) contents.series[info.path] = std::move(series);
  }
  return contents;
}

/// One thing that is done to a store.
struct WorkStep {
  enum class Kind { kAppend, kFlush, kCompact, kDelete, kBackup, kReopen };
  Kind kind = Kind::kAppend;
  std::vector<std::pair<std::string, SampleColumns>> runs;  // of an append
  std::optional<AppendMark> mark;                           // of an append
  std::vector<std::pair<std::string, TimeRange>> deletions;
};

/// Draws steps: appends of several types, to some tags at once, in order and late, some of which
/// replace what is there; flushes, merges, deletions of a part or of whole days, backups.
class StepMaker {
 public:
  explicit StepMaker(std::uint64_t seed) : random_(seed) {}

  WorkStep Next() {
    const std::uint64_t dice = random_() % 100;
    if (dice < 58) return MakeAppend();
    if (dice < 72) return {.kind = WorkStep::Kind::kFlush};
    if (dice < 80) return {.kind = WorkStep::Kind::kCompact};
    if (dice < 88) return MakeDeletion();
    if (dice < 91) return {.kind = WorkStep::Kind::kBackup};
    return {.kind = WorkStep::Kind::kReopen};
  }

 private:
  static constexpr std::int64_t kHour = 3'600'000'000'000;
  static constexpr std::int64_t kHours = 24 * 40;
  static constexpr std::size_t kTags = 5;

  static std::string PathOf(std::size_t tag) { return "plant/" + std::to_string(tag); }
  static ValueType TypeOf(std::size_t tag) {
    constexpr ValueType kTypes[] = {ValueType::kDouble, ValueType::kInt64, ValueType::kBool,
                                    ValueType::kString};
    return kTypes[tag % std::size(kTypes)];
  }

  WorkStep MakeAppend() {
    WorkStep step;
    ++number_;
    // Now and then it begins in the past, so that it is late and replaces samples.
    const bool is_late = random_() % 3 == 0;
    const std::int64_t start = is_late ? Below(newest_hour_ + 1) : newest_hour_ + 1;
    const std::int64_t count = random_() % 8 == 0 ? 120 : 1 + Below(12);
    for (std::size_t tag = 0; tag < kTags; ++tag) {
      if (random_() % 2 == 0) continue;
      step.runs.emplace_back(PathOf(tag), MakeSamples(tag, start, count));
    }
    newest_hour_ = std::max(newest_hour_, std::min(start + count, kHours));
    if (step.runs.empty()) step.runs.emplace_back(PathOf(0), MakeSamples(0, start, count));
    if (random_() % 2 == 0) {
      const std::string source = "plc-" + std::to_string(random_() % 2);
      step.mark = AppendMark{.source = source, .sequence = ++sequences_[source]};
    }
    return step;
  }

  SampleColumns MakeSamples(std::size_t tag, std::int64_t start, std::int64_t count) {
    SampleColumns samples;
    samples.type = TypeOf(tag);
    const bool has_qualities = random_() % 3 == 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const Quality quality = has_qualities && random_() % 4 == 0 ? kUncertain : kGood;
      samples.Push({Timestamp((start + i) * kHour), MakeValue(samples.type, i), quality});
    }
    return samples;
  }

  /// No two appends give the same number or text, so that a value tells where it comes from.
  Value MakeValue(ValueType type, std::int64_t index) {
    switch (type) {
      case ValueType::kDouble: return static_cast<double>(number_ * 1000 + index) + 0.5;
      case ValueType::kInt64: return number_ * 1000 + index;
      case ValueType::kBool: return random_() % 2 == 0;
      case ValueType::kString: break;
    }
    const std::size_t padding = random_() % 20 == 0 ? 1500 : random_() % 30;
    return fmt::format("{}-{}-{}", number_, index, std::string(padding, 'x'));
  }

  WorkStep MakeDeletion() {
    WorkStep step{.kind = WorkStep::Kind::kDelete};
    if (random_() % 2 == 0) {
      // As retention does: every tag up to some day.
      const TimeRange range{kMinTimestamp, Timestamp(Below(newest_hour_ / 24 + 1) * 24 * kHour)};
      if (range.Empty()) return {.kind = WorkStep::Kind::kFlush};
      for (std::size_t tag = 0; tag < kTags; ++tag) step.deletions.emplace_back(PathOf(tag), range);
      return step;
    }
    const std::int64_t start = Below(newest_hour_ + 1);
    const TimeRange range{Timestamp(start * kHour), Timestamp((start + 1 + Below(30)) * kHour)};
    step.deletions.emplace_back(PathOf(random_() % kTags), range);
    return step;
  }

  std::int64_t Below(std::int64_t limit) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit));
  }

  std::mt19937_64 random_;
  std::int64_t number_ = 0;
  std::int64_t newest_hour_ = 0;
  std::map<std::string, std::uint64_t> sequences_;
};

/// What a step makes of the contents of a store.
inline void ApplyStep(const WorkStep& step, StoreContents& contents) {
  for (const auto& [path, samples] : step.runs) {
    StoreContents::Series& series = contents.series[path];
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const Sample sample = samples.At(i);
      const auto [entry, is_new] = series.samples.emplace(samples.times[i], sample);
      if (is_new || entry->second == sample) continue;
      entry->second = sample;
      ++series.conflicts;
    }
  }
  for (const auto& [path, range] : step.deletions) {
    const auto found = contents.series.find(path);
    if (found == contents.series.end()) continue;
    std::erase_if(found->second.samples, [&range = range](const auto& entry) {
      return range.Contains(Timestamp(entry.first));
    });
    if (found->second == StoreContents::Series()) contents.series.erase(found);
  }
}

inline Result<AppendResult> PerformAppend(Historian& historian, const WorkStep& step) {
  std::vector<TagRun> runs;
  for (const auto& [path, samples] : step.runs) {
    ASSIGN_OR_RETURN(const TagId tag, historian.Resolve(path, samples.type));
    runs.push_back({tag, RunOf(samples)});
  }
  return historian.AppendRuns(runs, step.mark);
}

inline Status PerformDeletion(Historian& historian, const WorkStep& step) {
  std::vector<TagRange> ranges;
  for (const auto& [path, range] : step.deletions) {
    const auto info = historian.Find(path);
    if (info) ranges.push_back({info->id, range});
  }
  if (ranges.empty()) return {};
  RETURN_IF_ERROR(historian.Delete(ranges));
  return {};
}

/// Does a step other than kBackup and kReopen.
inline Status PerformStep(Historian& historian, const WorkStep& step) {
  switch (step.kind) {
    case WorkStep::Kind::kAppend: RETURN_IF_ERROR(PerformAppend(historian, step)); return {};
    case WorkStep::Kind::kFlush: return historian.Flush();
    case WorkStep::Kind::kCompact: RETURN_IF_ERROR(historian.CompactStep({})); return {};
    case WorkStep::Kind::kDelete: return PerformDeletion(historian, step);
    case WorkStep::Kind::kBackup:
    case WorkStep::Kind::kReopen: break;
  }
  return {};
}

}  // namespace bedplate
