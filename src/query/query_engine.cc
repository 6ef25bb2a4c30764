#include "query/query_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "query/duckdb_handles.h"
#include "query/plant_relations.h"
#include "query/query_database.h"
#include "query/query_errors.h"
#include "query/query_watcher.h"
#include "query/range_functions.h"
#include "query/relation.h"
#include "query/result_reader.h"
#include "query/samples_function.h"
#include "query/sql_functions.h"
#include "query/sql_guard.h"

namespace bedplate {
namespace {

/// How much more the process may hold while queries run: DuckDB's own limit and half of it for what
/// escapes it.
constexpr std::uint64_t MemoryCeiling(std::uint64_t memory_bytes) {
  return memory_bytes + memory_bytes / 2;
}

/// The running queries by connection, for the table functions inside of them.
class RunningQueries {
 public:
  std::shared_ptr<RunningQuery> Add(std::uint64_t connection_id, const CancelToken& stop) {
    auto query = std::make_shared<RunningQuery>(stop);
    const std::scoped_lock lock(mutex_);
    queries_.insert_or_assign(connection_id, query);
    return query;
  }
  void Remove(std::uint64_t connection_id) {
    const std::scoped_lock lock(mutex_);
    queries_.erase(connection_id);
  }
  std::shared_ptr<RunningQuery> Find(std::uint64_t connection_id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = queries_.find(connection_id);
    return found == queries_.end() ? std::make_shared<RunningQuery>(CancelToken()) : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::shared_ptr<RunningQuery>> queries_;
};

/// Counts a query in for as long as it lives, if there is room.
class Seat {
 public:
  Seat(std::atomic<int>& taken, int seats) : taken_(taken), held_(taken.fetch_add(1) < seats) {}
  ~Seat() { taken_.fetch_sub(1); }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  std::atomic<int>& taken_;
  bool held_;
};

class DuckQueryEngine final : public QueryEngine {
 public:
  DuckQueryEngine(const Historian& historian, Catalog& catalog, const Options& options)
      : options_(options),
        clock_(options.clock == nullptr ? system_clock_ : *options.clock),
        relations_(PlantRelations(historian, catalog)),
        functions_(HistorianFunctions(historian)),
        find_query_([this](std::uint64_t id) { return running_.Find(id); }),
        watcher_(clock_, ResidentBytes, MemoryCeiling(options.memory_bytes),
                 [&historian] { return historian.Stats().head_bytes; }) {
    for (const Relation& relation : relations_) {
      readable_.push_back({std::string(relation.name), relation.columns.size()});
    }
  }

  Status Open(const Historian& historian) {
    ASSIGN_OR_RETURN(database_, OpenQueryDatabase(options_.memory_bytes, options_.threads));
    ASSIGN_OR_RETURN(const DuckConnection connection, Connect());
    for (const Relation& relation : relations_) {
      RETURN_IF_ERROR(RegisterRelation(connection.get(), relation, find_query_));
    }
    RETURN_IF_ERROR(RegisterSamples(connection.get(), historian, find_query_));
    for (const RangeFunction& function : functions_) {
      RETURN_IF_ERROR(RegisterRangeFunction(connection.get(), function, find_query_));
    }
    return LockSettings(connection.get());
  }

  Result<QueryResult> Run(std::string_view sql, const QueryLimits& limits,
                          const CancelToken& cancel) override;
  [[nodiscard]] QuerySchema Schema() const override;

 private:
  Result<DuckConnection> Connect() {
    DuckConnection connection;
    if (duckdb_connect(database_.get(), connection.out()) != DuckDBSuccess) {
      return Error(ErrorCode::kInternal, "cannot connect to DuckDB");
    }
    return connection;
  }
  Result<QueryResult> Answer(duckdb_connection connection, std::string_view sql,
                             const QueryLimits& limits) const;

