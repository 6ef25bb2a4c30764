#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "value/initiative.h"

namespace date {
class time_zone;  // NOLINT(readability-identifier-naming): the library's name
}

namespace bedplate {

/// Local time of one zone: what an hour or a day of the plant is. It reads the time zone database,
/// which is constant data, so functions that use it stay functions of their arguments.
class PlantCalendar {
 public:
  /// Errors: kInvalidArgument for a name that is not in the time zone database.
  static Result<PlantCalendar> ForZone(std::string_view zone);

  /// Reads a local date (`2018-01-01`: its first moment), a local time (`2018-01-01 06:00`) or
  /// RFC 3339 with an offset. A local time that a clock change leaves out or repeats is its first
  /// moment. Errors: kInvalidArgument naming the text; times beyond the stored range.
  [[nodiscard]] Result<Timestamp> Parse(std::string_view text) const;

  /// Days since 1970-01-01, local.
  [[nodiscard]] std::int32_t DayOf(Timestamp time) const;
  /// The first moment of a local day.
  [[nodiscard]] Timestamp StartOfDay(std::int32_t day) const { return At(day, {}); }
  /// What a clock on the wall shows, since midnight.
  [[nodiscard]] std::chrono::nanoseconds TimeOfDay(Timestamp time) const;
  /// When the clock on the wall shows `time_of_day` on a local day. A time that a clock change
  /// leaves out or repeats is its first moment.
  [[nodiscard]] Timestamp At(std::int32_t day, std::chrono::nanoseconds time_of_day) const;
  /// 0 … CodeCount(factor) - 1; weeks start on Monday, hours at midnight.
  [[nodiscard]] std::int32_t CodeOf(CalendarFactor factor, Timestamp time) const;
  static std::int32_t CodeCount(CalendarFactor factor) noexcept;
  /// 0 is Monday.
  static std::int32_t WeekdayOf(std::int32_t day) noexcept;

 private:
  explicit PlantCalendar(const date::time_zone& zone) : zone_(&zone) {}
  const date::time_zone* zone_;  // owned by the database for the life of the program
};

/// Consecutive buckets of a period: bucket i is [edges[i], edges[i + 1]).
struct Buckets {
  std::vector<Timestamp> edges;
  std::vector<std::int32_t> days;  // per bucket: the local day in which it starts

  [[nodiscard]] std::size_t size() const noexcept { return days.size(); }
  [[nodiscard]] TimeRange At(std::size_t i) const { return {edges[i], edges[i + 1]}; }
  /// How many have ended by `as_of`.
  [[nodiscard]] std::size_t Ended(Timestamp as_of) const;
};

inline constexpr std::size_t kMaxBuckets = 1'000'000;

/// Cuts a period into buckets of local time, from its start; days and weeks are as long as clock
/// changes make them, and one that the zone left out is none. A last bucket that the period cuts
/// short is left out. Errors: kInvalidArgument for a granularity the format does not name,
/// kResourceExhausted beyond kMaxBuckets.
Result<Buckets> PlanBuckets(TimeRange period, std::chrono::nanoseconds granularity,
                            const PlantCalendar& calendar);

}  // namespace bedplate
