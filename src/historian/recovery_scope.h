#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// Where a store is recovered, and what a recovery may do there.
struct RecoveryScope {
  FileSystem& files;
  const Clock& clock;
  const std::string directory;
  const std::string wal_directory;
  const std::string segment_directory;
  const bool writes;    // else nothing is changed
  const bool salvages;  // what is damaged in the log is left out instead of being an error

  [[nodiscard]] std::string WalPath(std::uint64_t sequence) const;

  /// Removes what a crash left: a file whose name has the `number` of one of ours that does not
  /// count, or a temporary one. Leaves all else alone, and everything where nothing may be changed.
  Status RemoveLeftover(const std::string& path, std::uint64_t number) const;

  /// That there is no manifest, though the file `name` holds data.
  [[nodiscard]] Error MissingManifest(const std::string& name) const;
};

}  // namespace bedplate::historian
