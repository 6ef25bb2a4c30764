#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
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
  std::vector<std::string> notices;  // what to know of the answer: a glob that matches no tag
};

/// What a query can name, for help and completion.
struct QuerySchema {
  struct Column {
    std::string name;
    std::string type;         // DuckDB's name
    std::string description;  // one phrase
  };
  struct Relation {
    std::string name;
    std::string usage;  // as it stands in FROM: "tags", "samples('glob', start := …, stop := …)"
    std::vector<Column> columns;
  };
  std::vector<Relation> relations;
  std::vector<std::string> functions;  // allowed, sorted
};

/// SQL over everything, read-only: `samples(glob, start := …, stop := …)` (tag, ts, ts_ns, value,
/// text, quality, int_value), `tags`, `assets`, `events`, `dead_letters`. One SELECT (WITH, VALUES,
/// FROM-first, DESCRIBE of a SELECT included) per call; everything else is refused by name before
/// it runs: an allow-list of statement kind, functions and relations, checked on the parsed
/// statement (docs/guides/sql.md for users, docs/decisions/0005-sql-lockdown.md for the reasons).
/// Safe for concurrent use; queries run in their own connections.
class QueryEngine {
 public:
  struct Options {
    std::uint64_t memory_bytes = 256ULL << 20U;
    int threads = 2;
    int concurrent_queries = 2;    // beyond this kUnavailable; fewer than the server has workers
    const Clock* clock = nullptr;  // for time limits; null: the operating system's
  };
  /// The stores must outlive the engine. Errors: kInternal when DuckDB cannot be opened.
  static Result<std::unique_ptr<QueryEngine>> Make(const Historian& historian, Catalog& catalog,
                                                   const Options& options);
  virtual ~QueryEngine() = default;

  /// Errors: kInvalidArgument (syntax, unknown names, with DuckDB's position and hint),
  /// kPermissionDenied naming the function or statement that is not allowed, kDeadlineExceeded,
  /// kCancelled, kResourceExhausted (memory, result bytes), kUnavailable (too many queries at
  /// once), kUnsupported (a column of a type that cannot be shown); those of the stores that it
  /// reads. A statement beyond a limit is kInvalidArgument.
  virtual Result<QueryResult> Run(std::string_view sql, const QueryLimits& limits,
                                  const CancelToken& cancel) = 0;

  [[nodiscard]] virtual QuerySchema Schema() const = 0;
};

}  // namespace bedplate
