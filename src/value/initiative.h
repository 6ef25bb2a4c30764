#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/money.h"

namespace bedplate {

/// How samples of a tag become one figure for a bucket of time.
enum class Aggregate : std::uint8_t { kSum, kMean, kIntegral };

/// Which way the KPI has to move for the initiative to be a gain.
enum class KpiDirection : std::uint8_t { kDecrease, kIncrease };

/// The one figure that an initiative is judged by.
struct Kpi {
  std::string tag;
  Aggregate aggregate = Aggregate::kSum;
  KpiDirection direction = KpiDirection::kDecrease;
  std::string unit;  // of the aggregated figure: kWh for a sum of kWh or the integral of a kW

  bool operator==(const Kpi&) const = default;
};

/// What one KPI unit is worth. For a mean it is what one unit is worth over a year.
struct UnitValue {
  double amount = 0;     // > 0
  std::string currency;  // ISO 4217

  bool operator==(const UnitValue&) const = default;
};

enum class CalendarFactor : std::uint8_t { kHourOfDay, kDayOfWeek, kHourOfWeek };

enum class DriverKind : std::uint8_t {
  kNumeric,   // a figure per bucket
  kCategory,  // a string tag: per value, the share of the bucket's samples that have it
  kShare,     // of one value of a string tag
  kCalendar,  // every hour or day has its own level
};

/// Something that moves the KPI and that the initiative does not influence.
struct Driver {
  DriverKind kind = DriverKind::kNumeric;
  std::string tag;                                        // empty for kCalendar
  Aggregate aggregate = Aggregate::kMean;                 // kNumeric only
  std::string value;                                      // kShare only: whose share
  CalendarFactor calendar = CalendarFactor::kHourOfWeek;  // kCalendar only
  bool production = false;                                // the tag counts what is made

  bool operator==(const Driver&) const = default;
};

/// The effect that was promised, as a gain per year: positive is better, whatever the direction.
struct ExpectedEffect {
  double low = 0;
  double likely = 0;
  double high = 0;
  bool percent = false;  // of what the KPI would be; else in KPI units

  bool operator==(const ExpectedEffect&) const = default;
};

struct Cost {
  Timestamp date;
  double amount = 0;  // > 0, in the currency of the unit value
  std::string what;
  bool yearly = false;  // again on every anniversary until the horizon

  bool operator==(const Cost&) const = default;
};

enum class InitiativeStatus : std::uint8_t { kIdea, kPilot, kScaled, kStopped };

struct Owners {
  std::string business, ot, it, finance;

  bool operator==(const Owners&) const = default;
};

/// A use case with everything that is needed to judge it. Format: docs/formats/initiative.md.
struct Initiative {
  std::string title;
  std::string scope;  // path of an asset
  InitiativeStatus status = InitiativeStatus::kPilot;
  Owners owners;
  Kpi kpi;
  UnitValue unit_value;
  std::chrono::nanoseconds granularity{0};  // 15 min, 30 min, 1 h, 1 d or 1 w
  std::string zone;                         // IANA name; days and hours are those of this zone
  TimeRange baseline;
  TimeRange reporting;  // starts no earlier than the baseline stops
  std::vector<Driver> drivers;
  std::optional<ExpectedEffect> expected;
  std::vector<Cost> costs;
  double discount_rate = 0;  // per year, 0.08 is 8 %
  int horizon_years = 0;     // of the business case, from the start of the reporting period

  bool operator==(const Initiative&) const = default;
};

/// "sum", "hour-of-week", "idea" …: the words of the YAML format.
std::string_view AggregateName(Aggregate aggregate) noexcept;
std::string_view CalendarFactorName(CalendarFactor factor) noexcept;
std::string_view InitiativeStatusName(InitiativeStatus status) noexcept;
/// How findings and screens name a driver: its tag, its calendar factor, or `value of tag`.
std::string DriverLabel(const Driver& driver);

}  // namespace bedplate
