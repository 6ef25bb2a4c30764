#include "value/plant_calendar.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

namespace bedplate {
namespace {

using Seconds = std::chrono::seconds;

constexpr std::chrono::nanoseconds kDay = std::chrono::hours(24);
constexpr std::chrono::nanoseconds kWeek = 7 * kDay;

date::sys_seconds ToSys(Timestamp time) {
  return date::sys_seconds(
      std::chrono::floor<Seconds>(std::chrono::nanoseconds(time.nanoseconds())));
}

/// Takes exactly `digits` digits off the front of `text`.
std::optional<int> TakeNumber(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool Take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<date::local_days> TakeDate(std::string_view& text) {
  const auto year = TakeNumber(text, 4);
  if (!year || !Take(text, "-")) return std::nullopt;
  const auto month = TakeNumber(text, 2);
  if (!month || !Take(text, "-")) return std::nullopt;
  const auto day = TakeNumber(text, 2);
  if (!day) return std::nullopt;
  const date::year_month_day date{date::year(*year), date::month(static_cast<unsigned>(*month)),
                                  date::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return date::local_days(date);
}

std::optional<Seconds> TakeTimeOfDay(std::string_view& text) {
  const auto hour = TakeNumber(text, 2);
  if (!hour || *hour > 23 || !Take(text, ":")) return std::nullopt;
  const auto minute = TakeNumber(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto second = Take(text, ":") ? TakeNumber(text, 2) : std::optional(0);
  if (!second || *second > 59) return std::nullopt;
  return Seconds((*hour * 60 + *minute) * 60 + *second);
}

// By hand, because date::from_stream computes with a number that it has not read when one of the
// fields is bad.
std::optional<date::local_seconds> ReadLocal(std::string_view text) {
  const auto day = TakeDate(text);
  if (!day) return std::nullopt;
  if (text.empty()) return date::local_seconds(*day);
  const auto time = Take(text, " T") ? TakeTimeOfDay(text) : std::nullopt;
  if (!time || !text.empty()) return std::nullopt;
  return *day + *time;
}

bool KnownGranularity(std::chrono::nanoseconds granularity) {
  using std::chrono::minutes;
  return granularity == minutes(15) || granularity == minutes(30) || granularity == minutes(60) ||
         granularity == kDay || granularity == kWeek;
}

/// Buckets of equal length.
void PlanEqual(TimeRange period, std::chrono::nanoseconds granularity, Buckets& buckets) {
  for (Timestamp edge = period.start; edge <= period.stop; edge = edge + granularity) {
    buckets.edges.push_back(edge);
  }
}

/// Buckets of whole local days, each edge at the local time of day of the period's start.
void PlanDays(TimeRange period, std::int32_t step_days, const PlantCalendar& calendar,
              Buckets& buckets) {
  const std::int32_t first = calendar.DayOf(period.start);
  const std::chrono::nanoseconds time_of_day = calendar.TimeOfDay(period.start);
  for (std::int32_t day = first;; day += step_days) {
    // The start itself, because a local time that happens twice would name the first.
    const Timestamp edge = day == first ? period.start : calendar.At(day, time_of_day);
    if (edge > period.stop) return;
    // A day that the zone left out begins where the next one does.
    if (buckets.edges.empty() || edge != buckets.edges.back()) buckets.edges.push_back(edge);
  }
}

}  // namespace

std::size_t Buckets::Ended(Timestamp as_of) const {
  if (edges.empty()) return 0;
  const auto ends = std::span(edges).subspan(1);
  return static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), as_of) - ends.begin());
}

Result<PlantCalendar> PlantCalendar::ForZone(std::string_view zone) {
  try {
    return PlantCalendar(*date::locate_zone(zone));
  } catch (const std::exception&) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected an IANA time zone such as Europe/Berlin, got '{}'", zone));
  }
}

