#pragma once

#include <cstdint>
#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

// `wal/NEWEST` names the newest log file (docs/formats/manifest.md), so that its loss is noticed:
// the files before it look complete without it.

/// Durable on return. The log file that it names must be so already.
Status WriteNewestLog(FileSystem& files, const std::string& wal_directory, std::uint64_t sequence);

/// Errors: kNotFound when there is none, kCorruption naming the file.
Result<std::uint64_t> ReadNewestLog(FileSystem& files, const std::string& wal_directory);

}  // namespace bedplate::historian
