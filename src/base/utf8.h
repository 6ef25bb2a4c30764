#pragma once

#include <string>
#include <string_view>

namespace bedplate {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool IsValidUtf8(std::string_view text) noexcept;

/// `text` cut to at most `limit_bytes`, with each malformed byte replaced by U+FFFD; for showing
/// and storing what came in.
std::string ToValidUtf8(std::string_view text, std::size_t limit_bytes);

}  // namespace bedplate
