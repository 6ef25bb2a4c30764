#include "query/cell_reader.h"

#include <fmt/format.h>

#include <limits>

#include "query/cell_format.h"
#include "query/duckdb_handles.h"
#include "query/result_reader.h"

namespace bedplate {
namespace {

template <typename T>
const T& At(duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
}

template <typename T>
QueryCell IntegerAt(duckdb_vector vector, idx_t row) {
  return static_cast<std::int64_t>(At<T>(vector, row));
}

std::string StringAt(duckdb_vector vector, idx_t row) {
  duckdb_string_t text = At<duckdb_string_t>(vector, row);
  return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
}

QueryCell UnsignedCell(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return static_cast<std::int64_t>(value);
  }
  return std::to_string(value);
}

/// An integer where it fits, else its digits.
QueryCell HugeCell(duckdb_hugeint value) {
  const auto low = static_cast<std::int64_t>(value.lower);
  const bool fits = (value.upper == 0 && low >= 0) || (value.upper == -1 && low < 0);
  if (fits) return low;
  return FormatHugeInteger(value, 0);
}

/// An integer without decimals and a double with at most 15 digits, which it can carry; else text.
QueryCell DecimalCell(duckdb_hugeint value, std::uint8_t scale) {
  if (scale == 0) return HugeCell(value);
  constexpr std::int64_t kMostExact = 999'999'999'999'999;
  const auto low = static_cast<std::int64_t>(value.lower);
  const bool small = (value.upper == 0 && low >= 0 && low <= kMostExact) ||
                     (value.upper == -1 && low < 0 && low >= -kMostExact);
  std::string text = FormatHugeInteger(value, scale);
  if (small) return std::stod(text);
  return text;
}

duckdb_hugeint Widen(std::int64_t value) {
  return {static_cast<std::uint64_t>(value), value < 0 ? -1 : 0};
}

Result<QueryCell> ReadDecimal(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const std::uint8_t scale = duckdb_decimal_scale(type);
  switch (duckdb_decimal_internal_type(type)) {
    case DUCKDB_TYPE_SMALLINT: return DecimalCell(Widen(At<std::int16_t>(vector, row)), scale);
    case DUCKDB_TYPE_INTEGER: return DecimalCell(Widen(At<std::int32_t>(vector, row)), scale);
    case DUCKDB_TYPE_BIGINT: return DecimalCell(Widen(At<std::int64_t>(vector, row)), scale);
    default: return DecimalCell(At<duckdb_hugeint>(vector, row), scale);
  }
}

Result<QueryCell> ReadEnum(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  idx_t index = 0;
  switch (duckdb_enum_internal_type(type)) {
    case DUCKDB_TYPE_UTINYINT: index = At<std::uint8_t>(vector, row); break;
    case DUCKDB_TYPE_USMALLINT: index = At<std::uint16_t>(vector, row); break;
    default: index = At<std::uint32_t>(vector, row); break;
  }
  return QueryCell(TakeDuckString(duckdb_enum_dictionary_value(type, index)));
}

/// A cell inside of a list or struct.
Result<std::string> ReadInner(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  ASSIGN_OR_RETURN(const QueryCell cell, ReadCell(vector, type, row));
  struct Writer {
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const { return value; }
  };
  return std::visit(Writer{}, cell);
}

Result<QueryCell> ReadItems(duckdb_vector items, duckdb_logical_type type, idx_t from,
                            idx_t count) {
  std::string text = "[";
  for (idx_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const std::string item, ReadInner(items, type, from + i));
    text += (i == 0 ? "" : ", ") + item;
  }
  return QueryCell(text + "]");
}

Result<QueryCell> ReadList(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  const DuckType child(duckdb_list_type_child_type(type));
  const auto& entry = At<duckdb_list_entry>(vector, row);
  return ReadItems(duckdb_list_vector_get_child(vector), child.get(), entry.offset, entry.length);
}

