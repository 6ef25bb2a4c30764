// What stands in FROM.

#include "query/sql_walker.h"

#include <algorithm>

#include "base/ascii.h"

namespace bedplate::sql_guard {

Measure Walker::From(const json::object& node, const Scope& scope, std::uint64_t outer_text) {
  if (node.contains("sample")) Forbid(node, "TABLESAMPLE");
  const std::string_view type = Text(node, "type");
  const Place place{.scope = &scope, .text = outer_text};
  if (type == "EMPTY") return {.relations = 1};
  if (type == "BASE_TABLE") return BaseTable(node, scope);
  if (type == "JOIN") return Join(node, scope, outer_text);
  if (type == "TABLE_FUNCTION") return TableFunction(node, place);
  if (type == "EXPRESSION_LIST") return ValuesList(node, place);
  if (type == "SHOW_REF") return Show(node, scope);
  if (type == "SUBQUERY") {
    OnlyKnown(node, {"subquery", "column_name_alias"});
    return SubqueryOf(node, scope, outer_text);
  }
  Forbid(node, type == "PIVOT" ? "PIVOT" : fmt::format("{} in FROM", type));
  return {};
}

Measure Walker::BaseTable(const json::object& node, const Scope& scope) {
  OnlyKnown(node, {"column_name_alias"});
  const std::string name = LowerAscii(Text(node, "table_name"));
  if (!Text(node, "schema_name").empty() || !Text(node, "catalog_name").empty()) {
    Forbid(node, fmt::format("a table with a schema ('{}.{}')", Text(node, "schema_name"), name));
    return {};
  }
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    const auto found = at->tables.find(name);
    if (found != at->tables.end()) return found->second;
  }
  const auto known = std::ranges::find(relations_, name, &GuardRelation::name);
  if (known == relations_.end()) {
    UnknownTable(node, name);
    return {};
  }
  return {.columns = known->columns, .relations = 1, .widest_text = kReckonedTextBytes};
}

void Walker::UnknownTable(const json::object& node, std::string_view name) {
  std::string known;
  for (const GuardRelation& relation : relations_) known += relation.name + ", ";
  const std::string_view hint =
      name == "samples" ? "; samples is a function: FROM samples('acme/**')" : "";
  Refuse(ErrorCode::kInvalidArgument, node,
         fmt::format("there is no table '{}'; there are {}samples(…) and the tables of WITH before "
                     "it{}",
                     name.substr(0, 64), known, hint));
}

Measure Walker::Join(const json::object& node, const Scope& scope, std::uint64_t outer_text) {
  OnlyKnown(node, {"left", "right", "condition", "using_columns"});
  const json::object* left = Object(node, "left");
  const json::object* right = Object(node, "right");
  if (left == nullptr || right == nullptr) {
    Forbid(node, "this join");
    return {};
  }
  Measure measure = From(*left, scope, outer_text);
  const std::uint64_t left_columns = measure.columns;
  // A lateral right side sees the columns of the left one.
  const Measure second = From(*right, scope, std::max(outer_text, measure.widest_text));
  measure.Add(second);
  measure.columns = BoundedSum(left_columns, second.columns);
  if (const json::value* condition = node.if_contains("condition")) {
    const Place place{.scope = &scope,
                      .columns = measure.columns,
                      .text = std::max(measure.widest_text, outer_text)};
    const Measure tested = Expanded(*condition, place);
    measure.expressions = BoundedSum(measure.expressions, tested.expressions);
    measure.relations = BoundedSum(measure.relations, tested.relations);
    measure.text_bytes = BoundedSum(measure.text_bytes, tested.text_bytes);
  }
  return measure;
}

Measure Walker::TableFunction(const json::object& node, const Place& place) {
  OnlyKnown(node, {"function", "column_name_alias"});
  const json::object* function = Object(node, "function");
  if (function == nullptr || Text(*function, "class") != "FUNCTION") {
    Forbid(node, "this function in FROM");
    return {};
  }
  Measure measure = Function(*function, place, true);
  constexpr std::uint64_t kMostColumns = 16;  // of a table function; samples has the most
  measure.columns = kMostColumns;
  measure.relations = BoundedSum(measure.relations, 1);
  measure.widest_text = std::max(measure.widest_text, kReckonedTextBytes);
  return measure;
}

Measure Walker::ValuesList(const json::object& node, const Place& place) {
  OnlyKnown(node, {"values", "expected_names"});
  Measure measure{.relations = 1};
  std::uint64_t columns = 0;
  for (const json::value& row : Array(node, "values")) {
    if (!row.is_array()) {
      Forbid(node, "this VALUES");
      return {};
    }
    columns = std::max<std::uint64_t>(columns, row.get_array().size());
    for (const json::value& cell : row.get_array()) {
      Measure one = Part(cell, place);
      const json::object* object = cell.if_object();
      // Rows of constants are data; they are read in blocks and bounded by the statement's length.
      if (object != nullptr && Text(*object, "class") == "CONSTANT") one.expressions = 0;
      measure.Add(one);
    }
  }
  measure.columns = columns;
  return measure;
}

Measure Walker::Show(const json::object& node, const Scope& scope) {
  OnlyKnown(node, {"query"});
  const json::object* query = Object(node, "query");
  const std::string_view kind = Text(node, "show_type");
  if (query == nullptr || (kind != "DESCRIBE" && kind != "SUMMARY")) {
    Forbid(node, "SHOW");
    return {};
  }
  Measure measure = Query(*query, scope);
  if (kind == "SUMMARY") {
    constexpr std::uint64_t kSummaryExpressions = 12;  // DuckDB computes these for each column
    measure.expressions =
        BoundedSum(measure.expressions, BoundedProduct(measure.columns, kSummaryExpressions));
  }
  measure.columns = std::max<std::uint64_t>(measure.columns, 12);
  return measure;
}

}  // namespace bedplate::sql_guard
