#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bedplate {

/// How many single-character insertions, deletions, replacements and swaps of neighbours lead from
/// `a` to `b` (optimal string alignment distance), counted in bytes. O(|a| x |b|).
std::size_t EditDistance(std::string_view a, std::string_view b);

/// The candidate that `text` was probably meant to be: equal but for upper and lower case, else the
/// nearest within 2 edits and a third of its length, else the only one of which it is the first
/// word (`horizon` of `horizon_years`). Empty when nothing is near or `text` is long.
std::optional<std::string> NearestSpelling(std::string_view text,
                                           std::span<const std::string> candidates);

}  // namespace bedplate
