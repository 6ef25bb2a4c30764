#include "historian/historian.h"

namespace bedplate {

Result<AppendResult> Historian::AppendRuns(std::span<const TagRun> runs,
                                           const std::optional<AppendMark>& mark) {
  if (mark) return Error(ErrorCode::kUnsupported, "this historian keeps no marks");
  std::vector<TagBatch> batches;
  batches.reserve(runs.size());
  for (const TagRun& run : runs) batches.push_back({run.tag, ColumnsOf(run.samples)});
  return Append(batches);
}

AppendRefusal RefusalOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kResourceExhausted: return AppendRefusal::kFullDisk;
    case ErrorCode::kUnavailable: return AppendRefusal::kBusy;
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kNotFound: return AppendRefusal::kBadInput;
    case ErrorCode::kConflict: return AppendRefusal::kSequence;
    case ErrorCode::kUnsupported: return AppendRefusal::kReadOnly;
    default: return AppendRefusal::kFailure;
  }
}

Result<CompactProgress> Historian::CompactStep(const CompactRequest& /*request*/) {
  return Error(ErrorCode::kUnsupported, "this historian has nothing to merge");
}

Result<std::uint64_t> Historian::Delete(std::span<const TagRange>) {
  return Error(ErrorCode::kUnsupported, "this historian deletes nothing");
}

Status Historian::Backup(const std::function<Status(const BackupFile&)>&) {
  return Error(ErrorCode::kUnsupported, "this historian has no files");
}

Status Historian::Replaced(const ReplacedRequest& /*request*/, const ScanSink& /*sink*/) const {
  return Error(ErrorCode::kUnsupported, "this historian keeps no replaced values");
}

Result<StateColumns> Historian::TimeInState(const StateRequest& /*request*/) const {
  return Error(ErrorCode::kUnsupported, "this historian tells no time in state");
}

}  // namespace bedplate
