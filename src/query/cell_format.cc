#include "query/cell_format.h"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate {
namespace {

__extension__ typedef unsigned __int128 Unsigned128;

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;

/// `.25` from 250000 parts of `parts_per_second`; empty for none.
std::string FormatFraction(std::int64_t parts, int digits) {
  if (parts == 0) return {};
  std::string text = fmt::format(".{:0{}}", parts, digits);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

/// Date and time of day to the second.
std::string FormatSecond(std::int64_t microseconds) {
  const duckdb_timestamp_struct parts = duckdb_from_timestamp({microseconds});
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", parts.date.year, parts.date.month,
                     parts.date.day, parts.time.hour, parts.time.min, parts.time.sec);
}

Unsigned128 Join(std::uint64_t upper, std::uint64_t lower) {
  return (static_cast<Unsigned128>(upper) << 64U) | lower;
}

std::string Digits(Unsigned128 value) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace

std::string FormatMicroseconds(std::int64_t microseconds, bool utc) {
  if (!duckdb_is_finite_timestamp({microseconds})) {
    return microseconds < 0 ? "-infinity" : "infinity";
  }
  const std::int64_t part =
      (microseconds % kMicrosecondsPerSecond + kMicrosecondsPerSecond) % kMicrosecondsPerSecond;
  return FormatSecond(microseconds) + FormatFraction(part, 6) + (utc ? "Z" : "");
}

std::string FormatNanoseconds(std::int64_t nanoseconds) {
  if (!duckdb_is_finite_timestamp_ns({nanoseconds})) {
    return nanoseconds < 0 ? "-infinity" : "infinity";
  }
  constexpr std::int64_t kPerSecond = 1'000'000'000;
  constexpr std::int64_t kPerMicrosecond = 1000;
  const std::int64_t part = (nanoseconds % kPerSecond + kPerSecond) % kPerSecond;
  return FormatSecond((nanoseconds - part) / kPerMicrosecond) + FormatFraction(part, 9);
}

std::string FormatDate(std::int32_t days) {
  if (!duckdb_is_finite_date({days})) return days < 0 ? "-infinity" : "infinity";
  const duckdb_date_struct parts = duckdb_from_date({days});
  return fmt::format("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
}

std::string FormatTimeOfDay(std::int64_t microseconds) {
  const duckdb_time_struct parts = duckdb_from_time({microseconds});
  return fmt::format("{:02}:{:02}:{:02}{}", parts.hour, parts.min, parts.sec,
                     FormatFraction(parts.micros, 6));
}

std::string FormatInterval(duckdb_interval interval) {
  constexpr std::int64_t kPerHour = 3600 * kMicrosecondsPerSecond;
  constexpr std::int64_t kPerMinute = 60 * kMicrosecondsPerSecond;
  std::string text = "P";
  const auto add = [&text](std::int64_t value, char unit) {
    if (value != 0) text += fmt::format("{}{}", value, unit);
  };
  add(interval.months / 12, 'Y');
  add(interval.months % 12, 'M');
  add(interval.days, 'D');
  if (interval.micros != 0) text += 'T';
  add(interval.micros / kPerHour, 'H');
  add(interval.micros % kPerHour / kPerMinute, 'M');
  const std::int64_t rest = interval.micros % kPerMinute;
  if (rest != 0) {
    const std::int64_t size = rest < 0 ? -rest : rest;
    text += fmt::format("{}{}{}S", rest < 0 ? "-" : "", size / kMicrosecondsPerSecond,
                        FormatFraction(size % kMicrosecondsPerSecond, 6));
  }
  return text == "P" ? "PT0S" : text;
}

std::string FormatHugeInteger(duckdb_hugeint value, std::uint8_t scale) {
  const bool negative = value.upper < 0;
  Unsigned128 size = Join(static_cast<std::uint64_t>(value.upper), value.lower);
  if (negative) size = ~size + 1;
  std::string digits = Digits(size);
  if (scale > 0) {
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, ".");
  }
  return negative ? "-" + digits : digits;
}

std::string FormatUnsignedHugeInteger(duckdb_uhugeint value) {
  return Digits(Join(value.upper, value.lower));
}

std::string FormatUuid(duckdb_hugeint value) {
  const std::uint64_t upper = static_cast<std::uint64_t>(value.upper) ^ (1ULL << 63U);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", upper >> 32U, (upper >> 16U) & 0xFFFFU,
                     upper & 0xFFFFU, value.lower >> 48U, value.lower & 0xFFFF'FFFF'FFFFULL);
}

std::string FormatBlob(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c >= 0x20 && c < 0x7F && c != '\\') {
      text.push_back(c);
    } else {
      text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

}  // namespace bedplate
