#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "services/workspace.h"

namespace bedplate {

// A backup directory (docs/formats/backup.md) holds any number of backups of one data directory:
//
//     TARGET/LOCK             held by the backup that is being made
//     TARGET/segments/        segments of the historian, each once for all backups
//     TARGET/backups/NAME/    one backup: its other files, and CONTENTS, which lists all of them
//                             with their checksums and makes it count

struct BackupReport {
  std::string name;  // of the backup, its time
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t copied_files = 0;  // the others were in TARGET already
  std::uint64_t copied_bytes = 0;
  std::vector<std::string> problems;  // what is damaged, and what that costs
  std::vector<std::string> notes;     // what was damaged and is not any more
};

/// Writes what `workspace` holds now to `target`, an absolute path, while it is in use. What is
/// copied is checked as `check` does; damage does not end the backup: it stands in `problems` and
/// in the backup. A copy that is damaged never takes the place of one that is not. Errors:
/// kInvalidArgument for a target within the data directory or no absolute path, kConflict for one
/// with backups of another data directory or into which a backup is under way, kResourceExhausted,
/// kIo, kCancelled; then what was written does not count. Checks and restores go on meanwhile.
Result<BackupReport> WriteBackup(FileSystem& files, const Clock& clock, Workspace& workspace,
                                 const std::string& target, const CancelToken& cancel);

struct RestoreRequest {
  std::string target;
  std::string name;       // of the backup; empty: the newest
  std::string directory;  // must be new or empty
  bool repairs = false;   // goes without what is damaged in `target`
};

/// Makes a directory what a backup holds. Every checksum is verified before anything is written;
/// what was damaged in the data directory when the backup was made is restored as it was, and named
/// in `problems`. With `repairs` what is damaged is left out, as Workspace::Repair does, a catalog
/// is taken from the newest backup that has it whole, and what is lost is named. A restore that was
/// interrupted may be repeated until the directory is opened. Errors: kNotFound, kCorruption naming
/// the damaged files and what they hold, kConflict when the directory holds anything else,
/// kResourceExhausted, kIo.
Result<BackupReport> RestoreBackup(FileSystem& files, const Clock& clock,
                                   const RestoreRequest& request);

/// Whether `directory` is one of backups and no data directory.
bool IsBackupDirectory(FileSystem& files, const std::string& directory);

struct BackupCheckReport {
  std::uint64_t backups = 0;
  std::uint64_t files = 0;  // each once, however many backups need it
  std::uint64_t bytes = 0;
  std::vector<std::string> problems;
};

/// Reads every file of every backup in `target` and changes nothing. A problem names the file, what
/// it costs and the backups that need it. Errors: kCancelled, those of listing the directories.
Result<BackupCheckReport> CheckBackups(FileSystem& files, const std::string& target,
                                       const CancelToken& cancel);

}  // namespace bedplate
