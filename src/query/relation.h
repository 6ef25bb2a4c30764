#pragma once

#include <duckdb.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/time.h"
#include "model/path.h"

namespace bedplate {

/// One cell of a relation; empty is NULL. Times become TIMESTAMP WITH TIME ZONE (microseconds).
using RelationCell =
    std::variant<std::monostate, bool, std::uint64_t, std::int64_t, double, std::string, Timestamp>;
using RelationRow = std::vector<RelationCell>;

struct RelationColumn {
  std::string_view name;
  /// VARCHAR, BOOLEAN, UBIGINT, BIGINT, DOUBLE or TIMESTAMP_TZ.
  duckdb_type type = DUCKDB_TYPE_VARCHAR;
  std::string_view description;  // one phrase, for completion
};

/// Gives the rows of one reading, page by page, so that none needs all of them in memory.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// The next rows, each with a cell per column; empty at the end.
  virtual Result<std::vector<RelationRow>> Next(const CancelToken& cancel) = 0;
};

/// A table that is read from the stores anew by each query.
struct Relation {
  std::string_view name;
  std::vector<RelationColumn> columns;
  std::function<std::unique_ptr<RowSource>()> open;
};

/// What a range function is asked for.
struct RangeArguments {
  Glob glob;
  TimeRange range;                                 // kMinTimestamp, kMaxTimestamp: left open
  std::optional<std::chrono::nanoseconds> bucket;  // empty: one for all of the range
  std::chrono::nanoseconds hold = std::chrono::nanoseconds::max();
  bool good_only = true;
};

/// `FROM name(glob, start := …, stop := …)`, and `bucket := …, hold := …, quality := …` where it
/// has buckets: rows about the series whose path matches.
struct RangeFunction {
  std::string_view name;
  std::string_view usage;
  bool has_buckets = false;
  std::vector<RelationColumn> columns;
  std::function<std::unique_ptr<RowSource>(const RangeArguments&)> open;
};

/// A query under way, as the table functions inside it see it. Safe for concurrent use.
class RunningQuery {
 public:
  explicit RunningQuery(CancelToken stop) : stop_(std::move(stop)) {}

  /// Raised when the query is to end.
  [[nodiscard]] const CancelToken& stop() const noexcept { return stop_; }
  /// Keeps the first error of a store: DuckDB passes on texts only, and with them no error's code.
  void Fail(const Error& error);
  [[nodiscard]] std::optional<Error> failure() const;
  /// Keeps something that whoever asked should know about the answer, once; kMaxNotices at most.
  void Notice(const std::string& text);
  [[nodiscard]] std::vector<std::string> notices() const;

 private:
  static constexpr std::size_t kMaxNotices = 20;

  const CancelToken stop_;
  mutable std::mutex mutex_;
  std::optional<Error> failure_;
  std::vector<std::string> notices_;
};

/// The query that runs on the connection with this id; never null.
using QueryFinder = std::function<std::shared_ptr<RunningQuery>(std::uint64_t connection_id)>;

/// Makes `FROM <name>` work on `database`'s connections: a table function and a view on it.
/// `relation` and `queries` must outlive the database. Errors: kInternal.
Status RegisterRelation(duckdb_connection connection, const Relation& relation,
                        const QueryFinder& queries);

/// The same for a function, which needs no view.
Status RegisterRangeFunction(duckdb_connection connection, const RangeFunction& function,
                             const QueryFinder& queries);

/// Makes a function take a glob, and `start` and `stop` by name.
void TakeGlobAndRange(duckdb_table_function function);

/// The range between the parameters `start` and `stop` of a call; open where one is not given or
/// NULL.
TimeRange RangeOf(duckdb_bind_info info);

/// Writes a time as DuckDB's microseconds since 1970, rounded down.
std::int64_t MicrosecondsOf(Timestamp time) noexcept;

/// The query that is being bound.
std::shared_ptr<RunningQuery> QueryOf(duckdb_bind_info info, const QueryFinder& queries);

/// Ends the query with an error of a store.
void FailQuery(duckdb_function_info info, RunningQuery& query, const Error& error);

/// Sets row `index` of `vector` to NULL.
void SetNull(duckdb_vector vector, idx_t index);

}  // namespace bedplate
