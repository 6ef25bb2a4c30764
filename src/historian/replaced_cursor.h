#pragma once

#include <cstddef>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "historian/historian.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// What one place has of a series.
struct ReplacedSource {
  SampleSource values;    // in force there
  SampleSource replaced;  // that had others in their place before
};

/// Everything from which the replaced values of `tag` in `range` can be told, in the order of
/// CollectSources.
Result<std::vector<ReplacedSource>> CollectReplacedSources(const Snapshot& snapshot, TagId tag,
                                                           ValueType type, const TimeRange& range);

/// Reads the values in `range` in whose place another stands: those that a source keeps as replaced
/// and those that a later source has another value for. In blocks of at most `block_samples`, in
/// ascending time, those of one time from the oldest on; blocks are only read where sources have
/// the same times. `sink` returns false to stop. Errors: kCancelled, and those of reading.
Status ReadReplaced(const std::vector<ReplacedSource>& sources, ValueType type,
                    const TimeRange& range, std::size_t block_samples, const CancelToken& cancel,
                    const ScanSink& sink);

}  // namespace bedplate::historian
