#include "base/time_parts.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/ascii.h"

namespace bedplate {

bool TakeDigits(std::string_view& text, std::size_t count, int& out) {
  const std::string_view digits = text.substr(0, count);
  if (digits.size() < count || !std::ranges::all_of(digits, IsDigit)) return false;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  text.remove_prefix(count);
  return true;
}

std::optional<std::chrono::nanoseconds> TakeFraction(std::string_view& text) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t value = 0;
  std::int64_t scale = kSecond;
  while (!text.empty() && IsDigit(text.front())) {
    if (scale == 1) return std::nullopt;
    scale /= 10;
    value += (text.front() - '0') * scale;
    text.remove_prefix(1);
  }
  if (scale == kSecond) return std::nullopt;
  return std::chrono::nanoseconds(value);
}

std::optional<std::chrono::minutes> TakeOffset(std::string_view& text, OffsetMinutes minutes) {
  if (text.empty()) return std::nullopt;
  const char sign = text.front();
  if (sign != '+' && sign != '-' && LowerAscii(sign) != 'z') return std::nullopt;
  text.remove_prefix(1);
  if (LowerAscii(sign) == 'z') return std::chrono::minutes(0);
  int hour = 0;
  int minute = 0;
  if (!TakeDigits(text, 2, hour)) return std::nullopt;
  const bool has_colon = text.starts_with(':');
  if (has_colon) text.remove_prefix(1);
  const bool has_minutes = TakeDigits(text, 2, minute);
  if (!has_minutes && (has_colon || minutes == OffsetMinutes::kRequired)) return std::nullopt;
  if (hour > 23 || minute > 59) return std::nullopt;
  const auto ahead = std::chrono::hours(hour) + std::chrono::minutes(minute);
  return sign == '-' ? -ahead : ahead;
}

}  // namespace bedplate
