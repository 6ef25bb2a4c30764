#include "query/sql_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <vector>

#include "query/sql_functions.h"
#include "query/sql_measure.h"
#include "query/sql_pattern.h"
#include "query/sql_tree.h"

namespace bedplate {
namespace {

namespace json = boost::json;

using Names = std::map<std::string, Measure, std::less<>>;  // lower case -> what it costs

/// The common tables that can be seen from a query, innermost first.
struct Scope {
  const Scope* outer = nullptr;
  Names tables;
  std::uint64_t outer_text = 0;          // the longest text a correlated column can hold
  const Names* outer_aliases = nullptr;  // that a correlated column can name
};

/// Where an expression stands: what its columns can hold.
struct Place {
  const Scope* scope = nullptr;
  std::uint64_t columns = 0;       // that a star stands for
  std::uint64_t text = 0;          // the longest text of a column
  const Names* aliases = nullptr;  // of the select list; DuckDB writes them out where they are used
};

constexpr std::array<std::string_view, 13> kOperators = {
    "ARRAY_CONSTRUCTOR", "ARRAY_EXTRACT",     "ARRAY_SLICE",       "COMPARE_IN",
    "COMPARE_NOT_IN",    "GROUPING_FUNCTION", "OPERATOR_COALESCE", "OPERATOR_IS_NOT_NULL",
    "OPERATOR_IS_NULL",  "OPERATOR_NOT",      "OPERATOR_NULLIF",   "OPERATOR_TRY",
    "STRUCT_EXTRACT"};

// No nested types: an array type of some thousand elements is allocated whole for every row.
constexpr std::array<std::string_view, 26> kCastTypes = {"BIGINT",
                                                         "BLOB",
                                                         "BOOLEAN",
                                                         "DATE",
                                                         "DECIMAL",
                                                         "DOUBLE",
                                                         "FLOAT",
                                                         "HUGEINT",
                                                         "INTEGER",
                                                         "INTERVAL",
                                                         "SMALLINT",
                                                         "TIME",
                                                         "TIMESTAMP",
                                                         "TIMESTAMP_MS",
                                                         "TIMESTAMP_NS",
                                                         "TIMESTAMP_S",
                                                         "TIMESTAMP WITH TIME ZONE",
                                                         "TINYINT",
                                                         "UBIGINT",
                                                         "UHUGEINT",
                                                         "UINTEGER",
                                                         "USMALLINT",
                                                         "UTINYINT",
                                                         "UUID",
                                                         "VARCHAR",
                                                         "NULL"};

constexpr std::uint64_t kShortTextBytes = 64;  // the longest number or time, written out
// DuckDB plans a subquery in an expression twice, and so one in it four times.
constexpr std::uint64_t kSubqueryPlans = 2;
constexpr std::uint64_t kCastFactor = 4;  // \xFF for each byte of a BLOB

bool Contains(std::span<const std::string_view> list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

std::string_view Text(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

const json::object* Object(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array& Array(const json::object& node, std::string_view key) {
  static const json::array none;
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// Walks the tree of one statement. The first refusal is kept and the walk goes on harmlessly, so
/// that the walk itself reads as what it measures.
class Walker {
 public:
  Walker(std::string_view sql, std::span<const GuardRelation> relations)
      : sql_(sql), relations_(relations) {}

  Status Check(const json::object& root) {
    Query(root, Scope{});
    if (refusal_) return *refusal_;
    return {};
  }

 private:
  void Refuse(ErrorCode code, const json::object& node, std::string message);
  void Forbid(const json::object& node, std::string_view what) {
    Refuse(ErrorCode::kPermissionDenied, node,
           fmt::format("{} is not allowed; docs/guides/sql.md says what is", what));
  }
  /// Refuses a node that holds anything but scalars under other keys than `known`.
  void OnlyKnown(const json::object& node, std::initializer_list<std::string_view> known);
  void CheckBounds(const json::object& node, const Measure& measure);
  /// Goes one level down, or refuses to.
  bool Enter(const json::object& node);

  Measure Query(const json::object& node, const Scope& outer);
  Measure QueryOfKind(const json::object& node, Scope& scope);
  Measure Select(const json::object& node, const Scope& scope);
  Measure SetOperation(const json::object& node, const Scope& scope);
  Measure CommonTableNode(const json::object& node, const Scope& scope);
  void CommonTables(const json::object& node, Scope& scope);
  Measure SubqueryOf(const json::object& holder, const Scope& scope, std::uint64_t text);
  Measure SelectList(const json::object& node, Place& place, Names& aliases);

  Measure From(const json::object& node, const Scope& scope, std::uint64_t outer_text);
  Measure BaseTable(const json::object& node, const Scope& scope);
  Measure Join(const json::object& node, const Scope& scope, std::uint64_t outer_text);
  Measure TableFunction(const json::object& node, const Place& place);
  Measure ValuesList(const json::object& node, const Place& place);
  Measure Show(const json::object& node, const Scope& scope);
  void UnknownTable(const json::object& node, std::string_view name);

  Measure Expression(const json::object& node, const Place& place);
  Measure ExpressionOfKind(const json::object& node, const Place& place);
  Measure Function(const json::object& node, const Place& place, bool table);
  /// DuckDB 1.4 counts rows with the offset of lag and lead and reads out of bounds where the sum
  /// leaves 64 bits, so an offset must be a number that can be read before it runs.
  void CheckOffset(const json::object& node);
  /// Bounds the work of a matching function on texts of these lengths.
  void CheckMatching(const FunctionGroup& group, const json::object& node,
                     std::span<const std::uint64_t> lengths);
  static Result<std::uint64_t> LiteralPatternWork(const FunctionGroup& group,
                                                  const json::object& node);
  Measure ColumnReference(const json::object& node, const Place& place);
  Measure Constant(const json::object& node);
  Measure Star(const json::object& node, const Place& place);
  Measure Cast(const json::object& node, const Place& place);
  Measure Operator(const json::object& node, const Place& place);
  Measure Subquery(const json::object& node, const Place& place);
  /// As Part, and once for every column where a star or COLUMNS(…) stands for several.
  Measure Expanded(const json::value& value, const Place& place);
  /// The expressions anywhere in `node` but under `skipped`, and those of its plain inner parts.
  Measure Parts(const json::object& node, const Place& place, std::string_view skipped = {});
  Measure Part(const json::value& value, const Place& place);

  std::string_view sql_;
  std::span<const GuardRelation> relations_;
  std::optional<Error> refusal_;
  int depth_ = 0;
};

void Walker::Refuse(ErrorCode code, const json::object& node, std::string message) {
  if (refusal_) return;
  const json::value* place = node.if_contains("query_location");
  boost::system::error_code no_number;
  std::uint64_t offset = UINT64_MAX;
  if (place != nullptr && place->is_number()) {
    offset = place->to_number<std::uint64_t>(no_number);
  }
  refusal_.emplace(code, std::move(message) + PointAt(sql_, no_number ? UINT64_MAX : offset));
}

void Walker::OnlyKnown(const json::object& node, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : node) {
    if (!value.is_object() && !value.is_array()) continue;
    if (!Contains(known, key)) Forbid(node, fmt::format("'{}' in a query", std::string_view(key)));
  }
}

bool Walker::Enter(const json::object& node) {
  if (depth_ == kMaxSqlDepth) {
    Refuse(ErrorCode::kInvalidArgument, node,
           fmt::format("the statement is nested deeper than {} levels", kMaxSqlDepth));
    return false;
  }
  ++depth_;
  return true;
}

void Walker::CheckBounds(const json::object& node, const Measure& measure) {
  const auto bound = [&](std::uint64_t value, std::uint64_t limit, std::string_view what) {
    if (value <= limit) return;
    Refuse(ErrorCode::kInvalidArgument, node,
           fmt::format("the statement has more than {} {}, counted with common tables, stars and "
                       "aliases written out",
                       limit, what));
  };
  bound(measure.columns, kMaxSqlColumns, "columns");
  bound(measure.relations, kMaxSqlRelations, "relations");
  bound(measure.expressions, kMaxSqlExpressions, "expressions");
  bound(measure.text_bytes, kMaxSqlTextBytes, "bytes of text to make for each row");
}

Measure Walker::Query(const json::object& node, const Scope& outer) {
  if (!Enter(node)) return {};
  Scope scope{.outer = &outer, .tables = {}, .outer_text = outer.outer_text};
  const Measure measure = QueryOfKind(node, scope);
  CheckBounds(node, measure);
  --depth_;
  return measure;
}

Measure Walker::QueryOfKind(const json::object& node, Scope& scope) {
  const std::string_view type = Text(node, "type");
  if (type == "CTE_NODE") return CommonTableNode(node, scope);
  if (type == "SELECT_NODE" || type == "SET_OPERATION_NODE") {
    CommonTables(node, scope);
    return type == "SELECT_NODE" ? Select(node, scope) : SetOperation(node, scope);
  }
  Forbid(node,
         type == "RECURSIVE_CTE_NODE" ? "WITH RECURSIVE" : fmt::format("a query of kind {}", type));
  return {};
}

/// A common table sees those before it and not itself: a name that it shares with a table of
/// DuckDB's own must not be taken for one that was checked.
void Walker::CommonTables(const json::object& node, Scope& scope) {
  const json::object* map = Object(node, "cte_map");
  if (map == nullptr) return;
  for (const json::value& entry : Array(*map, "map")) {
    const json::object* pair = entry.if_object();
    const json::object* table = pair == nullptr ? nullptr : Object(*pair, "value");
    if (table == nullptr) return Forbid(node, "this WITH");
    OnlyKnown(*table, {"query", "aliases"});
    Measure measure = SubqueryOf(*table, scope, scope.outer_text);
    scope.tables.insert_or_assign(LowerAscii(Text(*pair, "key")), measure);
  }
}

/// How a MATERIALIZED common table is written for readers of an older tree: its query once more,
/// and the rest as a child that has the same map.
Measure Walker::CommonTableNode(const json::object& node, const Scope& scope) {
  OnlyKnown(node, {"cte_map", "query", "child", "aliases", "modifiers"});
  Scope inner{.outer = &scope, .tables = {}, .outer_text = scope.outer_text};
  CommonTables(node, inner);
  const json::object* query = Object(node, "query");
  const json::object* child = Object(node, "child");
  if (query == nullptr || child == nullptr || !Array(node, "modifiers").empty()) {
    Forbid(node, "this MATERIALIZED table");
    return {};
  }
  Query(*query, inner);
  return Query(*child, inner);
}

Measure Walker::SubqueryOf(const json::object& holder, const Scope& scope, std::uint64_t text) {
  const bool is_common_table = holder.contains("query");
  const json::object* statement = Object(holder, is_common_table ? "query" : "subquery");
  const json::object* node = statement == nullptr ? nullptr : Object(*statement, "node");
  if (node == nullptr) {
    Forbid(holder, "this subquery");
    return {};
  }
  return Query(*node, Scope{.outer = &scope, .tables = {}, .outer_text = text});
}

Measure Walker::Select(const json::object& node, const Scope& scope) {
  if (node.contains("sample")) Forbid(node, "SAMPLE");
  OnlyKnown(node, {"modifiers", "cte_map", "select_list", "from_table", "where_clause",
                   "group_expressions", "group_sets", "having", "qualify"});
  if (Array(node, "group_sets").size() > kMaxSqlGroupingSets) {
    Refuse(ErrorCode::kInvalidArgument, node,
           fmt::format("more than {} grouping sets", kMaxSqlGroupingSets));
  }
  const json::object* table = Object(node, "from_table");
  Measure measure;
  if (table != nullptr) measure = From(*table, scope, scope.outer_text);
  Names aliases;
  Place place{.scope = &scope,
              .columns = measure.columns,
              .text = std::max(measure.widest_text, scope.outer_text),
              .aliases = &aliases};
  const Measure list = SelectList(node, place, aliases);
  measure.Add(list);
  for (const std::string_view key :
       {"modifiers", "where_clause", "group_expressions", "having", "qualify"}) {
    if (const json::value* part = node.if_contains(key)) measure.Add(Expanded(*part, place));
  }
  measure.columns = list.columns;
  measure.widest_text = list.widest_text;
  return measure;
}

Measure Walker::SelectList(const json::object& node, Place& place, Names& aliases) {
  Measure list;
  std::uint64_t columns = 0;
  for (const json::value& item : Array(node, "select_list")) {
    const Measure one = Expanded(item, place);
    columns = BoundedSum(columns, one.columns);
    list.Add(one);
    const json::object* object = item.if_object();
    const std::string_view alias = object == nullptr ? "" : Text(*object, "alias");
    if (alias.empty()) continue;
    auto [known, added] = aliases.try_emplace(LowerAscii(alias), one);
    if (!added) known->second.Add(one);
  }
  list.columns = columns;
  return list;
}

Measure Walker::SetOperation(const json::object& node, const Scope& scope) {
  OnlyKnown(node, {"modifiers", "cte_map", "left", "right", "children"});
  Measure measure;
  for (const std::string_view key : {"left", "right"}) {
    if (const json::object* side = Object(node, key)) measure.Add(Query(*side, scope));
  }
  for (const json::value& child : Array(node, "children")) {
    if (const json::object* side = child.if_object()) measure.Add(Query(*side, scope));
  }
  const Place place{.scope = &scope, .columns = measure.columns, .text = measure.widest_text};
  if (const json::value* modifiers = node.if_contains("modifiers")) {
    const std::uint64_t columns = measure.columns;
    measure.Add(Expanded(*modifiers, place));
    measure.columns = columns;
  }
  return measure;
}

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

Measure Walker::Expression(const json::object& node, const Place& place) {
  if (!Enter(node)) return {};
  const Measure measure = ExpressionOfKind(node, place);
  --depth_;
  return measure;
}

Measure Walker::ExpressionOfKind(const json::object& node, const Place& place) {
  const std::string_view kind = Text(node, "class");
  if (kind == "COLUMN_REF") return ColumnReference(node, place);
  if (kind == "CONSTANT") return Constant(node);
  if (kind == "FUNCTION" || kind == "WINDOW") return Function(node, place, false);
  if (kind == "STAR") return Star(node, place);
  if (kind == "CAST") return Cast(node, place);
  if (kind == "OPERATOR") return Operator(node, place);
  if (kind == "SUBQUERY") return Subquery(node, place);
  if (kind == "CASE" || kind == "COMPARISON" || kind == "CONJUNCTION" || kind == "BETWEEN") {
    return Parts(node, place);
  }
  Forbid(node, fmt::format("an expression of kind {}", kind));
  return {};
}

Measure Walker::ColumnReference(const json::object& node, const Place& place) {
  Measure measure{.columns = 1, .expressions = 1, .widest_text = place.text};
  const json::array& names = Array(node, "column_names");
  if (names.size() != 1 || !names[0].is_string()) return measure;
  const std::string name = LowerAscii(names[0].get_string());
  const auto add_alias = [&](const Names* aliases) {
    if (aliases == nullptr) return;
    const auto alias = aliases->find(name);
    if (alias != aliases->end()) measure.Add(alias->second);
  };
  add_alias(place.aliases);
  for (const Scope* at = place.scope; at != nullptr; at = at->outer) add_alias(at->outer_aliases);
  return measure;
}

Measure Walker::Constant(const json::object& node) {
  const json::object* value = Object(node, "value");
  const std::uint64_t length = value == nullptr ? 0 : Text(*value, "value").size();
  const bool is_text =
      value != nullptr && value->contains("value") && value->at("value").is_string();
  return {.columns = 1, .expressions = 1, .widest_text = is_text ? length : kShortTextBytes};
}

Measure Walker::Function(const json::object& node, const Place& place, bool table) {
  const std::string_view name = Text(node, "function_name");
  const std::string_view schema = Text(node, "schema");
  if ((!schema.empty() && schema != "main") || !Text(node, "catalog").empty()) {
    Forbid(node, fmt::format("a function behind a dot ('{}.{}')", schema, name));
  }
  const FunctionGroup* group = FindAllowedFunction(name, table);
  if (group == nullptr) {
    Forbid(node, fmt::format("the function '{}'{}", name.substr(0, 64), table ? " in FROM" : ""));
    return {};
  }
  const json::array& arguments = Array(node, "children");
  if (arguments.size() > group->max_arguments) {
    Forbid(node, fmt::format("'{}' with {} arguments", name, arguments.size()));
  }
  Measure measure{.columns = 1, .expressions = 1};
  std::vector<std::uint64_t> lengths;
  for (const json::value& argument : arguments) {
    const Measure one = Part(argument, place);
    lengths.push_back(one.widest_text);
    measure.Add(one);
  }
  if (const json::value* fallback = node.if_contains("default_expr")) {
    lengths.push_back(Part(*fallback, place).widest_text);
  }
  measure.Add(Parts(node, place, "children"));
  CheckOffset(node);
  CheckMatching(*group, node, lengths);
  const std::uint64_t made = GrownText(*group, lengths);
  measure.text_bytes = BoundedSum(measure.text_bytes, made);
  measure.widest_text = std::max(made, kShortTextBytes);
  measure.Multiply(group->copies);
  return measure;
}

void Walker::CheckOffset(const json::object& node) {
  const json::object* offset = Object(node, "offset_expr");
  if (offset == nullptr) return;
  const json::object* value =
      Text(*offset, "class") == "CONSTANT" ? Object(*offset, "value") : nullptr;
  const json::value* number = value == nullptr ? nullptr : value->if_contains("value");
  const json::object* type = value == nullptr ? nullptr : Object(*value, "type");
  const bool is_integer =
      type != nullptr && Text(*type, "id") == "INTEGER" && number != nullptr && number->is_int64();
  if (is_integer && std::abs(number->get_int64()) <= kMaxSqlRowOffset) return;
  Refuse(ErrorCode::kInvalidArgument, node,
         fmt::format("the offset of '{}' must be written as a whole number from -{} to {}",
                     Text(node, "function_name"), kMaxSqlRowOffset, kMaxSqlRowOffset));
}

void Walker::CheckMatching(const FunctionGroup& group, const json::object& node,
                           std::span<const std::uint64_t> lengths) {
  if (group.pattern == PatternRule::kNone || lengths.size() < 2) return;
  const bool finds = group.pattern == PatternRule::kNeedle;
  const Result<std::uint64_t> work =
      finds ? Result<std::uint64_t>(lengths[1]) : LiteralPatternWork(group, node);
  if (!work.ok()) return Refuse(work.error().code(), node, work.error().message());
  if (BoundedProduct(lengths[0], *work) <= (finds ? kMaxFindSteps : kMaxMatchSteps)) return;
  Refuse(ErrorCode::kInvalidArgument, node,
         fmt::format("the pattern of '{}' is too long, or repeats too much, for texts of {} bytes",
                     Text(node, "function_name"), lengths[0]));
}

Result<std::uint64_t> Walker::LiteralPatternWork(const FunctionGroup& group,
                                                 const json::object& node) {
  const json::object* pattern = Array(node, "children")[1].if_object();
  const bool is_literal = pattern != nullptr && Text(*pattern, "class") == "CONSTANT";
  const json::object* value = is_literal ? Object(*pattern, "value") : nullptr;
  const std::string_view name = Text(node, "function_name");
  if (value == nullptr) {
    return Error(ErrorCode::kPermissionDenied,
                 fmt::format("the pattern of '{}' must be a text literal", name));
  }
  return PatternWork(group.pattern, name, Text(*value, "value"));
}

Measure Walker::Star(const json::object& node, const Place& place) {
  OnlyKnown(node,
            {"exclude_list", "qualified_exclude_list", "rename_list", "replace_list", "expr"});
  Measure measure{.columns = std::max<std::uint64_t>(place.columns, 1),
                  .expressions = 1,
                  .widest_text = place.text};
  for (const json::value& entry : Array(node, "replace_list")) {
    const json::object* pair = entry.if_object();
    const json::value* value = pair == nullptr ? nullptr : pair->if_contains("value");
    if (value != nullptr) measure.Add(Part(*value, place));
  }
  if (const json::object* filter = Object(node, "expr")) measure.Add(Expression(*filter, place));
  return measure;
}

Measure Walker::Cast(const json::object& node, const Place& place) {
  const json::object* type = Object(node, "cast_type");
  const std::string_view id = type == nullptr ? "" : Text(*type, "id");
  if (!Contains(kCastTypes, id)) Forbid(node, fmt::format("a cast to {}", id));
  Measure measure = Parts(node, place, "cast_type");
  measure.expressions = BoundedSum(measure.expressions, 1);
  if (id == "VARCHAR" || id == "BLOB") {
    measure.widest_text =
        std::max(BoundedProduct(measure.widest_text, kCastFactor), kShortTextBytes);
    measure.text_bytes = BoundedSum(measure.text_bytes, measure.widest_text);
  }
  return measure;
}

Measure Walker::Operator(const json::object& node, const Place& place) {
  const std::string_view type = Text(node, "type");
  if (!Contains(kOperators, type)) Forbid(node, fmt::format("the operator {}", type));
  Measure measure{.columns = 1, .expressions = 1};
  std::uint64_t sum = 0;
  for (const json::value& child : Array(node, "children")) {
    const Measure one = Part(child, place);
    sum = BoundedSum(sum, one.widest_text);
    measure.Add(one);
  }
  if (type == "ARRAY_CONSTRUCTOR") measure.widest_text = sum;
  if (type == "ARRAY_CONSTRUCTOR" || type == "ARRAY_SLICE") {
    measure.text_bytes = BoundedSum(measure.text_bytes, measure.widest_text);
  }
  return measure;
}

Measure Walker::Subquery(const json::object& node, const Place& place) {
  OnlyKnown(node, {"subquery", "child"});
  const Scope scope{.outer = place.scope, .tables = {}, .outer_aliases = place.aliases};
  Measure measure = SubqueryOf(node, scope, place.text);
  measure.Multiply(kSubqueryPlans);
  if (const json::object* child = Object(node, "child")) measure.Add(Expression(*child, place));
  measure.columns = 1;
  measure.expressions = BoundedSum(measure.expressions, 1);
  return measure;
}

Measure Walker::Expanded(const json::value& value, const Place& place) {
  Measure measure = Part(value, place);
  measure.Multiply(std::max<std::uint64_t>(measure.columns, 1));
  return measure;
}

Measure Walker::Parts(const json::object& node, const Place& place, std::string_view skipped) {
  Measure measure{.columns = 1, .expressions = 1};
  for (const auto& [key, value] : node) {
    if (std::string_view(key) != skipped) measure.Add(Part(value, place));
  }
  return measure;
}

Measure Walker::Part(const json::value& value, const Place& place) {
  Measure measure;
  if (const json::array* list = value.if_array()) {
    for (const json::value& item : *list) measure.Add(Part(item, place));
    return measure;
  }
  const json::object* node = value.if_object();
  if (node == nullptr) return measure;
  if (node->contains("class")) {
    measure = Expression(*node, place);
    return measure;
  }
  static constexpr std::array<std::string_view, 8> kPlainParts = {"ORDER_MODIFIER",
                                                                  "LIMIT_MODIFIER",
                                                                  "LIMIT_PERCENT_MODIFIER",
                                                                  "DISTINCT_MODIFIER",
                                                                  "ORDER_DEFAULT",
                                                                  "ASCENDING",
                                                                  "DESCENDING",
                                                                  ""};
  const std::string_view type = Text(*node, "type");
  const bool is_case_check = node->contains("when_expr") && node->contains("then_expr");
  if (!Contains(kPlainParts, type) || (type.empty() && !is_case_check)) {
    Forbid(*node, fmt::format("'{}'", type.empty() ? "this construct" : type));
    return measure;
  }
  return Parts(*node, place);
}

}  // namespace

Status CheckSql(duckdb_connection connection, std::string_view sql,
                std::span<const GuardRelation> relations) {
  ASSIGN_OR_RETURN(const json::object tree, ParseSqlTree(connection, sql));
  return Walker(sql, relations).Check(tree);
}

}  // namespace bedplate
