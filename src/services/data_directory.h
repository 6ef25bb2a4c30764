#pragma once

#include <string_view>

namespace bedplate {

// The names in a data directory, docs/formats/data-directory.md.

inline constexpr std::string_view kFormatFile = "bedplate.json";  // makes a directory count
inline constexpr std::string_view kLockFile = "LOCK";
inline constexpr std::string_view kOwnerFile = "owner.json";
inline constexpr std::string_view kTokenFile = "admin.token";
inline constexpr std::string_view kCatalogFile = "catalog.sqlite";
inline constexpr std::string_view kHistorianFolder = "historian";
/// Names the backup that a directory is being made of, until it is made.
inline constexpr std::string_view kRestoreMark = "restore.unfinished";

}  // namespace bedplate
