#include "query/query_errors.h"

#include <array>
#include <string>
#include <utility>

namespace bedplate {
namespace {

constexpr auto kPrefixes = std::to_array<std::pair<std::string_view, duckdb_error_type>>({
    {"Binder Error: ", DUCKDB_ERROR_BINDER},
    {"Catalog Error: ", DUCKDB_ERROR_CATALOG},
    {"Constraint Error: ", DUCKDB_ERROR_CONSTRAINT},
    {"Conversion Error: ", DUCKDB_ERROR_CONVERSION},
    {"Fatal Error: ", DUCKDB_ERROR_FATAL},
    {"IO Error: ", DUCKDB_ERROR_IO},
    {"INTERNAL Error: ", DUCKDB_ERROR_INTERNAL},
    {"INTERRUPT Error: ", DUCKDB_ERROR_INTERRUPT},
    {"Invalid Error: ", DUCKDB_ERROR_INVALID},
    {"Invalid Input Error: ", DUCKDB_ERROR_INVALID_INPUT},
    {"Invalid type Error: ", DUCKDB_ERROR_INVALID_TYPE},
    {"Mismatch Type Error: ", DUCKDB_ERROR_MISMATCH_TYPE},
    {"Not implemented Error: ", DUCKDB_ERROR_NOT_IMPLEMENTED},
    {"Out of Memory Error: ", DUCKDB_ERROR_OUT_OF_MEMORY},
    {"Out of Range Error: ", DUCKDB_ERROR_OUT_OF_RANGE},
    {"Parser Error: ", DUCKDB_ERROR_PARSER},
    {"Permission Error: ", DUCKDB_ERROR_PERMISSION},
    {"Syntax Error: ", DUCKDB_ERROR_SYNTAX},
});

ErrorCode CodeOf(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_PERMISSION: return ErrorCode::kPermissionDenied;
    case DUCKDB_ERROR_OUT_OF_MEMORY: return ErrorCode::kResourceExhausted;
    case DUCKDB_ERROR_INTERRUPT: return ErrorCode::kCancelled;
    case DUCKDB_ERROR_NOT_IMPLEMENTED: return ErrorCode::kUnsupported;
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL: return ErrorCode::kInternal;
    default: return ErrorCode::kInvalidArgument;
  }
}

}  // namespace

Error FromDuckError(duckdb_error_type type, std::string_view message) {
  for (const auto& [prefix, prefix_type] : kPrefixes) {
    if (message.starts_with(prefix)) message.remove_prefix(prefix.size());
  }
  const ErrorCode code = CodeOf(type);
  if (code == ErrorCode::kResourceExhausted) {
    message = message.substr(0, message.find('\n'));
    return {code, "the query needs too much memory: " + std::string(message)};
  }
  if (code == ErrorCode::kInternal) message = message.substr(0, message.find('\n'));
  return {code, std::string(message)};
}

Error FromDuckMessage(std::string_view message) {
  for (const auto& [prefix, type] : kPrefixes) {
    if (message.starts_with(prefix)) return FromDuckError(type, message);
  }
  return FromDuckError(DUCKDB_ERROR_INVALID, message);
}

}  // namespace bedplate
