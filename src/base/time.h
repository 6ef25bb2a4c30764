#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// A UTC instant: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
/// The stored range is [kMinTimestamp, kMaxTimestamp): 1970-01-01 to 2200-01-01.
class Timestamp {
 public:
  constexpr Timestamp() = default;
  explicit constexpr Timestamp(std::int64_t nanoseconds) : nanoseconds_(nanoseconds) {}

  static constexpr Timestamp FromMilliseconds(std::int64_t ms) { return Timestamp(ms * 1'000'000); }
  static constexpr Timestamp FromSeconds(std::int64_t s) { return Timestamp(s * 1'000'000'000); }

  [[nodiscard]] constexpr std::int64_t nanoseconds() const noexcept { return nanoseconds_; }
  [[nodiscard]] constexpr std::int64_t milliseconds() const noexcept {
    return nanoseconds_ / 1'000'000;
  }

  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr Timestamp operator+(std::chrono::nanoseconds d) const {
    return Timestamp(nanoseconds_ + d.count());
  }
  constexpr Timestamp operator-(std::chrono::nanoseconds d) const {
    return Timestamp(nanoseconds_ - d.count());
  }
  constexpr std::chrono::nanoseconds operator-(Timestamp other) const {
    return std::chrono::nanoseconds(nanoseconds_ - other.nanoseconds_);
  }

 private:
  std::int64_t nanoseconds_ = 0;
};

inline constexpr Timestamp kMinTimestamp = Timestamp(0);
inline constexpr Timestamp kMaxTimestamp = Timestamp::FromSeconds(7'258'118'400);  // 2200-01-01

/// Whether a sample at `time` can be stored: kMinTimestamp <= time < kMaxTimestamp.
constexpr bool IsStorable(Timestamp time) { return time >= kMinTimestamp && time < kMaxTimestamp; }

/// A half-open interval [start, stop).
struct TimeRange {
  Timestamp start;
  Timestamp stop;

  constexpr bool operator==(const TimeRange&) const = default;
  [[nodiscard]] constexpr bool Contains(Timestamp t) const { return t >= start && t < stop; }
  [[nodiscard]] constexpr bool Empty() const { return stop <= start; }
};

inline constexpr TimeRange kAllTime{kMinTimestamp, kMaxTimestamp};

/// RFC 3339 in UTC with as many fractional digits as needed: `2018-01-01T00:15:00Z`.
std::string FormatTimestamp(Timestamp time);

/// Reads RFC 3339 (`2018-01-01T00:15:00Z`, offset or `Z` required, `T` or space between), a date
/// (`2018-01-01`, midnight UTC) or milliseconds since 1970 with up to six decimals
/// (`1514765700000.000001`), exact to the nanosecond.
/// Errors: kInvalidArgument naming the text.
Result<Timestamp> ParseTimestamp(std::string_view text);

/// Reads `250ms`, `1s`, `15m`, `1h`, `1d`, `1w` (a whole number > 0 and one unit).
Result<std::chrono::nanoseconds> ParseDuration(std::string_view text);

/// The shortest exact form of a duration that ParseDuration reads, e.g. `15m`.
std::string FormatDuration(std::chrono::nanoseconds duration);

}  // namespace bedplate
