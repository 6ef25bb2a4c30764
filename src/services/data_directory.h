#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate {

// The names in a data directory, docs/formats/data-directory.md.

inline constexpr std::string_view kFormatFile = "bedplate.json";  // makes a directory count
inline constexpr std::string_view kLockFile = "LOCK";
inline constexpr std::string_view kOwnerFile = "owner.json";
inline constexpr std::string_view kTokenFile = "admin.token";
inline constexpr std::string_view kCatalogFile = "catalog.sqlite";
inline constexpr std::string_view kHistorianFolder = "historian";
inline constexpr std::string_view kQuarantineFolder = "quarantine";  // of damaged catalogs
inline constexpr std::string_view kSecretFolder = "secrets";
/// Names the backup that a directory is being made of, until it is made.
inline constexpr std::string_view kRestoreMark = "restore.unfinished";

/// Of the token that a new catalog has.
inline constexpr std::string_view kFirstTokenName = "admin";

inline constexpr std::uint64_t kSmallFileLimitBytes = 64ULL << 10U;

/// What bedplate.json says.
struct DirectoryFormat {
  std::int64_t version = 0;
  std::string id;  // empty in those of earlier versions
};

/// Errors: kCorruption naming what is wrong with the file, those of reading.
Result<DirectoryFormat> ReadDirectoryFormat(FileSystem& files, const std::string& path);

/// Makes `directory` count as a data directory of this version, with a new id where none is given.
/// Returns the id.
Result<std::string> WriteDirectoryFormat(FileSystem& files, const std::string& directory,
                                         std::string id);

/// The id of a data directory that this version reads. Errors: kNotFound when it is none,
/// kUnsupported when a newer Bedplate made it, kCorruption when the file that says so is damaged,
/// or missing where the stores are there and hold samples.
Result<std::string> CheckDirectoryFormat(FileSystem& files, const std::string& directory);

/// Writes that file anew where CheckDirectoryFormat calls it damaged or missing, with the id that
/// is left in it. Returns what that costs, for people; nothing when it is sound. Errors: the
/// others of CheckDirectoryFormat, those of writing.
Result<std::optional<std::string>> RepairDirectoryFormat(FileSystem& files,
                                                         const std::string& directory);

}  // namespace bedplate
