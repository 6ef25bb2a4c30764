#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bedplate {

/// The path that `path` was probably meant to be: one that differs from it in a single segment, and
/// there by a typing error; else the only one that continues it upwards (`leeds/energy` for
/// `acme/leeds/energy`). Empty when there is none. O(the bytes of all `candidates`) but for the few
/// that differ in one segment.
std::optional<std::string> NearestPath(std::string_view path,
                                       std::span<const std::string> candidates);

}  // namespace bedplate
