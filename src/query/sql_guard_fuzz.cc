#include <string_view>
#include <vector>

#include "base/check.h"
#include "query/query_database.h"
#include "query/sql_guard.h"

namespace {

duckdb_connection Connection() {
  static auto database = bedplate::OpenQueryDatabase(256U << 20U, 1);
  static bedplate::DuckConnection connection;
  if (!connection) {
    BEDPLATE_CHECK(database.ok());
    BEDPLATE_CHECK(duckdb_connect(database->get(), connection.out()) == DuckDBSuccess);
    BEDPLATE_CHECK(bedplate::LockSettings(connection.get()).ok());
  }
  return connection.get();
}

}  // namespace

/// Whatever comes, the guard answers; and what it lets through is one statement that DuckDB plans
/// without harm (the relations are not there, so most of it ends in an error).
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const std::vector<bedplate::GuardRelation> relations = {{"tags", 15}, {"events", 8}};
  const std::string sql(reinterpret_cast<const char*>(data), size);
  if (!bedplate::CheckSql(Connection(), sql, relations).ok()) return 0;
  duckdb_extracted_statements statements = nullptr;
  BEDPLATE_CHECK(duckdb_extract_statements(Connection(), sql.c_str(), &statements) == 1);
  duckdb_destroy_extracted(&statements);
  bedplate::DuckPrepared prepared;
  if (duckdb_prepare(Connection(), sql.c_str(), prepared.out()) == DuckDBSuccess) {
    BEDPLATE_CHECK(duckdb_prepared_statement_type(prepared.get()) == DUCKDB_STATEMENT_TYPE_SELECT);
  }
  return 0;
}
