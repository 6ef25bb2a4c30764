#include "historian/recovery_log_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "historian/wal_format.h"

namespace bedplate::historian {
namespace {

/// Removes the files below `low_water` and returns the numbers of the others, ascending.
Result<std::vector<std::uint64_t>> CleanLog(const RecoveryScope& scope, std::uint64_t low_water) {
  ASSIGN_OR_RETURN(const auto names, scope.files.ListDirectory(scope.wal_directory));
  std::vector<std::uint64_t> sequences;
  for (const std::string& name : names) {
    const std::uint64_t sequence = ParseWalFileName(name);
    if (sequence >= low_water) {
      sequences.push_back(sequence);
    } else {
      RETURN_IF_ERROR(scope.RemoveLeftover(JoinPath(scope.wal_directory, name), sequence));
    }
  }
  std::sort(sequences.begin(), sequences.end());  // names are in order up to ten digits only
  return sequences;
}

/// Files from `first` to `last`, both included.
struct MissingFiles {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Those from `low_water` to `greatest` that are not among `sequences`.
std::vector<MissingFiles> FindMissing(const std::vector<std::uint64_t>& sequences,
                                      std::uint64_t low_water, std::uint64_t greatest) {
  std::vector<MissingFiles> missing;
  std::uint64_t expected = low_water;
  for (const std::uint64_t sequence : sequences) {
    if (sequence > expected) missing.push_back({expected, sequence - 1});
    expected = sequence + 1;
  }
  if (greatest >= expected) missing.push_back({expected, greatest});
  return missing;
}

Error Describe(const RecoveryScope& scope, const MissingFiles& missing) {
  const std::string others =
      missing.first == missing.last
          ? ""
          : fmt::format(", and so are those up to {}", scope.WalPath(missing.last));
  return Error(ErrorCode::kCorruption,
               fmt::format("the file is missing in the write-ahead log{}", others))
      .At(scope.WalPath(missing.first));
}

}  // namespace

Result<LogFiles> FindLogFiles(const RecoveryScope& scope, std::uint64_t low_water, bool is_new) {
  LogFiles found;
  ASSIGN_OR_RETURN(found.sequences, CleanLog(scope, low_water));
  ASSIGN_OR_RETURN(const StoredNewestLog stored, ReadNewestLog(scope.files, scope.wal_directory));
  for (const Error& damage : stored.damaged) {
    // They only guard the others, so their own damage costs nothing.
    found.findings.push_back(damage.ToString() + "; it is written anew");
  }
  found.noted = stored.newest;
  const std::uint64_t last_present = found.sequences.empty() ? 0 : found.sequences.back();
  found.greatest = std::max({last_present, found.noted.sequence, is_new ? 0 : low_water});
  for (const MissingFiles& missing : FindMissing(found.sequences, low_water, found.greatest)) {
    const Error error = Describe(scope, missing);
    if (!scope.salvages) return error;
    found.has_losses = true;
    found.findings.push_back(fmt::format("{}; the appends in {} are lost", error.ToString(),
                                         missing.first == missing.last ? "it" : "them"));
  }
  return found;
}

}  // namespace bedplate::historian
