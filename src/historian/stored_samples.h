#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// For some ascending times, what a store already has at each.
struct StoredSamples {
  std::vector<bool> present;  // by position of the time
  SampleColumns values;       // parallel to the times; meaningless where not present

  StoredSamples(ValueType type, std::span<const std::int64_t> times);
};

/// Looks the strictly ascending `times` up. Only blocks that can contain one of them are read. A
/// block that is damaged counts as empty: the samples being stored must not be refused because
/// older ones are lost, and Check reports the damage. Errors: any other of reading, retryable.
Result<StoredSamples> FindStored(const Snapshot& snapshot, TagId tag, ValueType type,
                                 std::span<const std::int64_t> times);

/// The same of what is in memory only.
StoredSamples FindInHeads(const Snapshot& snapshot, TagId tag, ValueType type,
                          std::span<const std::int64_t> times);

/// Looks the same times up in one head, whose samples are newer than those found before.
void FindInHead(const Head& head, TagId tag, StoredSamples& stored);

/// The sample of greatest time before `time`, or of least time at or after it; nothing when there
/// is none.
Result<std::optional<Sample>> FindBefore(const Snapshot& snapshot, TagId tag, ValueType type,
                                         Timestamp time);
Result<std::optional<Sample>> FindAtOrAfter(const Snapshot& snapshot, TagId tag, ValueType type,
                                            Timestamp time);

/// The last sample of good quality before `time`, however long before; nothing when there is none.
/// Blocks without a good one are told by their headers, so that mostly one block is read. Errors:
/// kCancelled, and those of reading.
Result<std::optional<Sample>> FindGoodBefore(const Snapshot& snapshot, TagId tag, ValueType type,
                                             Timestamp time, const CancelToken& cancel);

}  // namespace bedplate::historian
