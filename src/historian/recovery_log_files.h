#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "historian/newest_log.h"
#include "historian/recovery_scope.h"

namespace bedplate::historian {

/// The files of the write-ahead log that count.
struct LogFiles {
  std::vector<std::uint64_t> sequences;  // ascending, of those that are there
  std::uint64_t greatest = 0;            // that any file has or had; 0: there never was one
  NewestLog noted;                       // what is known of the newest besides what it says itself
  bool has_losses = false;               // some are missing
  std::vector<std::string> findings;
};

/// The third step: removes the log files before `low_water` and finds the others. None may be
/// missing, but where the scope salvages that is a finding. Errors: kCorruption naming the first
/// file that is missing, and those of the file system.
Result<LogFiles> FindLogFiles(const RecoveryScope& scope, std::uint64_t low_water, bool is_new);

}  // namespace bedplate::historian
