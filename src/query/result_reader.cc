#include "query/result_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "query/cell_reader.h"
#include "query/duckdb_handles.h"

namespace bedplate {
namespace {

constexpr auto kTypeNames = std::to_array<std::pair<duckdb_type, std::string_view>>({
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, "TINYINT"},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT"},
    {DUCKDB_TYPE_INTEGER, "INTEGER"},
    {DUCKDB_TYPE_BIGINT, "BIGINT"},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT"},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT"},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER"},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT"},
    {DUCKDB_TYPE_FLOAT, "FLOAT"},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE"},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT"},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT"},
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_ENUM, "ENUM"},
    {DUCKDB_TYPE_MAP, "MAP"},
    {DUCKDB_TYPE_ARRAY, "ARRAY"},
    {DUCKDB_TYPE_UNION, "UNION"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_BIGNUM, "BIGNUM"},
    {DUCKDB_TYPE_SQLNULL, "NULL"},
});

std::string StructName(duckdb_logical_type type) {
  std::string name = "STRUCT(";
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    const DuckType child(duckdb_struct_type_child_type(type, i));
    name +=
        fmt::format("{}{} {}", i == 0 ? "" : ", ",
                    TakeDuckString(duckdb_struct_type_child_name(type, i)), TypeName(child.get()));
  }
  return name + ")";
}

}  // namespace

std::string TypeName(duckdb_logical_type type) {
  const duckdb_type id = duckdb_get_type_id(type);
  if (id == DUCKDB_TYPE_DECIMAL) {
    return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
  }
  if (id == DUCKDB_TYPE_LIST) {
    const DuckType child(duckdb_list_type_child_type(type));
    return TypeName(child.get()) + "[]";
  }
  if (id == DUCKDB_TYPE_STRUCT) return StructName(type);
  const auto* const known =
      std::ranges::find(kTypeNames, id, &std::pair<duckdb_type, std::string_view>::first);
  return known == kTypeNames.end() ? "UNKNOWN" : std::string(known->second);
}

std::vector<QueryColumn> DescribeColumns(duckdb_result& result) {
  std::vector<QueryColumn> columns;
  for (idx_t i = 0; i < duckdb_column_count(&result); ++i) {
    const DuckType type(duckdb_column_logical_type(&result, i));
    columns.push_back({duckdb_column_name(&result, i), TypeName(type.get()), {}});
  }
  return columns;
}

std::uint64_t CellBytes(const QueryCell& cell) noexcept {
  const auto* text = std::get_if<std::string>(&cell);
  return sizeof(QueryCell) + (text == nullptr ? 0 : text->size());
}

Status AppendChunk(duckdb_data_chunk chunk, const QueryLimits& limits, std::uint64_t& bytes,
                   QueryResult& result) {
  const std::uint64_t came = duckdb_data_chunk_get_size(chunk);
  const std::uint64_t taken = std::min(came, limits.rows - std::min(limits.rows, result.rows));
  for (idx_t i = 0; i < result.columns.size(); ++i) {
    QueryColumn& column = result.columns[i];
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
    const DuckType type(duckdb_vector_get_column_type(vector));
    for (idx_t row = 0; row < taken; ++row) {
      Result<QueryCell> cell = ReadCell(vector, type.get(), row);
      if (!cell.ok()) return std::move(cell).error().At(fmt::format("column {}", column.name));
      bytes += CellBytes(*cell);
      if (bytes > limits.result_bytes) {
        return Error(ErrorCode::kResourceExhausted,
                     fmt::format("the result has more than {} bytes; ask for fewer rows or columns",
                                 limits.result_bytes));
      }
      column.cells.push_back(std::move(*cell));
    }
  }
  result.rows += taken;
  result.truncated = taken < came;
  return {};
}

}  // namespace bedplate
