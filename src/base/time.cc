#include "base/time.h"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/time_parts.h"

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

Error BadTime(std::string_view text) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("'{}' is not a time; expected RFC 3339 as 2018-01-01T00:15:00Z, a date, or "
                      "milliseconds since 1970",
                      text.substr(0, 64))};
}

bool TakeChar(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<date::sys_days> TakeDate(std::string_view& text) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!TakeDigits(text, 4, year) || !TakeChar(text, "-") || !TakeDigits(text, 2, month) ||
      !TakeChar(text, "-") || !TakeDigits(text, 2, day)) {
    return std::nullopt;
  }
  const date::year_month_day ymd{date::year{year}, date::month(static_cast<unsigned>(month)),
                                 date::day(static_cast<unsigned>(day))};
  if (!ymd.ok()) return std::nullopt;
  return date::sys_days{ymd};
}

std::optional<nanoseconds> TakeTimeOfDay(std::string_view& text) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::optional<nanoseconds> fraction = nanoseconds(0);
  if (!TakeDigits(text, 2, hour) || !TakeChar(text, ":") || !TakeDigits(text, 2, minute)) {
    return std::nullopt;
  }
  if (TakeChar(text, ":") && !TakeDigits(text, 2, second)) return std::nullopt;
  if (TakeChar(text, ".")) fraction = TakeFraction(text);
  if (!fraction || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) +
         *fraction;
}

std::optional<Timestamp> ParseCivil(std::string_view text) {
  const auto days = TakeDate(text);
  if (!days) return std::nullopt;
  // A four-digit year can lie outside what 64-bit nanoseconds hold.
  const auto year = static_cast<int>(date::year_month_day{*days}.year());
  if (year < 1678 || year > 2261) return std::nullopt;
  const Timestamp midnight(nanoseconds(days->time_since_epoch()).count());
  if (text.empty()) return midnight;
  if (!TakeChar(text, "Tt ")) return std::nullopt;
  const auto time_of_day = TakeTimeOfDay(text);
  if (!time_of_day) return std::nullopt;
  const auto offset = TakeOffset(text, OffsetMinutes::kRequired);
  if (!offset || !text.empty()) return std::nullopt;
  return midnight + *time_of_day - *offset;
}

/// Milliseconds since 1970, with up to six decimals; more would be less than a nanosecond.
std::optional<Timestamp> ParseMilliseconds(std::string_view text) {
  std::int64_t total = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), total);
  if (code != std::errc() || __builtin_mul_overflow(total, 1'000'000, &total)) return std::nullopt;
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (rest.empty()) return Timestamp(total);
  if (!TakeChar(rest, ".")) return std::nullopt;
  const auto fraction = TakeFraction(rest);  // of a second
  if (!fraction || !rest.empty() || fraction->count() % 1000 != 0) return std::nullopt;
  const std::int64_t sign = text.front() == '-' ? -1 : 1;
  if (__builtin_add_overflow(total, sign * (fraction->count() / 1000), &total)) return std::nullopt;
  return Timestamp(total);
}

struct DurationUnit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// Longest first, so that formatting finds the largest unit that divides.
constexpr std::array<DurationUnit, 8> kDurationUnits{{
    {"w", 604'800'000'000'000},
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

}  // namespace

std::string FormatTimestamp(Timestamp time) {
  // By whole seconds first: the midnight before the earliest instant is beyond 64-bit nanoseconds.
  const auto seconds = date::floor<std::chrono::seconds>(
      date::sys_time<nanoseconds>(nanoseconds(time.nanoseconds())));
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  const std::int64_t fraction = (time.nanoseconds() % kSecondNs + kSecondNs) % kSecondNs;
  const auto days = date::floor<date::days>(seconds);
  const date::year_month_day ymd{days};
  const date::hh_mm_ss<std::chrono::seconds> clock{seconds - days};
  std::string text =
      fmt::format("{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}", static_cast<int>(ymd.year()),
                  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (fraction != 0) {
    std::string digits = fmt::format("{:09d}", fraction);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += '.' + digits;
  }
  return text + 'Z';
}

Result<Timestamp> ParseTimestamp(std::string_view text) {
  if (const auto time = ParseMilliseconds(text)) return *time;
  if (const auto civil = ParseCivil(text)) return *civil;
  return BadTime(text);
}

Result<nanoseconds> ParseDuration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit_name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (code == std::errc() && count >= 0) {
    for (const DurationUnit& unit : kDurationUnits) {
      std::int64_t total = 0;
      if (unit.name == unit_name && count == 0) {
        return Error(ErrorCode::kInvalidArgument,
                     fmt::format("expected a duration greater than 0, got '{}'", text));
      }
      if (unit.name == unit_name && !__builtin_mul_overflow(count, unit.nanoseconds, &total)) {
        return nanoseconds(total);
      }
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("'{}' is not a duration; expected a whole number and a unit, as 250ms, "
                           "1s, 15m, 1h, 1d or 1w",
                           text.substr(0, 64)));
}

std::string FormatDuration(nanoseconds duration) {
  for (const DurationUnit& unit : kDurationUnits) {
    if (duration.count() != 0 && duration.count() % unit.nanoseconds == 0) {
      return fmt::format("{}{}", duration.count() / unit.nanoseconds, unit.name);
    }
  }
  return "0s";
}

}  // namespace bedplate
