#pragma once

#include <duckdb.h>

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// The tree of the one SELECT in `sql`: the object under "node" as DuckDB's json_serialize_sql
/// writes it. Parses only. Errors: kInvalidArgument (not UTF-8, syntax, no statement),
/// kPermissionDenied (more than one statement, or another kind), kResourceExhausted (length,
/// depth).
Result<boost::json::object> ParseSqlTree(duckdb_connection connection, std::string_view sql);

/// The line of `sql` that holds byte `offset`, with a caret under it, as DuckDB shows it:
/// "\n\nLINE 1: …\n        ^". Empty when the offset is outside.
std::string PointAt(std::string_view sql, std::size_t offset);

}  // namespace bedplate
