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
  RETURN_IF_ERROR(workspace_.catalog().audit().Record(
      actor, "samples.delete",
      fmt::format("{} from {} to {}: {}", deletion.path, FormatTimestamp(deletion.range.start),
                  FormatTimestamp(deletion.range.stop), deletion.reason)));
  const TagRange range{series->id, deletion.range};
  return historian.Delete(std::span(&range, 1));
}

Result<BackupReport> StoreService::Backup(const std::string& target, std::string_view actor,
                                          const CancelToken& cancel) {
  ASSIGN_OR_RETURN(BackupReport report, WriteBackup(files_, clock_, workspace_, target, cancel));
  RETURN_IF_ERROR(workspace_.catalog().audit().Record(
      actor, "backup", fmt::format("{} in {}", report.name, target)));
  return report;
}

}  // namespace bedplate
