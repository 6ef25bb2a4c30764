#pragma once

#include "historian/head.h"
#include "historian/historian.h"
#include "historian/series_registry.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// Puts `samples` into `active`, the head of `snapshot`, and says how each compares with what the
/// snapshot has at its time: new, the same again (nothing is stored) or another value (the later
/// one wins). Counts the result in `series`. One thread at a time.
AppendResult ApplySamples(const Snapshot& snapshot, Series& series, const SampleColumns& samples,
                          Head& active);

}  // namespace bedplate::historian
