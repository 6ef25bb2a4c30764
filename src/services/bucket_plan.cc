#include "services/bucket_plan.h"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

constexpr std::int64_t kDaysOfWeek = 7;
constexpr std::int64_t kDayNs = nanoseconds(std::chrono::hours(24)).count();

/// The day from which buckets of `days` are counted: weeks begin on a Monday (ISO 8601), and day 0,
/// 1970-01-01, is a Thursday.
constexpr std::int64_t FirstDay(std::int64_t days) { return days % kDaysOfWeek == 0 ? 4 : 0; }

constexpr std::int64_t FirstTime(std::int64_t width_ns) {
  return width_ns % kDayNs == 0 ? FirstDay(width_ns / kDayNs) * kDayNs : 0;
}

constexpr nanoseconds kMaxWidth = std::chrono::hours(24 * 3660);

Status CheckWidth(nanoseconds width) {
  if (width.count() > 0 && width <= kMaxWidth) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected a bucket of 1ns to 3660d, got {}", FormatDuration(width)));
}

Status CheckCount(std::uint64_t buckets) {
  if (buckets <= kMaxAggregateBuckets) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected at most {} buckets, got {}; ask for a shorter range or wider "
                           "buckets",
                           kMaxAggregateBuckets, buckets));
}

/// Adds the bucket [start, stop) cut to `range`, joining the last run where the width is the same.
/// A local day that a zone left out, as Apia did 30 December 2011, has no length and no bucket.
void AddBucket(BucketPlan& plan, TimeRange range, Timestamp start, Timestamp stop) {
  const TimeRange cut{std::max(start, range.start), std::min(stop, range.stop)};
  if (cut.Empty()) return;
  const nanoseconds width = stop - start;
  plan.starts.push_back(start.nanoseconds());
  const bool whole_start = cut.start == start;
  if (whole_start && !plan.runs.empty() && plan.runs.back().width == width) {
    plan.runs.back().range.stop = cut.stop;
  } else {
    plan.runs.push_back({cut, whole_start ? width : cut.stop - cut.start});
  }
}

}  // namespace

Result<BucketPlan> BucketPlan::EqualParts(TimeRange range, std::uint64_t parts) {
  RETURN_IF_ERROR(CheckCount(parts));
  BucketPlan plan;
  if (range.Empty() || parts == 0) return plan;
  const std::int64_t length = (range.stop - range.start).count();
  const auto count = static_cast<std::int64_t>(parts);
  const std::int64_t width = length / count + (length % count == 0 ? 0 : 1);
  plan.runs.push_back({range, nanoseconds(width)});
  for (std::int64_t offset = 0; offset < length; offset += width) {
    plan.starts.push_back(range.start.nanoseconds() + offset);
  }
  return plan;
}

Result<BucketPlan> BucketPlan::AlignedToEpoch(TimeRange range, nanoseconds width) {
  RETURN_IF_ERROR(CheckWidth(width));
  BucketPlan plan;
  if (range.Empty()) return plan;
  const std::int64_t origin = FirstTime(width.count());
  const std::int64_t first = FloorDivide(range.start.nanoseconds() - origin, width.count());
  const std::int64_t last = FloorDivide(range.stop.nanoseconds() - 1 - origin, width.count());
  RETURN_IF_ERROR(CheckCount(static_cast<std::uint64_t>(last - first) + 1));
  for (std::int64_t index = first; index <= last; ++index) {
    const Timestamp start(origin + index * width.count());
    AddBucket(plan, range, start, start + width);
  }
  return plan;
}

Result<BucketPlan> BucketPlan::LocalDays(TimeRange range, std::int64_t days,
                                         const PlantCalendar& calendar) {
  RETURN_IF_ERROR(CheckWidth(std::chrono::hours(24) * days));
  BucketPlan plan;
  if (range.Empty()) return plan;
  const std::int64_t first =
      FloorDivide(calendar.DayOf(range.start) - FirstDay(days), days) * days + FirstDay(days);
  const std::int64_t last = calendar.DayOf(range.stop - nanoseconds(1));
  RETURN_IF_ERROR(CheckCount(static_cast<std::uint64_t>((last - first) / days) + 1));
  const auto start_of = [&calendar](std::int64_t day) {
    return calendar.StartOfDay(static_cast<std::int32_t>(day));
  };
  Timestamp start = start_of(first);
  for (std::int64_t day = first; day <= last; day += days) {
    const Timestamp stop = start_of(day + days);
    AddBucket(plan, range, start, stop);
    start = stop;
  }
  return plan;
}

}  // namespace bedplate
