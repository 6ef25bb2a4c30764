#include "historian/compaction_inputs.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace bedplate::historian {
namespace {

bool IsHidden(const BlockHeader& block, const std::vector<HiddenRange>& hidden) {
  return std::any_of(hidden.begin(), hidden.end(), [&](const HiddenRange& range) {
    return range.first_time <= block.first_time && block.last_time <= range.last_time;
  });
}

/// Calls `visit` with each block of which not all is deleted, until that returns an error.
Status ForEachVisible(
    const SegmentReader& segment,
    const std::function<Status(const SeriesBlocks& series, const BlockHeader& block)>& visit) {
  ASSIGN_OR_RETURN(const std::size_t pages, segment.CheckStructure());
  for (std::size_t number = 0; number < pages; ++number) {
    ASSIGN_OR_RETURN(const IndexPage page, segment.LoadPage(number));
    for (const SeriesBlocks& series : page) {
      const std::vector<HiddenRange> hidden = segment.Hidden(series.tag);
      for (const BlockHeader& block : series.blocks) {
        if (!IsHidden(block, hidden)) RETURN_IF_ERROR(visit(series, block));
      }
    }
  }
  return {};
}

}  // namespace

Result<std::uint64_t> VisibleBytes(const SegmentReader& segment) {
  std::uint64_t bytes = 0;
  RETURN_IF_ERROR(
      ForEachVisible(segment, [&](const SeriesBlocks& /*series*/, const BlockHeader& block) {
        bytes += block.payload_bytes;
        return Status();
      }));
  return bytes;
}

Result<std::optional<Error>> FindDamage(const SegmentReader& segment, const CancelToken& cancel,
                                        const MergeWatch& watch) {
  Status read =
      ForEachVisible(segment, [&](const SeriesBlocks& series, const BlockHeader& block) -> Status {
        if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the merge was stopped");
        RETURN_IF_ERROR(watch(block.payload_bytes));
        RETURN_IF_ERROR(segment.Read(series.type, block));
        return {};
      });
  if (read.ok()) return std::optional<Error>();
  if (read.error().code() == ErrorCode::kCorruption) return std::optional(read.error());
  return std::move(read).error();
}

}  // namespace bedplate::historian
