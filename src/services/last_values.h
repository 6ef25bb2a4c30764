#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "historian/historian.h"
#include "services/interval_estimator.h"
#include "services/tag_directory.h"

namespace bedplate {

/// Whether a newest value can be taken for the present one.
enum class Liveness { kLive, kStale, kBadQuality, kUnknown };

std::string_view LivenessName(Liveness state) noexcept;

/// The newest sample of a tag and what it is worth now.
struct LastValue {
  TagView view;
  std::optional<Sample> sample;  // empty: never written
  std::optional<std::chrono::nanoseconds> interval;
  Liveness state = Liveness::kUnknown;
  /// When a live or bad value will be stale unless a newer one comes; empty: never.
  std::optional<Timestamp> stale_after;
};

/// Reads newest samples. A value is stale when it is older than five of its tag's usual intervals,
/// and at least ten seconds; a stale value of bad quality is stale. One of a tag that is written on
/// change never is. Arguments must outlive it. Safe
/// for concurrent use.
class LastValues {
 public:
  LastValues(const Historian& historian, IntervalEstimator& intervals, const Clock& clock)
      : historian_(historian), intervals_(intervals), clock_(clock) {}

  Result<LastValue> Of(TagView view) const;
  Result<std::vector<LastValue>> Of(std::vector<TagView> views) const;

 private:
  const Historian& historian_;
  IntervalEstimator& intervals_;
  const Clock& clock_;
};

}  // namespace bedplate
