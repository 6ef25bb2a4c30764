#pragma once

#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// Makes a damaged store one that opens: what cannot be read is copied to `quarantine/` and left
/// out, all else is kept. Returns what was found and what is lost, for people; empty when nothing
/// was wrong. The caller holds the store's lock. It may be called again after a crash. Errors:
/// kCorruption when there is no way without the damaged file, kCancelled, kIo.
Result<std::vector<std::string>> RepairStore(FileSystem& files, const Clock& clock,
                                             const std::string& directory,
                                             const CancelToken& cancel);

}  // namespace bedplate::historian
