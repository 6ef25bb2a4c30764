#include "connectors/files/civil_format.h"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/time_parts.h"
#include "base/utf8.h"

namespace bedplate {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

struct CivilFormat::Fields {
  int year = 0;
  int month = 1;
  int day = 1;
  int day_of_year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::optional<nanoseconds> fraction = nanoseconds(0);
  std::optional<bool> afternoon;
  std::optional<minutes> offset;
};

namespace {

constexpr std::string_view kKnownFields = "YymdHIpMSbjfz";
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};

/// Takes as many digits as there are, `min` to `max` of them.
bool TakeNumber(std::string_view& text, std::size_t min, std::size_t max, int& out) {
  std::size_t count = 0;
  while (count < max && count < text.size() && IsDigit(text[count])) ++count;
  if (count < min) return false;
  const std::string_view digits = text.substr(0, count);
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  text.remove_prefix(count);
  return true;
}

bool TakeInRange(std::string_view& text, int low, int high, int& out) {
  return TakeNumber(text, 1, 2, out) && out >= low && out <= high;
}

bool TakeWord(std::string_view& text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (LowerAscii(text[i]) != word[i]) return false;
  }
  text.remove_prefix(word.size());
  return true;
}

bool TakeMonthName(std::string_view& text, int& month) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (!TakeWord(text, kMonths[i])) continue;
    month = static_cast<int>(i) + 1;
    return true;
  }
  return false;
}

std::string ExpandShortcuts(std::string_view format) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    const char next = format[i] == '%' && i + 1 < format.size() ? format[i + 1] : '\0';
    if (next == 'F' || next == 'T') {
      out += next == 'F' ? "%Y-%m-%d" : "%H:%M:%S";
      ++i;
    } else if (next != '\0') {
      out += {'%', next};
      ++i;
    } else {
      out += format[i];
    }
  }
  return out;
}

std::optional<date::local_days> DateOf(int year, int month, int day, int day_of_year) {
  if (day_of_year > 0) {
    const date::local_days first{date::year(year) / 1 / 1};
    const date::local_days days = first + date::days(day_of_year - 1);
    if (date::year_month_day(days).year() != date::year(year)) return std::nullopt;
    return days;
  }
  const date::year_month_day ymd{date::year(year), date::month(static_cast<unsigned>(month)),
                                 date::day(static_cast<unsigned>(day))};
  if (!ymd.ok()) return std::nullopt;
  return date::local_days{ymd};
}

}  // namespace

Result<CivilFormat> CivilFormat::Parse(std::string_view format) {
  CivilFormat parsed;
  parsed.format_ = format;
  const std::string expanded = ExpandShortcuts(format);
  for (std::size_t i = 0; i < expanded.size(); ++i) {
    if (expanded[i] != '%') {
      parsed.steps_.push_back({.is_field = false, .c = expanded[i]});
      continue;
    }
    const char field = i + 1 < expanded.size() ? expanded[++i] : '\0';
    if (field != '%' && (field == '\0' || kKnownFields.find(field) == std::string_view::npos)) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("'{}' has the unknown field '%{}'; known are %Y %y %m %d %H %I %p "
                               "%M %S %b %j %f %z %F %T %%",
                               format, field == '\0' ? ' ' : field));
    }
    parsed.steps_.push_back({.is_field = field != '%', .c = field});
  }
  const bool has_year = parsed.Has('Y') || parsed.Has('y');
  const bool has_day = parsed.Has('j') || ((parsed.Has('m') || parsed.Has('b')) && parsed.Has('d'));
  if (has_year && has_day) return parsed;
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("'{}' does not give a year, a month and a day", format));
}

bool CivilFormat::Has(char field) const {
  for (const Step& step : steps_) {
    if (step.is_field && step.c == field) return true;
  }
  return false;
}

Error CivilFormat::Mismatch(std::string_view text, std::string_view rest) const {
  return {ErrorCode::kInvalidArgument,
          fmt::format("'{}' is not a time of the format '{}'{}", ToValidUtf8(text, 64), format_,
                      rest.size() == text.size()
                          ? std::string()
                          : fmt::format(" from '{}' on", ToValidUtf8(rest, 64)))};
}

bool CivilFormat::ReadField(char field, std::string_view& text, Fields& fields) {
  switch (field) {
    case 'Y':
    case 'y':
    case 'm':
    case 'd':
    case 'b':
    case 'j': return ReadDateField(field, text, fields);
    default: return ReadClockField(field, text, fields);
  }
}

bool CivilFormat::ReadDateField(char field, std::string_view& text, Fields& fields) {
  switch (field) {
    case 'Y': return TakeNumber(text, 4, 4, fields.year);
    case 'y':
      if (!TakeNumber(text, 2, 2, fields.year)) return false;
      fields.year += fields.year < 69 ? 2000 : 1900;  // as POSIX strptime
      return true;
    case 'm': return TakeInRange(text, 1, 12, fields.month);
    case 'd': return TakeInRange(text, 1, 31, fields.day);
    case 'b': return TakeMonthName(text, fields.month);
    default: return TakeNumber(text, 1, 3, fields.day_of_year) && fields.day_of_year > 0;
  }
}

bool CivilFormat::ReadClockField(char field, std::string_view& text, Fields& fields) {
  switch (field) {
    case 'H': return TakeInRange(text, 0, 24, fields.hour);
    case 'I': return TakeInRange(text, 1, 12, fields.hour);
    case 'p':
      fields.afternoon = TakeWord(text, "pm");
      return *fields.afternoon || TakeWord(text, "am");
    case 'M': return TakeInRange(text, 0, 59, fields.minute);
    case 'S': return TakeInRange(text, 0, 59, fields.second);
    case 'f': fields.fraction = TakeFraction(text); return fields.fraction.has_value();
    default:
      fields.offset = TakeOffset(text, OffsetMinutes::kOptional);
      return fields.offset.has_value();
  }
}

Result<CivilTime> CivilFormat::Read(std::string_view text) const {
  Fields fields;
  std::string_view rest = text;
  for (const Step& step : steps_) {
    if (step.is_field) {
      if (!ReadField(step.c, rest, fields)) return Mismatch(text, rest);
      continue;
    }
    if (rest.empty() || rest.front() != step.c) return Mismatch(text, rest);
    rest.remove_prefix(1);
    while (step.c == ' ' && !rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  }
  if (!rest.empty()) return Mismatch(text, rest);
  const auto days = DateOf(fields.year, fields.month, fields.day, fields.day_of_year);
  if (!days || fields.year < 1678 || fields.year > 2261) return Mismatch(text, text);
  if (fields.afternoon) fields.hour = fields.hour % 12 + (*fields.afternoon ? 12 : 0);
  const nanoseconds clock =
      hours(fields.hour) + minutes(fields.minute) + seconds(fields.second) + *fields.fraction;
  if (clock > hours(24)) return Mismatch(text, text);
  CivilTime time;
  time.since_epoch = days->time_since_epoch() + clock;
  time.is_midnight = clock == nanoseconds(0);
  time.offset = fields.offset;
  return time;
}

}  // namespace bedplate
