#pragma once

#include <duckdb.h>

#include <string>

#include "base/result.h"
#include "query/query_engine.h"

namespace bedplate {

/// DuckDB's name of a type: "DOUBLE", "DECIMAL(10,2)", "VARCHAR[]", "STRUCT(a INTEGER)".
std::string TypeName(duckdb_logical_type type);

/// Makes the columns of `result`, without cells.
std::vector<QueryColumn> DescribeColumns(duckdb_result& result);

/// What one cell adds to a result's size.
std::uint64_t CellBytes(const QueryCell& cell) noexcept;

/// Appends rows of `chunk` to `result`, until it has `limits.rows` (then `truncated` is set).
/// `bytes` is the size so far. Errors: kResourceExhausted beyond `limits.result_bytes`;
/// kUnsupported for a column of a type that has no text form here, naming column and type.
Status AppendChunk(duckdb_data_chunk chunk, const QueryLimits& limits, std::uint64_t& bytes,
                   QueryResult& result);

}  // namespace bedplate
