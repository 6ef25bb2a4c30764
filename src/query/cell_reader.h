#pragma once

#include <duckdb.h>

#include "base/result.h"
#include "query/query_engine.h"

namespace bedplate {

/// Row `row` of `vector` as a cell: truth values, integers and numbers as such where they are
/// exact, everything else as text; NULL, also inside of lists, where it is NULL.
/// Errors: kUnsupported for a type without a text form.
Result<QueryCell> ReadCell(duckdb_vector vector, duckdb_logical_type type, idx_t row);

}  // namespace bedplate
