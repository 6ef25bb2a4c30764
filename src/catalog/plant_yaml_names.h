#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bedplate {

inline constexpr std::size_t kPlantLimitAssets = 10'000;
inline constexpr std::size_t kPlantLimitTags = 200'000;
inline constexpr std::string_view kPlantLimitText =
    "at most 10000 assets and 200000 tags in a plant";

/// The names that `pattern` stands for, in order: `line-{1..4}` is line-1 to line-4, `{01..12}`
/// keeps its zeros, `{mixer,filler}` lists; several braces combine, the last turning fastest. A
/// name without braces stands for itself.
/// Errors: kInvalidArgument for a brace that is not closed or holds neither a range nor a list,
/// kResourceExhausted for more than `limit` names.
Result<std::vector<std::string>> ExpandNames(std::string_view pattern, std::size_t limit);

}  // namespace bedplate
