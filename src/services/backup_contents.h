#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/file_system.h"
#include "base/result.h"
#include "base/time.h"

namespace bedplate {

// What a backup directory holds, docs/formats/backup.md.

inline constexpr std::string_view kContentsFile = "CONTENTS";
inline constexpr std::string_view kSegmentFolder = "segments";
inline constexpr std::string_view kBackupFolder = "backups";

/// A file of a backup: where it lies in the backup directory and where in a data directory.
struct BackupEntry {
  std::uint32_t crc = 0;
  std::uint64_t bytes = 0;
  std::uint64_t round = 0;  // in which the file was last read as a whole
  std::string stored;       // below TARGET
  std::string name;         // below DIR
};

/// The list of a backup.
struct BackupContents {
  std::uint64_t round = 0;  // how many backups were made before, roughly
  std::vector<BackupEntry> entries;
  /// By name below DIR: what was damaged in the data directory when the backup was made. A name
  /// without an entry could not be read at all.
  std::map<std::string, std::vector<std::string>> damage;
};

std::string FormatContents(const BackupContents& contents);
/// Errors: kCorruption, kUnsupported for a later version, each naming the file; those of reading.
Result<BackupContents> ReadContents(FileSystem& files, const std::string& target,
                                    const std::string& backup);

/// A backup is called after its time, without the colons that some file systems do not take.
std::string BackupName(Timestamp time);
/// The time in a name; nothing for a folder of another kind.
std::optional<Timestamp> TimeInBackupName(std::string name);
/// The backups of a target that count, oldest first.
Result<std::vector<std::string>> ListBackups(FileSystem& files, const std::string& target);
/// TARGET/backups/NAME
std::string BackupPath(const std::string& target, const std::string& backup);

struct CopiedFile {
  Status source;  // why not all of it could be read; then nothing is at the destination
  std::uint32_t crc = 0;
};
/// Copies the first `bytes` of `from` to the new file `to`, durable on return but for its name; no
/// more than kCopyPieceBytes are in memory. Errors: kCancelled, those of writing; then there is no
/// `to`.
Result<CopiedFile> CopyPieces(FileSystem& files, const std::string& from, std::uint64_t bytes,
                              const std::string& to, const CancelToken& cancel);
/// Copies to `to`, whose name counts only when all of it is durable.
Result<CopiedFile> CopyDurably(FileSystem& files, const std::string& from, std::uint64_t bytes,
                               const std::string& to, const CancelToken& cancel);
Result<std::uint32_t> ChecksumOfFile(FileSystem& files, const std::string& path,
                                     std::uint64_t bytes);

/// What is wrong with a file in `target`, naming it: it is missing, too short or, where
/// `reads_all`, it cannot be read or has another checksum. Nothing when it is as it should be.
std::optional<std::string> FindDamage(FileSystem& files, const std::string& target,
                                      const BackupEntry& entry, bool reads_all);

}  // namespace bedplate
