#include "query/query_database.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace bedplate {
namespace {

Status Execute(duckdb_connection connection, const std::string& sql) {
  DuckResult result;
  if (duckdb_query(connection, sql.c_str(), &result.get()) == DuckDBSuccess) return {};
  return Error(ErrorCode::kInternal, fmt::format("cannot set up DuckDB with '{}': {}", sql,
                                                 duckdb_result_error(&result.get())));
}

}  // namespace

Result<DuckDatabase> OpenQueryDatabase(std::uint64_t memory_bytes, int threads) {
  // No directory for temporary files, said before the file system is closed: DuckDB spills to one
  // in the working directory even without external access.
  const std::array<std::pair<const char*, std::string>, 10> settings = {{
      {"temp_directory", ""},
      {"enable_external_access", "false"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"allow_unsigned_extensions", "false"},
      {"memory_limit", fmt::format("{}B", memory_bytes)},
      {"threads", std::to_string(threads)},
      {"allocator_flush_threshold", "16MB"},
      {"allocator_background_threads", "true"},
  }};
  DuckConfig config;
  duckdb_create_config(config.out());
  for (const auto& [name, value] : settings) {
    if (duckdb_set_config(config.get(), name, value.c_str()) != DuckDBSuccess) {
      return Error(ErrorCode::kInternal, fmt::format("DuckDB has no setting {}", name));
    }
  }
  DuckDatabase database;
  char* message = nullptr;
  if (duckdb_open_ext(":memory:", database.out(), config.get(), &message) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal,
                 fmt::format("cannot open DuckDB: {}", TakeDuckString(message)));
  }
  return database;
}

Status LockSettings(duckdb_connection connection) {
  for (const std::string& statement : {std::string("SET GLOBAL TimeZone = 'UTC'"),
                                       std::string("SET GLOBAL Calendar = 'gregorian'"),
                                       std::string("SET GLOBAL lock_configuration = true")}) {
    RETURN_IF_ERROR(Execute(connection, statement));
  }
  return {};
}

}  // namespace bedplate
