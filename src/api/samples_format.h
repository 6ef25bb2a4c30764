#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/sample.h"
#include "services/tag_directory.h"

namespace bedplate {

enum class TimeFormat { kMilliseconds, kNanoseconds, kRfc3339 };

/// Builds the body of GET /api/v1/samples in JSON: each column is written as the blocks come, and
/// they are put together at the end.
class SamplesJson {
 public:
  explicit SamplesJson(TimeFormat times) : time_format_(times) {}

  /// Adds the first `count` samples of a block.
  void Add(const SampleColumns& block, std::size_t count);
  std::string Finish(const TagView& view, std::optional<Timestamp> next);

 private:
  void AddQualities(const SampleColumns& block, std::size_t count);

  const TimeFormat time_format_;
  std::string times_;
  std::string values_;
  std::vector<std::uint32_t> qualities_;  // empty while all are good
  std::size_t samples_ = 0;
};

/// The same as CSV (RFC 4180) with the header `time,value,quality`.
class SamplesCsv {
 public:
  explicit SamplesCsv(TimeFormat times) : time_format_(times) {}

  void Add(const SampleColumns& block, std::size_t count);
  std::string Finish() { return std::move(text_); }

 private:
  const TimeFormat time_format_;
  std::string text_ = "time,value,quality\r\n";
};

/// How a page's end is told: a number of milliseconds when that is exact, else RFC 3339; both are
/// what `from` takes.
std::string FormatNext(Timestamp next);

}  // namespace bedplate