Result<Timestamp> PlantCalendar::Parse(std::string_view text) const {
  const auto outside = [&] {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected a time from 1970 to 2199, got '{}'", text));
  };
  if (const auto local = ReadLocal(text)) {
    const auto year = date::year_month_day(date::floor<date::days>(*local)).year();
    if (year < date::year(1970) || year > date::year(2200)) return outside();
    const auto seconds = zone_->to_sys(*local, date::choose::earliest).time_since_epoch().count();
    const Timestamp time = Timestamp::FromSeconds(seconds);
    if (!IsStorable(time)) return outside();
    return time;
  }
  if (text.size() > 10) {  // shorter would be a bare number or date, read as UTC
    if (auto time = ParseTimestamp(text); time.ok()) return time;
  }
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("expected a date or time such as 2018-01-01 or 2018-01-01 06:00, got '{}'",
                  text));
}

std::int32_t PlantCalendar::DayOf(Timestamp time) const {
  const auto local = zone_->to_local(ToSys(time));
  return static_cast<std::int32_t>(date::floor<date::days>(local).time_since_epoch().count());
}

std::chrono::nanoseconds PlantCalendar::TimeOfDay(Timestamp time) const {
  const auto local = zone_->to_local(ToSys(time));
  const auto below_second = std::chrono::nanoseconds(time.nanoseconds()) -
                            std::chrono::nanoseconds(ToSys(time).time_since_epoch());
  return (local - date::floor<date::days>(local)) + below_second;
}

Timestamp PlantCalendar::At(std::int32_t day, std::chrono::nanoseconds time_of_day) const {
  const auto seconds = std::chrono::floor<Seconds>(time_of_day);
  const date::local_seconds local{date::local_days(date::days(day)) + seconds};
  const auto sys = zone_->to_sys(local, date::choose::earliest);
  return Timestamp::FromSeconds(sys.time_since_epoch().count()) + (time_of_day - seconds);
}

std::int32_t PlantCalendar::CodeOf(CalendarFactor factor, Timestamp time) const {
  const auto local = zone_->to_local(ToSys(time));
  const auto day = date::floor<date::days>(local);
  const auto hour =
      static_cast<std::int32_t>(std::chrono::floor<std::chrono::hours>(local - day).count());
  const std::int32_t weekday = WeekdayOf(static_cast<std::int32_t>(day.time_since_epoch().count()));
  switch (factor) {
    case CalendarFactor::kHourOfDay: return hour;
    case CalendarFactor::kDayOfWeek: return weekday;
    case CalendarFactor::kHourOfWeek: break;
  }
  return weekday * 24 + hour;
}

std::int32_t PlantCalendar::CodeCount(CalendarFactor factor) noexcept {
  switch (factor) {
    case CalendarFactor::kHourOfDay: return 24;
    case CalendarFactor::kDayOfWeek: return 7;
    case CalendarFactor::kHourOfWeek: break;
  }
  return 7 * 24;
}

std::int32_t PlantCalendar::WeekdayOf(std::int32_t day) noexcept {
  return ((day + 3) % 7 + 7) % 7;  // day 0, 1970-01-01, was a Thursday
}

Result<Buckets> PlanBuckets(TimeRange period, std::chrono::nanoseconds granularity,
                            const PlantCalendar& calendar) {
  if (!KnownGranularity(granularity)) {
    return Error(ErrorCode::kInvalidArgument, "expected a granularity of 15m, 30m, 1h, 1d or 1w");
  }
  if (period.Empty()) return Buckets{};
  if ((period.stop - period.start) / granularity > static_cast<std::int64_t>(kMaxBuckets)) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("a period may have at most {} buckets", kMaxBuckets));
  }
  Buckets buckets;
  if (granularity < kDay) {
    PlanEqual(period, granularity, buckets);
  } else {
    PlanDays(period, granularity == kWeek ? 7 : 1, calendar, buckets);
  }
  if (buckets.edges.size() < 2) return Buckets{};
  for (std::size_t i = 0; i + 1 < buckets.edges.size(); ++i) {
    buckets.days.push_back(calendar.DayOf(buckets.edges[i]));
  }
  return buckets;
}

}  // namespace bedplate
