# DuckDB's C API: a system-wide DuckDB if there is one, else the one in .deps/duckdb.
# Defines the imported target DuckDB::DuckDB.

set(deps ${CMAKE_SOURCE_DIR}/.deps/duckdb)
find_path(DUCKDB_INCLUDE duckdb.h HINTS ${deps}/include)
find_library(DUCKDB_LIBRARY duckdb HINTS ${deps}/lib)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DUCKDB_LIBRARY DUCKDB_INCLUDE
  REASON_FAILURE_MESSAGE "run ./dev setup, or install DuckDB with its header duckdb.h")

if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION ${DUCKDB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_INCLUDE})
endif()
