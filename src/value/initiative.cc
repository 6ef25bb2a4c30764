#include "value/initiative.h"

#include <fmt/format.h>

namespace bedplate {

std::string_view AggregateName(Aggregate aggregate) noexcept {
  switch (aggregate) {
    case Aggregate::kSum: return "sum";
    case Aggregate::kMean: return "mean";
    case Aggregate::kIntegral: return "integral";
  }
  return "";
}

std::string_view CalendarFactorName(CalendarFactor factor) noexcept {
  switch (factor) {
    case CalendarFactor::kHourOfDay: return "hour-of-day";
    case CalendarFactor::kDayOfWeek: return "day-of-week";
    case CalendarFactor::kHourOfWeek: return "hour-of-week";
  }
  return "";
}

std::string_view InitiativeStatusName(InitiativeStatus status) noexcept {
  switch (status) {
    case InitiativeStatus::kIdea: return "idea";
    case InitiativeStatus::kPilot: return "pilot";
    case InitiativeStatus::kScaled: return "scaled";
    case InitiativeStatus::kStopped: return "stopped";
  }
  return "";
}

std::string DriverLabel(const Driver& driver) {
  switch (driver.kind) {
    case DriverKind::kCalendar: return std::string(CalendarFactorName(driver.calendar));
    case DriverKind::kShare: return fmt::format("{} of {}", driver.value, driver.tag);
    case DriverKind::kNumeric:
    case DriverKind::kCategory: break;
  }
  return driver.tag;
}

}  // namespace bedplate
