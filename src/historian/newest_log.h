#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

// `wal/NEWEST` and `wal.NEWEST` beside it name the newest log file (docs/formats/manifest.md), so
// that its loss is noticed: the files before it look complete without it. Two of them, so that it
// is noticed too when the whole folder is emptied.

struct NewestLog {
  std::uint64_t sequence = 0;  // 0: nobody knows
  std::uint64_t end = 0;  // bytes of that file that are durable for sure, beyond its header's say

  auto operator<=>(const NewestLog&) const = default;
};

/// Writes both; durable on return. The log file that they name must be so already.
Status WriteNewestLog(FileSystem& files, const std::string& wal_directory, const NewestLog& newest);

struct StoredNewestLog {
  NewestLog newest;  // the greater of the two
  std::vector<Error> damaged;
};

/// Errors: kIo and such; that a file is missing or damaged is none.
Result<StoredNewestLog> ReadNewestLog(FileSystem& files, const std::string& wal_directory);

}  // namespace bedplate::historian
