#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

// `wal/NEWEST` and `wal.NEWEST` beside it name the newest log file (docs/formats/manifest.md), so
// that its loss is noticed: the files before it look complete without it. Two of them, so that it
// is noticed too when the whole folder is emptied.

/// Writes both; durable on return. The log file that they name must be so already.
Status WriteNewestLog(FileSystem& files, const std::string& wal_directory, std::uint64_t sequence);

struct NewestLog {
  std::uint64_t sequence = 0;  // the greater of the two; 0 when neither is there and whole
  std::vector<Error> damaged;
};

/// Errors: kIo and such; that a file is missing or damaged is none.
Result<NewestLog> ReadNewestLog(FileSystem& files, const std::string& wal_directory);

}  // namespace bedplate::historian
