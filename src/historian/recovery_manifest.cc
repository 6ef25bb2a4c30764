#include "historian/recovery_manifest.h"

#include <array>
#include <utility>

#include "base/bytes.h"
#include "historian/evidence.h"
#include "historian/salvage_file.h"

namespace bedplate::historian {
namespace {

constexpr std::uint64_t kMaxManifestBytes = 4ULL << 30U;

/// Says where it is kept, or why it could not be.
std::string Keep(const RecoveryScope& scope, const DamagedManifest& damaged) {
  const auto folder = NewQuarantineFolder(scope.files, scope.clock, scope.directory);
  const std::string path = JoinPath(folder.ok() ? *folder : "", damaged.name);
  const Status kept =
      folder.ok() ? KeepEvidence(scope.files, path, damaged.content) : folder.error();
  if (kept.ok()) return "it is kept in " + path;
  return "it could not be kept: " + kept.error().ToString();
}

}  // namespace

std::vector<DamagedManifest> FindDamagedManifests(FileSystem& files, const std::string& directory) {
  constexpr std::array kNames{"MANIFEST", "MANIFEST.second"};
  const auto paths = ManifestPaths(directory);
  std::vector<DamagedManifest> damaged;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    auto read = ReadSalvage(files, paths[i], kMaxManifestBytes);
    if (!read.ok() || ParseManifest(AsBytes(read->content)).ok()) continue;
    damaged.push_back({paths[i], kNames[i], std::move(read->content)});
  }
  return damaged;
}

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
  RecoveredManifest recovered;
  for (const Error& damage : stored->damaged) {
    recovered.findings.push_back(damage.ToString() + kCopyIsWhole);
  }
  // Before anything goes that an older copy still counts on.
  if (scope.writes && !stored->is_in_both) {
    const auto damaged = FindDamagedManifests(scope.files, scope.directory);
    RETURN_IF_ERROR(WriteManifest(scope.files, scope.directory, stored->manifest));
    // There is one at most, as the other counts, and that it is damaged is the only finding.
    if (!scope.salvages && !damaged.empty() && !recovered.findings.empty()) {
      recovered.findings.back() += "; " + Keep(scope, damaged.front());
    }
  }
  recovered.manifest = std::move(stored->manifest);
  return recovered;
}

}  // namespace bedplate::historian
