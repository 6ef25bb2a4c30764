#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "historian/manifest.h"
#include "historian/recovery_scope.h"

namespace bedplate::historian {

struct RecoveredManifest {
  Manifest manifest;
  bool is_new = false;  // there is none, so the store was never opened
  std::vector<std::string> findings;
};

/// The first step: reads the manifest, and makes durable what it says. Both copies say it then; one
/// that was damaged is kept in a folder of `quarantine/`, but by a repair, which keeps it itself.
/// Errors: those of ReadManifest but kNotFound, and those of writing.
Result<RecoveredManifest> RecoverManifest(const RecoveryScope& scope);

/// A copy that is there and does not read as a manifest.
struct DamagedManifest {
  std::string path;
  std::string name;     // under which it is kept
  std::string content;  // with zeros where it cannot be read
};
std::vector<DamagedManifest> FindDamagedManifests(FileSystem& files, const std::string& directory);

}  // namespace bedplate::historian
