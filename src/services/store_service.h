#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "base/time.h"
#include "services/backup.h"
#include "services/workspace.h"

namespace bedplate {

/// What an administrator does with stored samples. Arguments must outlive it. Safe for concurrent
/// use.
class StoreService {
 public:
  StoreService(FileSystem& files, const Clock& clock, Workspace& workspace)
      : files_(files), clock_(clock), workspace_(workspace) {}

  /// Historian::CompactStep.
  Result<CompactProgress> CompactStep(const CompactRequest& request);

  struct Deletion {
    std::string path;  // of the tag
    TimeRange range;
    std::string reason;  // for the audit
  };
  /// Deletes a part of a tag and returns how many samples are gone. The audit log has the entry
  /// before anything is deleted, and another one when that fails. Errors: kNotFound,
  /// kInvalidArgument without a reason or for an empty range, those of Historian::Delete.
  Result<std::uint64_t> Delete(const Deletion& deletion, std::string_view actor);

  /// WriteBackup, with an entry in the audit log. That it could not be written is one of the
  /// report's problems: the backup counts all the same.
  Result<BackupReport> Backup(const std::string& target, std::string_view actor,
                              const CancelToken& cancel);

 private:
  FileSystem& files_;
  const Clock& clock_;
  Workspace& workspace_;
};

}  // namespace bedplate
