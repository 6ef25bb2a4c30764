#pragma once

#include <string>
#include <string_view>

namespace bedplate {

/// Appends what a machine calls something to a path. Slashes inside make levels. What a path cannot
/// carry is percent-encoded as in a URL: `* ? { }`, control characters, a slash that would leave a
/// segment empty, and a `%` that would read as an encoding. Decoding gives the part back, so two
/// different parts in one place never become the same path. An empty part adds nothing.
void AppendPathPart(std::string& path, std::string_view part);

}  // namespace bedplate