  const Options options_;
  const SystemClock system_clock_;
  const Clock& clock_;
  const std::vector<Relation> relations_;
  const std::vector<RangeFunction> functions_;
  std::vector<GuardRelation> readable_;
  RunningQueries running_;
  const QueryFinder find_query_;
  std::atomic<int> seats_taken_{0};
  DuckDatabase database_;
  QueryWatcher watcher_;
};

Result<DuckPrepared> Prepare(duckdb_connection connection, const std::string& sql) {
  DuckPrepared prepared;
  if (duckdb_prepare(connection, sql.c_str(), prepared.out()) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(prepared.get());
    return FromDuckMessage(message == nullptr ? "the statement cannot be prepared" : message);
  }
  // The guard has seen the tree; this is DuckDB's own word on what it would run.
  const duckdb_statement_type type = duckdb_prepared_statement_type(prepared.get());
  if (type != DUCKDB_STATEMENT_TYPE_SELECT || duckdb_nparams(prepared.get()) != 0) {
    return Error(ErrorCode::kPermissionDenied, "only one SELECT without parameters is allowed");
  }
  return prepared;
}

/// Runs and reads, chunk by chunk as they come, until the row limit.
Result<QueryResult> Fetch(const DuckPrepared& prepared, const QueryLimits& limits) {
  DuckPending pending;
  DuckResult result;
  if (duckdb_pending_prepared_streaming(prepared.get(), pending.out()) != DuckDBSuccess) {
    return FromDuckMessage(duckdb_pending_error(pending.get()));
  }
  if (duckdb_execute_pending(pending.get(), &result.get()) != DuckDBSuccess) {
    return FromDuckError(duckdb_result_error_type(&result.get()),
                         duckdb_result_error(&result.get()));
  }
  QueryResult answer;
  answer.columns = DescribeColumns(result.get());
  std::uint64_t bytes = 0;
  while (!answer.truncated) {
    const DuckChunk chunk(duckdb_fetch_chunk(result.get()));
    if (!chunk || duckdb_data_chunk_get_size(chunk.get()) == 0) break;
    RETURN_IF_ERROR(AppendChunk(chunk.get(), limits, bytes, answer));
  }
  const char* message = duckdb_result_error(&result.get());
  if (message != nullptr && *message != '\0') {
    return FromDuckError(duckdb_result_error_type(&result.get()), message);
  }
  return answer;
}

Result<QueryResult> DuckQueryEngine::Answer(duckdb_connection connection, std::string_view sql,
                                            const QueryLimits& limits) const {
  RETURN_IF_ERROR(CheckSql(connection, sql, readable_));
  ASSIGN_OR_RETURN(const DuckPrepared prepared, Prepare(connection, std::string(sql)));
  return Fetch(prepared, limits);
}

Result<QueryResult> DuckQueryEngine::Run(std::string_view sql, const QueryLimits& limits,
                                         const CancelToken& cancel) {
  const std::chrono::nanoseconds started = clock_.Monotonic();
  const Seat seat(seats_taken_, options_.concurrent_queries);
  if (!seat.held()) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("{} queries run already; try again", options_.concurrent_queries))
        .Retryable();
  }
  ASSIGN_OR_RETURN(const DuckConnection connection, Connect());
  DuckContext context;
  duckdb_connection_get_client_context(connection.get(), context.out());
  const std::uint64_t id = duckdb_client_context_get_connection_id(context.get());
  const QueryWatcher::Watch watch(watcher_, connection.get(), {limits.timeout, cancel});
  const std::shared_ptr<RunningQuery> running = running_.Add(id, watch.stop());
  Result<QueryResult> result = Answer(connection.get(), sql, limits);
  running_.Remove(id);
  if (!result.ok()) {
    // Whatever a stopped query says, the reason is why it was stopped.
    if (std::optional<Error> stopped = watch.Stopped()) return *std::move(stopped);
    if (std::optional<Error> failure = running->failure()) return *std::move(failure);
    return result;
  }
  result->notices = running->notices();
  result->elapsed =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.Monotonic() - started);
  return result;
}

QuerySchema DuckQueryEngine::Schema() const {
  QuerySchema schema;
  const auto add = [&schema](std::string_view name, std::string_view usage,
                             std::span<const RelationColumn> columns) {
    QuerySchema::Relation relation{std::string(name), std::string(usage), {}};
    for (const RelationColumn& column : columns) {
      const DuckType type(duckdb_create_logical_type(column.type));
      relation.columns.push_back(
          {std::string(column.name), TypeName(type.get()), std::string(column.description)});
    }
    schema.relations.push_back(std::move(relation));
  };
  add("samples", "samples('glob', start := …, stop := …)", SamplesColumns());
  for (const RangeFunction& function : functions_) {
    add(function.name, function.usage, function.columns);
  }
  for (const Relation& relation : relations_) add(relation.name, relation.name, relation.columns);
  schema.functions = AllowedFunctionNames();
  return schema;
}

}  // namespace

Result<std::unique_ptr<QueryEngine>> QueryEngine::Make(const Historian& historian, Catalog& catalog,
                                                       const Options& options) {
  auto engine = std::make_unique<DuckQueryEngine>(historian, catalog, options);
  RETURN_IF_ERROR(engine->Open(historian));
  return std::unique_ptr<QueryEngine>(std::move(engine));
}

}  // namespace bedplate
