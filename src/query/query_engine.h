#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "historian/historian.h"

namespace bedplate {

struct QueryLimits {
  std::uint64_t rows = 100'000;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
  std::uint64_t result_bytes = 256ULL << 20U;
};

/// One cell. Timestamps, decimals wider than a double, intervals, lists and structs come as text.
using QueryCell = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct QueryColumn {
  std::string name;
  std::string type;  // DuckDB's name: "DOUBLE", "TIMESTAMP WITH TIME ZONE", …
  std::vector<QueryCell> cells;
};

struct QueryResult {
  std::vector<QueryColumn> columns;  // of equal length
  std::uint64_t rows = 0;
  bool truncated = false;  // the row limit cut the result
  std::chrono::microseconds elapsed{0};
};

/// SQL over everything, read-only: `samples(glob, start := …, stop := …)` (tag, ts, value, text,
/// quality), `tags`, `assets`, `events`, `dead_letters`. One SELECT (WITH, VALUES, FROM-first,
/// DESCRIBE of a SELECT included) per call; everything else is refused by name before it runs:
/// an allow-list of statement kind, functions and relations, checked on the parsed statement.
/// Safe for concurrent use; queries run in their own connections.
class QueryEngine {
 public:
  struct Options {
    std::uint64_t memory_bytes = 256ULL << 20U;
    int threads = 2;
    int concurrent_queries = 4;  // beyond this kUnavailable
  };
  static Result<std::unique_ptr<QueryEngine>> Make(const Historian& historian, Catalog& catalog,
                                                   const Options& options);
  virtual ~QueryEngine() = default;

  /// Errors: kInvalidArgument (syntax, unknown names, with DuckDB's position and hint),
  /// kPermissionDenied naming the function or statement that is not allowed, kDeadlineExceeded,
  /// kCancelled, kResourceExhausted (memory).
  virtual Result<QueryResult> Run(std::string_view sql, const QueryLimits& limits,
                                  const CancelToken& cancel) = 0;
};

}  // namespace bedplate
