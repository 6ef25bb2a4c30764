#pragma once

#include "base/result.h"
#include "historian/series_registry.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// How much of each segment is tried before it is left out: whether the series is found in it, or
/// whether each of its blocks can be read.
enum class ReadabilityTest { kSeries, kBlocks };

/// `snapshot` without the segments of which `series` cannot be read.
Snapshot OnlyReadable(const Snapshot& snapshot, const Series& series, ReadabilityTest test);

/// What `read` makes of `snapshot`, or where its error is one that `is_lost` accepts, of the
/// segments that can be read. Damage to one segment so costs what it held, and what is done to the
/// rest goes on. `read` is called up to three times.
template <typename Read, typename IsLost>
auto ReadWhatIsThere(const Snapshot& snapshot, const Series& series, Read read, IsLost is_lost) {
  auto result = read(snapshot);
  for (const ReadabilityTest test : {ReadabilityTest::kSeries, ReadabilityTest::kBlocks}) {
    if (result.ok() || !is_lost(result.error())) break;
    result = read(OnlyReadable(snapshot, series, test));
  }
  return result;
}

/// How many distinct times of a series are in a range; whole blocks are counted unread. Errors:
/// those of reading.
Result<std::uint64_t> CountTimes(const Snapshot& snapshot, const Series& series,
                                 const TimeRange& range);

/// The same of all that there is, where damaged and missing segments hold nothing. Errors: any
/// other of reading.
Result<std::uint64_t> CountReadableTimes(const Snapshot& snapshot, const Series& series);

}  // namespace bedplate::historian
