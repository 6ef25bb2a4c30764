#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bedplate {

// Pieces of written times that ParseTimestamp and the formats of imports have in common. Each takes
// what it reads off the front of `text`.

/// Takes exactly `count` (1 to 9) digits; false, and nothing taken, when there are fewer.
bool TakeDigits(std::string_view& text, std::size_t count, int& out);

/// One to nine digits after a decimal point; more are refused rather than rounded.
std::optional<std::chrono::nanoseconds> TakeFraction(std::string_view& text);

/// RFC 3339 wants the minutes of an offset, ISO 8601 takes `+01` as well.
enum class OffsetMinutes { kRequired, kOptional };

/// `Z`, `+01:30`, `+0130` or, where allowed, `+01`; what it is ahead of UTC.
std::optional<std::chrono::minutes> TakeOffset(std::string_view& text, OffsetMinutes minutes);

}  // namespace bedplate
