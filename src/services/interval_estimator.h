#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "historian/historian.h"
#include "services/tag_directory.h"

namespace bedplate {

/// How often a tag is usually written: as declared, else the median step between its newest
/// samples. The median, because a stop or a burst must not change what is usual. Answers are kept
/// until a hundred more intervals have passed. `historian` must outlive it. Safe for concurrent
/// use.
class IntervalEstimator {
 public:
  explicit IntervalEstimator(const Historian& historian) : historian_(historian) {}

  /// Empty when the tag is written on change, when nothing is declared and there are fewer than two
  /// samples, or the store fails.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> Of(const TagView& view);

 private:
  struct Learned {
    Timestamp last;  // the newest sample then
    std::chrono::nanoseconds interval{0};
  };

  std::optional<std::chrono::nanoseconds> Learn(const SeriesInfo& series) const;

  const Historian& historian_;
  std::mutex mutex_;
  std::unordered_map<TagId, Learned> learned_;  // guarded by mutex_; one entry per series at most
};

}  // namespace bedplate
