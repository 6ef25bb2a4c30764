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
  const char* const stop = text.data() + text.size();
  const auto [end, code] = std::from_chars(text.data(), stop, number, base...);
  return code == std::errc() && end == stop ? std::optional(number) : std::nullopt;
}

}  // namespace bedplate
