#include "services/store_service.h"

#include <fmt/format.h>

namespace bedplate {

Result<CompactProgress> StoreService::CompactStep(const CompactRequest& request) {
  return workspace_.historian().CompactStep(request);
}

Result<std::uint64_t> StoreService::Delete(const Deletion& deletion, std::string_view actor) {
  Historian& historian = workspace_.historian();
  const auto series = historian.Find(deletion.path);
  if (!series) {
    return Error(ErrorCode::kNotFound, fmt::format("tag '{}' has no samples", deletion.path));
  }
  if (deletion.reason.empty()) {
    return Error(ErrorCode::kInvalidArgument, "reason: expected why it is deleted, got nothing");
  }
  if (deletion.range.Empty()) {
    return Error(ErrorCode::kInvalidArgument, "expected 'from' to be before 'to'");
  }
  AuditLog& audit = workspace_.catalog().audit();
  const std::string what =
      fmt::format("{} from {} to {}", deletion.path, FormatTimestamp(deletion.range.start),
                  FormatTimestamp(deletion.range.stop));
  RETURN_IF_ERROR(
      audit.Record(actor, "samples.delete", fmt::format("{}: {}", what, deletion.reason)));
  const TagRange range{series->id, deletion.range};
  auto deleted = historian.Delete(std::span(&range, 1));
  if (deleted.ok()) return deleted;
  const Status recorded = audit.Record(actor, "samples.delete_failed",
                                       fmt::format("{}: {}", what, deleted.error().ToString()));
  if (recorded.ok()) return deleted;
  return std::move(deleted).error().At(
      fmt::format("the audit log tells of it as done ({})", recorded.error().ToString()));
}

Result<BackupReport> StoreService::Backup(const std::string& target, std::string_view actor,
                                          const CancelToken& cancel) {
  ASSIGN_OR_RETURN(BackupReport report, WriteBackup(files_, clock_, workspace_, target, cancel));
  const Status recorded = workspace_.catalog().audit().Record(
      actor, "backup", fmt::format("{} in {}", report.name, target));
  if (!recorded.ok()) {
    report.problems.push_back(
        fmt::format("the audit log has no entry of backup {}, which is finished: {}", report.name,
                    recorded.error().ToString()));
  }
  return report;
}

}  // namespace bedplate
