#pragma once

#include <cstdint>
#include <optional>

#include "base/cancel.h"
#include "base/result.h"
#include "historian/compaction.h"
#include "historian/segment_reader.h"

namespace bedplate::historian {

/// What is left of a segment when its deleted blocks are gone, about. Errors: those of reading its
/// index.
Result<std::uint64_t> VisibleBytes(const SegmentReader& segment);

/// The first place at which a segment is not as it was written, of what is not deleted; nothing
/// when all of it is. Reads all of it and tells `watch` so. Errors: kCancelled, those of `watch`,
/// and of reading but for damage.
Result<std::optional<Error>> FindDamage(const SegmentReader& segment, const CancelToken& cancel,
                                        const MergeWatch& watch);

}  // namespace bedplate::historian
