#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "query/sql_functions.h"

namespace bedplate {

/// Steps that matching one text may take at most, by PatternWork.
inline constexpr std::uint64_t kMaxMatchSteps = 256ULL << 10U;
/// The same where a text is only looked for, which takes a fraction of a step for each byte.
inline constexpr std::uint64_t kMaxFindSteps = 4ULL << 20U;

/// How many steps matching with the literal `pattern` takes for each byte of a text, at most.
/// Regular expressions are matched in time linear in text and program; the program is as long as
/// the pattern, times each counted repetition. LIKE and GLOB go back for every wildcard, so their
/// work grows with the power of the number of wildcards; only LIKE without `_` does not. They may
/// have one besides a trailing one. Errors: kPermissionDenied with what to write instead.
Result<std::uint64_t> PatternWork(PatternRule rule, std::string_view function,
                                  std::string_view pattern);

}  // namespace bedplate
