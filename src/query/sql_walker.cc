#include "query/sql_walker.h"

#include <array>
#include <utility>

#include "query/sql_tree.h"

namespace bedplate::sql_guard {

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

}  // namespace bedplate::sql_guard
