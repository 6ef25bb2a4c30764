#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace bedplate {

/// The number that `text` as a whole is, as std::from_chars reads it; nothing when it is none, or
/// `Number` cannot hold it.
template <typename Number, typename... Base>
[[nodiscard]] std::optional<Number> ParseNumber(std::string_view text, Base... base) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  const bool is_whole = code == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

}  // namespace bedplate
