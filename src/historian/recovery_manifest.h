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

/// The first step: reads the manifest, and makes durable what it says. Both copies say it then.
/// Errors: those of ReadManifest but kNotFound, and those of writing.
Result<RecoveredManifest> RecoverManifest(const RecoveryScope& scope);

}  // namespace bedplate::historian
