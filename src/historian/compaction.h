#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/segment_info.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// More segments than this that share a day, or small ones in a month, are merged into one.
inline constexpr std::size_t kMaxSegmentsPerDay = 8;
inline constexpr std::size_t kMaxSmallSegmentsPerMonth = 16;

/// How many segments may lie beside each other before they are merged.
struct CompactionLimits {
  std::size_t per_day = kMaxSegmentsPerDay;
  std::size_t small_per_month = kMaxSmallSegmentsPerMonth;
  bool keep_levels = true;  // merge only what was merged equally often, so that work stays bounded
};
/// For who asks that everything be merged that can be.
inline constexpr CompactionLimits kCompactAll{
    .per_day = 1, .small_per_month = 1, .keep_levels = false};

/// The ids of segments that should become one, ascending; empty when nothing is due. None of
/// `excluded` is among them. Merging them keeps the order in which values win
/// (docs/formats/segment.md, "Compaction").
std::vector<std::uint64_t> PickCompaction(const std::vector<SegmentInfo>& segments,
                                          const std::set<std::uint64_t>& excluded = {},
                                          const CompactionLimits& limits = {});

/// Writes the samples of `inputs`, which ascend by generation, as one segment with number `id` in
/// `directory`, and syncs that; nothing when all of them are deleted. Errors: kCancelled, and those
/// of reading and writing; then no segment is left behind.
Result<std::optional<SegmentInfo>> MergeSegments(FileSystem& files, const std::string& directory,
                                                 const SegmentList& inputs, std::uint64_t id,
                                                 const CancelToken& cancel);

}  // namespace bedplate::historian
