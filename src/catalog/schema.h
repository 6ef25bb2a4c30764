#pragma once

#include <cstdint>

#include "base/result.h"
#include "catalog/sqlite.h"

namespace bedplate {

/// Looks without changing anything whether the file is empty or a catalog that this build can use.
/// Errors: kUnsupported for a file that a newer Bedplate wrote or that another program made, and
/// those of SqliteConnection.
Status CheckSchema(SqliteConnection& connection);

/// Brings the schema of `connection` to the newest version, one step and one transaction at a time
/// (docs/formats/catalog.md). Errors as those of CheckSchema.
Status MigrateSchema(SqliteConnection& connection);

/// The version that MigrateSchema leaves behind (PRAGMA user_version).
std::int64_t NewestSchemaVersion() noexcept;

}  // namespace bedplate
