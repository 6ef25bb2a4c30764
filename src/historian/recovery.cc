#include "historian/recovery.h"

#include <utility>

#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/newest_log.h"
#include "historian/recovery_log_files.h"
#include "historian/recovery_manifest.h"
#include "historian/recovery_replay.h"
#include "historian/recovery_scope.h"
#include "historian/recovery_segments.h"

namespace bedplate::historian {
namespace {

RecoveryScope MakeScope(FileSystem& files, const Clock& clock, const std::string& directory,
                        RecoveryMode mode) {
  return {.files = files,
          .clock = clock,
          .directory = directory,
          .wal_directory = JoinPath(directory, kWalDirectory),
          .segment_directory = JoinPath(directory, kSegmentDirectory),
          .writes = mode == RecoveryMode::kWrite || mode == RecoveryMode::kSalvage,
          .salvages = mode == RecoveryMode::kSalvage || mode == RecoveryMode::kReadSalvage};
}

Result<std::unique_ptr<SeriesRegistry>> MakeRegistry(const Manifest& manifest) {
  auto registry = std::make_unique<SeriesRegistry>();
  for (const SeriesRecord& record : manifest.series) {
    ASSIGN_OR_RETURN(Series* const series, registry->Define(record.definition));
    series->SetTotals(record.totals);
    series->SetLogged();
  }
  return registry;
}

/// What of the log's files counts, by path.
std::map<std::string, std::uint64_t> CountedBytes(const RecoveryScope& scope,
                                                  const ReplayedLog& replayed) {
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [sequence, bytes] : replayed.counted_bytes) {
    counted[scope.WalPath(sequence)] = bytes;
  }
  return counted;
}

/// The last step: the file that appends go to from now on, `noted` being what was noted of the
/// newest one before.
Result<std::unique_ptr<WalLog>> StartLog(const RecoveryScope& scope, const NewestLog& noted,
                                         ReplayedLog& replayed) {
  // The file that is replaced may be longer than the one that comes.
  if (noted.sequence == replayed.next.sequence && noted.end > 0) {
    RETURN_IF_ERROR(
        WriteNewestLog(scope.files, scope.wal_directory, {.sequence = noted.sequence, .end = 0}));
  }
  const Bytes preface = replayed.marks.Payload();
  const WalStart start{.sequence = replayed.next.sequence,
                       .previous_end = replayed.next.previous_end,
                       .preface = preface,
                       .carried = replayed.next.carried};
  ASSIGN_OR_RETURN(auto writer,
                   WalWriter::Create(scope.files, scope.clock, scope.wal_directory, start));
  return std::make_unique<WalLog>(scope.files, scope.clock, scope.wal_directory,
                                  std::move(replayed.counted_bytes), std::move(writer),
                                  std::move(replayed.marks));
}

/// Keeps what is cut off the log, once it is cut: the store starts first, as nothing depends on
/// what is kept.
void KeepCutTails(const RecoveryScope& scope, const ReplayedLog& replayed,
                  std::vector<std::string>& findings) {
  for (const CutTail& cut : replayed.cut) {
    findings.push_back(DescribeTornTail(cut.tail) + "; " +
                       KeepTornTail(scope.files, scope.wal_directory, cut.tail, cut.content));
  }
}

}  // namespace

std::vector<std::string> RecoveredStore::Findings() const {
  std::vector<std::string> all = manifest_findings;
  for (const Error& lost : damage) all.push_back(lost.ToString());
  all.insert(all.end(), log_findings.begin(), log_findings.end());
  return all;
}

Result<RecoveredStore> Recover(FileSystem& files, const Clock& clock, const std::string& directory,
                               RecoveryMode mode) {
  const RecoveryScope scope = MakeScope(files, clock, directory, mode);
  ASSIGN_OR_RETURN(RecoveredManifest stored, RecoverManifest(scope));
  const std::uint64_t low_water = stored.manifest.wal_low_water;
  RecoveredStore store;
  store.manifest_findings = std::move(stored.findings);
  ASSIGN_OR_RETURN(store.registry, MakeRegistry(stored.manifest));
  store.segments = std::make_unique<SegmentSet>(files, directory, std::move(stored.manifest));
  store.head = Head::MakeUnshared();
  ASSIGN_OR_RETURN(store.damage, RecoverSegments(scope, *store.segments->List(), stored.is_new));
  ASSIGN_OR_RETURN(const LogFiles log, FindLogFiles(scope, low_water, stored.is_new));
  ASSIGN_OR_RETURN(ReplayedLog replayed, ReplayLog(scope, log, stored.is_new,
                                                   {*store.registry, *store.segments, store.head}));
  store.log_has_losses = log.has_losses || replayed.has_losses;
  store.log_findings = log.findings;
  store.log_findings.insert(store.log_findings.end(), replayed.findings.begin(),
                            replayed.findings.end());
  store.head->Share();
  if (!scope.writes) {
    store.counted_log_bytes = CountedBytes(scope, replayed);
    return store;
  }
  ASSIGN_OR_RETURN(store.log, StartLog(scope, log.noted, replayed));
  if (stored.is_new) RETURN_IF_ERROR(WriteManifest(files, directory, {}));
  KeepCutTails(scope, replayed, store.log_findings);
  return store;
}

}  // namespace bedplate::historian