Result<QueryCell> ReadStruct(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::string text = "{";
  for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
    const DuckType child(duckdb_struct_type_child_type(type, i));
    const std::string name = TakeDuckString(duckdb_struct_type_child_name(type, i));
    ASSIGN_OR_RETURN(const std::string value,
                     ReadInner(duckdb_struct_vector_get_child(vector, i), child.get(), row));
    text += fmt::format("{}{}{}{}", i == 0 ? "" : ", ", name, name.empty() ? "" : ": ", value);
  }
  return QueryCell(text + "}");
}

}  // namespace

Result<QueryCell> ReadCell(duckdb_vector vector, duckdb_logical_type type, idx_t row) {
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  if (validity != nullptr && !duckdb_validity_row_is_valid(validity, row)) {
    return QueryCell(std::monostate());
  }
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_SQLNULL: return QueryCell(std::monostate());
    case DUCKDB_TYPE_BOOLEAN: return QueryCell(At<bool>(vector, row));
    case DUCKDB_TYPE_TINYINT: return IntegerAt<std::int8_t>(vector, row);
    case DUCKDB_TYPE_SMALLINT: return IntegerAt<std::int16_t>(vector, row);
    case DUCKDB_TYPE_INTEGER: return IntegerAt<std::int32_t>(vector, row);
    case DUCKDB_TYPE_BIGINT: return IntegerAt<std::int64_t>(vector, row);
    case DUCKDB_TYPE_UTINYINT: return IntegerAt<std::uint8_t>(vector, row);
    case DUCKDB_TYPE_USMALLINT: return IntegerAt<std::uint16_t>(vector, row);
    case DUCKDB_TYPE_UINTEGER: return IntegerAt<std::uint32_t>(vector, row);
    case DUCKDB_TYPE_UBIGINT: return UnsignedCell(At<std::uint64_t>(vector, row));
    case DUCKDB_TYPE_HUGEINT: return HugeCell(At<duckdb_hugeint>(vector, row));
    case DUCKDB_TYPE_UHUGEINT: {
      const auto& value = At<duckdb_uhugeint>(vector, row);
      if (value.upper == 0) return UnsignedCell(value.lower);
      return QueryCell(FormatUnsignedHugeInteger(value));
    }
    case DUCKDB_TYPE_FLOAT: return QueryCell(static_cast<double>(At<float>(vector, row)));
    case DUCKDB_TYPE_DOUBLE: return QueryCell(At<double>(vector, row));
    case DUCKDB_TYPE_DECIMAL: return ReadDecimal(vector, type, row);
    case DUCKDB_TYPE_VARCHAR: return QueryCell(StringAt(vector, row));
    case DUCKDB_TYPE_BLOB: return QueryCell(FormatBlob(StringAt(vector, row)));
    case DUCKDB_TYPE_TIMESTAMP:
      return QueryCell(FormatMicroseconds(At<std::int64_t>(vector, row), false));
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return QueryCell(FormatMicroseconds(At<std::int64_t>(vector, row), true));
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return QueryCell(FormatNanoseconds(At<std::int64_t>(vector, row)));
    case DUCKDB_TYPE_DATE: return QueryCell(FormatDate(At<std::int32_t>(vector, row)));
    case DUCKDB_TYPE_TIME: return QueryCell(FormatTimeOfDay(At<std::int64_t>(vector, row)));
    case DUCKDB_TYPE_INTERVAL: return QueryCell(FormatInterval(At<duckdb_interval>(vector, row)));
    case DUCKDB_TYPE_UUID: return QueryCell(FormatUuid(At<duckdb_hugeint>(vector, row)));
    case DUCKDB_TYPE_ENUM: return ReadEnum(vector, type, row);
    case DUCKDB_TYPE_LIST: return ReadList(vector, type, row);
    case DUCKDB_TYPE_STRUCT: return ReadStruct(vector, type, row);
    default:
      return Error(ErrorCode::kUnsupported,
                   fmt::format("values of type {} cannot be shown; cast them to VARCHAR, BIGINT or "
                               "DOUBLE",
                               TypeName(type)));
  }
}

}  // namespace bedplate
