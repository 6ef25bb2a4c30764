#include "historian/recovery_manifest.h"

#include <utility>

namespace bedplate::historian {

Result<RecoveredManifest> RecoverManifest(const RecoveryScope& scope) {
  // A crash may have come between the manifest's renaming and its directory's sync: what is built
  // on now must not vanish with the next power cut.
  if (scope.writes) {
    RETURN_IF_ERROR(scope.files.SyncDirectory(scope.directory));
    RETURN_IF_ERROR(scope.files.SyncDirectory(scope.segment_directory));
  }
  auto stored = ReadManifest(scope.files, scope.directory);
  if (!stored.ok()) {
    if (stored.error().code() != ErrorCode::kNotFound) return std::move(stored).error();
    return RecoveredManifest{.manifest = {}, .is_new = true, .findings = {}};
  }
  // Before anything goes that an older copy still counts on.
  if (scope.writes && !stored->is_in_both) {
    RETURN_IF_ERROR(WriteManifest(scope.files, scope.directory, stored->manifest));
  }
  RecoveredManifest recovered;
  recovered.manifest = std::move(stored->manifest);
  for (const Error& damage : stored->damaged) {
    recovered.findings.push_back(damage.ToString() + kCopyIsWhole);
  }
  return recovered;
}

}  // namespace bedplate::historian
