#pragma once

#include <string>
#include <string_view>

namespace bedplate {

/// `text` for the eyes of a person at a terminal: what would move the cursor, colour the screen or
/// turn the direction of reading becomes visible. Control characters (but for those in `kept`)
/// and bytes that are no UTF-8 are shown as `\x1b`, the marks of direction (U+061C, U+200E, U+200F,
/// U+202A to U+202E, U+2066 to U+2069) and the line and paragraph separators as `\u202e`.
std::string Printable(std::string_view text, std::string_view kept = "");

}  // namespace bedplate
