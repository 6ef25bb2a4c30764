#include "query/sql_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>

#include "base/utf8.h"
#include "query/duckdb_handles.h"
#include "query/query_errors.h"
#include "query/sql_functions.h"
#include "query/sql_guard.h"

namespace bedplate {
namespace {

namespace json = boost::json;

// DuckDB writes the query of a MATERIALIZED common table three times, and so three times three when
// they nest: a short text could become a tree of any size.
constexpr std::size_t kMaxMaterialized = 3;
// One level of SQL is up to six levels of JSON.
constexpr std::size_t kMaxJsonDepth = 8 * static_cast<std::size_t>(kMaxSqlDepth);
constexpr std::size_t kShownLineBytes = 120;

std::size_t CountOf(std::string_view word, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + word.size())) {
    ++count;
  }
  return count;
}

Status CheckText(std::string_view sql) {
  if (sql.size() > kMaxSqlBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("the statement has {} bytes; at most {} are allowed", sql.size(),
                             kMaxSqlBytes));
  }
  if (!IsValidUtf8(sql) || sql.find('\0') != std::string_view::npos) {
    return Error(ErrorCode::kInvalidArgument, "the statement is not UTF-8 text without zero bytes");
  }
  if (CountOf("materialized", LowerAscii(sql)) > kMaxMaterialized) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("MATERIALIZED may stand in a statement {} times", kMaxMaterialized));
  }
  return {};
}

/// The JSON text of the tree. Constant folding would run the function while planning, which is
/// why the statement is a parameter and never part of a text.
Result<std::string> Serialize(duckdb_connection connection, std::string_view sql) {
  DuckPrepared prepared;
  constexpr const char* kSerialize =
      "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true)::VARCHAR";
  if (duckdb_prepare(connection, kSerialize, prepared.out()) != DuckDBSuccess ||
      duckdb_bind_varchar_length(prepared.get(), 1, sql.data(), sql.size()) != DuckDBSuccess) {
    return Error(ErrorCode::kInternal,
                 fmt::format("cannot parse SQL: {}", duckdb_prepare_error(prepared.get())));
  }
  DuckResult result;
  if (duckdb_execute_prepared(prepared.get(), &result.get()) != DuckDBSuccess) {
    return FromDuckError(duckdb_result_error_type(&result.get()),
                         duckdb_result_error(&result.get()));
  }
  const DuckChunk chunk(duckdb_fetch_chunk(result.get()));
  BEDPLATE_CHECK(duckdb_data_chunk_get_size(chunk.get()) == 1);
  duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), 0);
  auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  return std::string(duckdb_string_t_data(text), duckdb_string_t_length(*text));
}

Result<json::object> ParseJson(const std::string& text) {
  boost::system::error_code code;
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  json::value value = json::parse(text, code, {}, options);
  if (code == json::error::too_deep) {
    return Error(ErrorCode::kInvalidArgument, "the statement is nested too deeply");
  }
  // What DuckDB writes and JSON does not know are the infinities that a literal as 1e999 became.
  if (code || !value.is_object()) {
    return Error(ErrorCode::kInvalidArgument,
                 "a number in the statement is out of range: doubles end at 1.8e308");
  }
  return std::move(value.get_object());
}

std::string_view FirstWord(std::string_view sql) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto* const begin = std::ranges::find_if(sql, is_letter);
  const auto* const end = std::find_if_not(begin, sql.end(), is_letter);
  return {begin, end};
}

std::string StringOf(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The error that json_serialize_sql reports in its answer.
Error RefusedByParser(const json::object& answer, std::string_view sql) {
  const std::string message = StringOf(answer, "error_message");
  if (message.starts_with("Only SELECT")) {
    const std::string word(FirstWord(sql).substr(0, 32));
    return {ErrorCode::kPermissionDenied,
            fmt::format("only one SELECT is allowed, and this is not one ('{}'); PIVOT is not "
                        "allowed either",
                        word)};
  }
  if (message.find("expression depth") != std::string::npos) {
    return {ErrorCode::kInvalidArgument, "the statement is nested too deeply"};
  }
  const std::string position = StringOf(answer, "position");
  std::size_t offset = sql.size() + 1;
  std::from_chars(position.data(), position.data() + position.size(), offset);
  return {ErrorCode::kInvalidArgument, message + PointAt(sql, offset)};
}

}  // namespace

Result<json::object> ParseSqlTree(duckdb_connection connection, std::string_view sql) {
  RETURN_IF_ERROR(CheckText(sql));
  ASSIGN_OR_RETURN(const std::string text, Serialize(connection, sql));
  ASSIGN_OR_RETURN(json::object answer, ParseJson(text));
  const json::value* statements = answer.if_contains("statements");
  if (statements == nullptr || !statements->is_array()) return RefusedByParser(answer, sql);
  if (statements->get_array().empty()) {
    return Error(ErrorCode::kInvalidArgument, "the statement is empty; expected one SELECT");
  }
  if (statements->get_array().size() > 1) {
    return Error(
        ErrorCode::kPermissionDenied,
        fmt::format("{} statements came; one SELECT is allowed", statements->get_array().size()));
  }
  const json::object* statement = statements->get_array()[0].if_object();
  const json::value* node = statement == nullptr ? nullptr : statement->if_contains("node");
  if (node == nullptr || !node->is_object()) {
    return Error(ErrorCode::kPermissionDenied, "only one SELECT is allowed");
  }
  return node->get_object();
}

std::string PointAt(std::string_view sql, std::size_t offset) {
  if (offset > sql.size()) return {};
  const std::size_t before = offset == 0 ? std::string_view::npos : sql.rfind('\n', offset - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t stop = std::min(sql.find('\n', offset), sql.size());
  // A long line is cut around the place, and cut texts stay valid UTF-8.
  const std::size_t from = std::max(start, offset < 60 ? 0 : offset - 60);
  const std::string head = ToValidUtf8(sql.substr(from, offset - from), SIZE_MAX);
  const std::string tail =
      ToValidUtf8(sql.substr(offset, std::min(stop - offset, kShownLineBytes)), SIZE_MAX);
  const auto line =
      1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(start), '\n');
  const std::string label = fmt::format("LINE {}: {}", line, from > start ? "…" : "");
  const auto is_lead = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  const auto shown = std::ranges::count_if(label, is_lead) + std::ranges::count_if(head, is_lead);
  return fmt::format("\n\n{}{}{}\n{}^", label, head, tail,
                     std::string(static_cast<std::size_t>(shown), ' '));
}

}  // namespace bedplate
