#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "query/sql_functions.h"
#include "query/sql_guard.h"
#include "query/sql_measure.h"
#include "query/sql_node.h"

namespace bedplate::sql_guard {

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

inline constexpr std::uint64_t kShortTextBytes = 64;  // the longest number or time, written out

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

}  // namespace bedplate::sql_guard
