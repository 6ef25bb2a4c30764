#pragma once

#include <duckdb.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// A relation that a query may read by its bare name.
struct GuardRelation {
  std::string name;           // lower case
  std::uint64_t columns = 0;  // how many it has
};

// What one statement may ask for. DuckDB plans and evaluates one block of rows without looking at
// an interrupt and without counting text against its memory limit; within these bounds both stay
// small.
inline constexpr std::size_t kMaxSqlBytes = 64U << 10U;
inline constexpr int kMaxSqlDepth = 100;                         // nested expressions and queries
inline constexpr std::uint64_t kMaxSqlColumns = 1000;            // of any query in the statement
inline constexpr std::uint64_t kMaxSqlRelations = 64;            // read, common tables expanded
inline constexpr std::uint64_t kMaxSqlExpressions = 5000;        // aliases and macros expanded
inline constexpr std::uint64_t kMaxSqlTextBytes = 64ULL << 10U;  // made per row
inline constexpr std::size_t kMaxSqlGroupingSets = 64;
inline constexpr std::int64_t kMaxSqlRowOffset = 1'000'000'000;  // of lag and lead
/// What a stored text is reckoned to be long; a path cannot be longer (model/path.h).
inline constexpr std::uint64_t kReckonedTextBytes = 1024;

/// Decides whether one SQL text may run: exactly one SELECT (WITH, VALUES, FROM-first, DESCRIBE and
/// SUMMARIZE of a SELECT included) that uses allowed functions (query/sql_functions.h) and
/// `relations` only and stays within the bounds above. It looks at the tree that DuckDB's own
/// parser makes, so there is no second idea of the language; a kind of node that it does not know
/// is refused. Nothing of the statement is bound or executed. `connection` is used for parsing.
/// Errors: kInvalidArgument (syntax with DuckDB's message, unknown relations), kPermissionDenied
/// (statement, function, relation or construct that is not allowed, by name), kResourceExhausted (a
/// bound, by name); each with the line and column.
Status CheckSql(duckdb_connection connection, std::string_view sql,
                std::span<const GuardRelation> relations);

}  // namespace bedplate
