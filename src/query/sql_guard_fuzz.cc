#include <chrono>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "query/query_database.h"
#include "query/query_watcher.h"
#include "query/sql_guard.h"

namespace {

constexpr std::chrono::milliseconds kTimeLimit{200};
constexpr std::uint64_t kMemoryLimitBytes = 256U << 20U;
constexpr idx_t kRowLimit = 1000;

duckdb_connection Connection() {
  static auto database = bedplate::OpenQueryDatabase(kMemoryLimitBytes, 1);
  static bedplate::DuckConnection connection;
  if (!connection) {
    BEDPLATE_CHECK(database.ok());
    BEDPLATE_CHECK(duckdb_connect(database->get(), connection.out()) == DuckDBSuccess);
    for (const char* table : {"CREATE TABLE tags AS SELECT i AS path FROM range(3000) t(i)",
                              "CREATE TABLE events AS SELECT 'e' || i AS id FROM range(9) t(i)"}) {
      bedplate::DuckResult made;
      BEDPLATE_CHECK(duckdb_query(connection.get(), table, &made.get()) == DuckDBSuccess);
    }
    BEDPLATE_CHECK(bedplate::LockSettings(connection.get()).ok());
  }
  return connection.get();
}

/// Runs it as the query engine does: under a watch, rows as they come, and only so many.
void Execute(const bedplate::DuckPrepared& prepared) {
  static const bedplate::SystemClock kClock;
  static bedplate::QueryWatcher watcher(kClock, bedplate::ResidentBytes, kMemoryLimitBytes);
  const bedplate::QueryWatcher::Watch watch(watcher, Connection(),
                                            {kTimeLimit, bedplate::CancelToken()});
  bedplate::DuckPending pending;
  bedplate::DuckResult result;
  if (duckdb_pending_prepared_streaming(prepared.get(), pending.out()) != DuckDBSuccess) return;
  if (duckdb_execute_pending(pending.get(), &result.get()) != DuckDBSuccess) return;
  for (idx_t rows = 0; rows < kRowLimit;) {
    const bedplate::DuckChunk chunk(duckdb_fetch_chunk(result.get()));
    if (!chunk || duckdb_data_chunk_get_size(chunk.get()) == 0) break;
    rows += duckdb_data_chunk_get_size(chunk.get());
  }
}

}  // namespace

/// Whatever comes, the guard answers; and what it lets through is one statement that DuckDB plans
/// and executes without harm.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const std::vector<bedplate::GuardRelation> kRelations = {{"tags", 1}, {"events", 1}};
  const std::string sql(reinterpret_cast<const char*>(data), size);
  if (!bedplate::CheckSql(Connection(), sql, kRelations).ok()) return 0;
  duckdb_extracted_statements statements = nullptr;
  BEDPLATE_CHECK(duckdb_extract_statements(Connection(), sql.c_str(), &statements) == 1);
  duckdb_destroy_extracted(&statements);
  bedplate::DuckPrepared prepared;
  if (duckdb_prepare(Connection(), sql.c_str(), prepared.out()) == DuckDBSuccess) {
    BEDPLATE_CHECK(duckdb_prepared_statement_type(prepared.get()) == DUCKDB_STATEMENT_TYPE_SELECT);
    Execute(prepared);
  }
  return 0;
}
