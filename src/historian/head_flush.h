#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "historian/head.h"
#include "historian/segment_info.h"

namespace bedplate::historian {

/// Consecutive days of one UTC month that share a segment stay below this many samples; a day with
/// more has a segment of its own.
inline constexpr std::uint64_t kSharedSegmentSamples = 1U << 18U;

/// The UTC days [first_day, last_day], counted from 1970-01-01.
struct DaySpan {
  std::int64_t first_day = 0;
  std::int64_t last_day = 0;

  bool operator==(const DaySpan&) const = default;
};

/// Groups days, given with their samples in ascending order, into spans for one segment each.
std::vector<DaySpan> GroupDays(const std::vector<std::pair<std::int64_t, std::uint64_t>>& days);

/// Months since 1970-01 of a day counted from 1970-01-01.
std::int64_t MonthOf(std::int64_t day);

/// Writes a head that no longer changes as segments in `directory`, whose entries it syncs. On
/// error it leaves no segment behind. `next_id` gives each segment's number.
Result<std::vector<SegmentInfo>> WriteHead(FileSystem& files, const std::string& directory,
                                           const Head& head,
                                           const std::function<std::uint64_t()>& next_id);

}  // namespace bedplate::historian
