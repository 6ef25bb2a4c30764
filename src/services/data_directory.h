#pragma once

#include <cstdint>
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
inline constexpr std::string_view kSecretFolder = "secrets";
/// Names the backup that a directory is being made of, until it is made.
inline constexpr std::string_view kRestoreMark = "restore.unfinished";

inline constexpr std::uint64_t kSmallFileLimitBytes = 64ULL << 10U;

/// What bedplate.json says.
struct DirectoryFormat {
  std::int64_t version = 0;
  std::string id;  // empty in those of earlier versions
};

/// Errors: kCorruption naming what is wrong with the file, those of reading.
Result<DirectoryFormat> ReadDirectoryFormat(FileSystem& files, const std::string& path);

}  // namespace bedplate
