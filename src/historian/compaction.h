#pragma once

#include <cstdint>
#include <functional>
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
  std::uint64_t until = UINT64_MAX;  // merge only what has this generation or an older one
};
/// For who asks that everything be merged that can be.
inline constexpr CompactionLimits kCompactAll{
    .per_day = 1, .small_per_month = 1, .keep_levels = false};

/// Merges that are due.
struct CompactionDue {
  std::uint64_t merges = 0;
  std::uint64_t bytes = 0;  // of the segments that they read
};

/// The ids of segments that should become one, ascending; empty when nothing is due. None of
/// `excluded` is among them. Merging them keeps the order in which values win
/// (docs/formats/segment.md, "Compaction").
std::vector<std::uint64_t> PickCompaction(const std::vector<SegmentInfo>& segments,
                                          const std::set<std::uint64_t>& excluded = {},
                                          const CompactionLimits& limits = {});

/// What is due among the segments as they are; what is due only after these merges is not in it.
CompactionDue CountDue(const std::vector<SegmentInfo>& segments,
                       const std::set<std::uint64_t>& excluded = {},
                       const CompactionLimits& limits = {});

/// Called while a merge goes on with the bytes that it has read and written since the last call,
/// about. May wait; an error ends the merge.
using MergeWatch = std::function<Status(std::uint64_t bytes)>;

/// Writes the samples of `inputs`, which ascend by generation, as one segment with number `id` in
/// `directory`, and syncs that; nothing when all of them are deleted. Errors: kCancelled, and those
/// of reading and writing; then no segment is left behind.
Result<std::optional<SegmentInfo>> MergeSegments(FileSystem& files, const std::string& directory,
                                                 const SegmentList& inputs, std::uint64_t id,
                                                 const CancelToken& cancel,
                                                 const MergeWatch& watch);

}  // namespace bedplate::historian
