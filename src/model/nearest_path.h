#pragma once

#include <optional>
#include <span>
#include <string>

#include "model/path.h"

namespace bedplate {

/// Of paths that `pattern` does not match, the one that was probably meant: at most two letters are
/// too many, too few or wrong, and a third of those that the pattern gives; upper and lower case
/// are the same, and `*` may span segments. Empty when nothing is so near. Of several at the same
/// distance the first. O(|pattern| x all bytes of `paths`).
std::optional<std::string> NearestPath(const Glob& pattern, std::span<const std::string> paths);

}  // namespace bedplate
