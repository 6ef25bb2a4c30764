#pragma once

#include <cstdint>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "services/workspace.h"

namespace bedplate {

// A backup directory (docs/guides/operations.md) holds any number of backups of one data directory:
//
//     TARGET/segments/        segments of the historian, each once for all backups
//     TARGET/backups/NAME/    one backup: its other files, and CONTENTS, which lists all of them
//                             with their checksums and makes it count

struct BackupReport {
  std::string name;  // of the backup, its time
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t copied_files = 0;  // the others were in TARGET already
  std::uint64_t copied_bytes = 0;
};

/// Writes what `workspace` holds now to `target`, an absolute path, while it is in use. Errors:
/// kInvalidArgument for a target within the data directory or no absolute path, kResourceExhausted,
/// kIo, kCancelled; then what was written does not count.
Result<BackupReport> WriteBackup(FileSystem& files, const Clock& clock, Workspace& workspace,
                                 const std::string& target, const CancelToken& cancel);

/// Makes `directory`, which must be new or empty, what the backup `name` (the newest when empty)
/// holds. Every checksum is verified before anything is written. A restore that was interrupted may
/// be repeated until `directory` is opened. Errors: kNotFound, kCorruption naming the file,
/// kConflict when `directory` holds anything else, kResourceExhausted, kIo.
Result<BackupReport> RestoreBackup(FileSystem& files, const std::string& target,
                                   const std::string& name, const std::string& directory);

}  // namespace bedplate
