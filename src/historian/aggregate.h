#pragma once

#include "base/result.h"
#include "base/time.h"
#include "historian/historian.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// At most this many buckets in one request.
inline constexpr std::uint64_t kMaxBuckets = 1'000'000;

/// Errors: kInvalidArgument saying what is wrong with the request.
Status CheckAggregate(const AggregateRequest& request, ValueType type);

/// Aggregates one series as docs/methods/aggregates.md defines. `now` bounds how long the last
/// sample stays in force. The request must have passed CheckAggregate (CHECK).
Result<AggregateColumns> ComputeAggregate(const Snapshot& snapshot, ValueType type,
                                          const AggregateRequest& request, Timestamp now);

}  // namespace bedplate::historian
