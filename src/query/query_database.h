#pragma once

#include <duckdb.h>

#include <cstdint>

#include "base/result.h"
#include "query/duckdb_handles.h"

namespace bedplate {

/// A DuckDB in memory that reaches no file, no network and no extension and spills nowhere. What it
/// counts as memory stays below `memory_bytes`. Errors: kInternal.
Result<DuckDatabase> OpenQueryDatabase(std::uint64_t memory_bytes, int threads);

/// Makes UTC the zone of every connection and locks all settings, for good. Errors: kInternal.
Status LockSettings(duckdb_connection connection);

}  // namespace bedplate
