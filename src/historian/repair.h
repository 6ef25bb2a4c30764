#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// Makes a damaged store one that opens: what cannot be read is kept aside (Quarantine) and left
/// out, all else stays, and totals are counted again. It takes effect as a whole or not at all.
/// Returns what was found and what is lost, for people, also by repairs that ended early; empty
/// when nothing was wrong. The caller holds the store's lock. It may be called again after any
/// error or crash. Errors: kCorruption when there is no way without the damaged file, kCancelled,
/// kIo, kResourceExhausted.
Result<std::vector<std::string>> RepairStore(FileSystem& files, const Clock& clock,
                                             const std::string& directory,
                                             const CancelToken& cancel);

}  // namespace bedplate::historian
