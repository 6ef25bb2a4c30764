// Queries, the common tables they see and the columns they give.

#include "query/sql_walker.h"

#include <algorithm>

#include "base/ascii.h"

namespace bedplate::sql_guard {

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

}  // namespace bedplate::sql_guard
