// Expressions: which are allowed and what they cost.

#include "query/sql_walker.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "base/ascii.h"
#include "query/sql_pattern.h"

namespace bedplate::sql_guard {
namespace {

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

// DuckDB plans a subquery in an expression twice, and so one in it four times.
constexpr std::uint64_t kSubqueryPlans = 2;
constexpr std::uint64_t kCastFactor = 4;  // \xFF for each byte of a BLOB

}  // namespace

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

}  // namespace bedplate::sql_guard
