#pragma once

#include "base/result.h"
#include "historian/historian.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// Errors: kInvalidArgument saying what is wrong with the request.
Status CheckStateRequest(const StateRequest& request, ValueType type);

/// `now` bounds how long the last state stays in force. The request must have passed
/// CheckStateRequest (CHECK).
Result<StateColumns> ComputeTimeInState(const Snapshot& snapshot, ValueType type,
                                        const StateRequest& request, Timestamp now);

}  // namespace bedplate::historian
