#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "value/plant_calendar.h"

namespace bedplate {

inline constexpr std::uint64_t kMaxAggregateBuckets = 1'000'000;

/// How a range is cut into buckets: runs of equal width, because that is what the historian takes.
/// The buckets cover the range exactly, so that the first and last may be cut; sums over the
/// buckets are sums over the range.
struct BucketPlan {
  struct Run {
    TimeRange range;
    std::chrono::nanoseconds width{0};
  };
  std::vector<Run> runs;
  std::vector<std::int64_t> starts;  // nominal start of each bucket, ns since 1970

  /// `parts` buckets of equal width (a nanosecond more or less; fewer when the range has fewer
  /// nanoseconds).
  static Result<BucketPlan> EqualParts(TimeRange range, std::uint64_t parts);
  /// Buckets of `width` aligned to 1970-01-01T00:00Z, or to Monday the 5th where it is whole
  /// weeks (ISO 8601). Errors here and below: kInvalidArgument for
  /// more than kMaxAggregateBuckets or a width beyond ten years.
  static Result<BucketPlan> AlignedToEpoch(TimeRange range, std::chrono::nanoseconds width);
  /// Buckets of `days` local days, aligned to local 1970-01-01, or to Monday the 5th where they are
  /// whole weeks. A day that the zone left out has no bucket.
  static Result<BucketPlan> LocalDays(TimeRange range, std::int64_t days,
                                      const PlantCalendar& calendar);
};

}  // namespace bedplate
