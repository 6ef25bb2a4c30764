#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.h"

namespace bedplate {

/// How long the text that a function makes can be, given the texts it is given. It is what lets the
/// guard bound a statement's memory before it runs: DuckDB's memory limit does not see the strings
/// that an expression makes.
enum class TextGrowth : std::uint8_t {
  kNone,     // a number, a time, a truth value or a short fixed text
  kWidest,   // at most `factor` times the longest argument
  kSum,      // the arguments one after the other
  kJoin,     // the longest argument times the number of arguments
  kReplace,  // (length of the first + 1) x (2 x the longest other + 1)
};

/// What the second argument of a matching function is. Matching looks at no interrupt within a
/// block of rows, so its work for one text must be bounded beforehand (query/sql_pattern.h).
enum class PatternRule : std::uint8_t {
  kNone,
  kNeedle,  // a text to find, of any origin
  kLike,    // the others must be literals
  kGlob,
  kRegex
};

/// Functions that the guard treats alike; the guide shows one table row per group.
struct FunctionGroup {
  std::string_view title;
  bool table = false;  // stands in FROM
  TextGrowth growth = TextGrowth::kNone;
  std::uint32_t factor = 1;  // of kWidest
  PatternRule pattern = PatternRule::kNone;
  std::size_t max_arguments = SIZE_MAX;
  /// How often DuckDB's macro writes an argument down; 1 for what is no macro. Nested calls
  /// multiply.
  std::uint32_t copies = 1;
  std::string_view names;  // lower case, separated by one space
};

/// Every function that a query may use, operators included.
std::span<const FunctionGroup> AllowedFunctionGroups() noexcept;

/// The group of the function or operator called `name` (any case) when used as `table` function or
/// not; null when it is not allowed.
const FunctionGroup* FindAllowedFunction(std::string_view name, bool table);

/// The names of all allowed functions, sorted, operators left out; for completion.
std::vector<std::string> AllowedFunctionNames();

}  // namespace bedplate
