#include "historian/recovery_scope.h"

#include <fmt/format.h>

#include "historian/format.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

std::string RecoveryScope::WalPath(std::uint64_t sequence) const {
  return JoinPath(wal_directory, WalFileName(sequence));
}

Status RecoveryScope::RemoveLeftover(const std::string& path, std::uint64_t number) const {
  const bool is_ours = number != 0 || path.ends_with(kTemporarySuffix);
  if (!writes || !is_ours) return {};
  return files.Remove(path);
}

Error RecoveryScope::MissingManifest(const std::string& name) const {
  return Error(ErrorCode::kCorruption, fmt::format("the file is missing, but {} holds data", name))
      .At(JoinPath(directory, kManifestName));
}

}  // namespace bedplate::historian
