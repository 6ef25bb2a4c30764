#include "services/steel_mill_simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>

#include "base/check.h"

namespace bedplate {
namespace {

constexpr int kQuartersPerDay = 96;
constexpr int kSecondsPerQuarter = 900;
constexpr std::int64_t kQuarterNanoseconds = std::int64_t{kSecondsPerQuarter} * 1'000'000'000;
// Korea has not changed its clocks since 1988.
constexpr std::int64_t kOffsetQuarters = 36;  // nine hours

constexpr double kStandbyKwh = 3.6;      // per quarter, never off
constexpr double kProductionKwh = 70.0;  // per quarter at full production
constexpr double kTonnesPerKwh = 0.00047;

constexpr double kDailySpread = 0.10;
constexpr double kDailyCorrelation = 0.4;
constexpr double kQuarterSpread = 0.25;
constexpr double kStandbySpread = 0.08;
constexpr double kQuarterCorrelation = 0.7;

enum Stream : std::uint32_t {
  kDayLevel = 1,
  kDayWorked,
  kQuarterLevel,
  kStandbyLevel,
  kPowerFactor,
  kCapacitors,
  kPowerShape,
};

// Share of full production in each hour of a working day: one and a half shifts with a break.
constexpr std::array<double, 24> kWorkingHours = {0.08, 0,    0,    0,    0,    0,    0,    0,
                                                  0.58, 0.95, 1.0,  1.0,  0.10, 0.75, 1.0,  1.0,
                                                  1.0,  0.80, 0.65, 0.65, 0.65, 0.20, 0.08, 0.06};

enum class Tariff { kLight, kMedium, kMaximum };

constexpr Tariff TariffAt(int hour) {
  if (hour < 9 || hour == 23) return Tariff::kLight;
  const bool peak = (hour >= 10 && hour < 12) || (hour >= 13 && hour < 17);
  return peak ? Tariff::kMaximum : Tariff::kMedium;
}

constexpr std::string_view LoadTypeName(Tariff tariff) {
  switch (tariff) {
    case Tariff::kLight: return "Light_Load";
    case Tariff::kMedium: return "Medium_Load";
    case Tariff::kMaximum: break;
  }
  return "Maximum_Load";
}

std::int32_t DayOfQuarter(std::int64_t quarter) {
  const std::int64_t day = quarter / kQuartersPerDay - (quarter % kQuartersPerDay < 0 ? 1 : 0);
  return static_cast<std::int32_t>(day);
}

std::chrono::year_month_day DateOf(std::int32_t day) {
  return std::chrono::sys_days(std::chrono::days(day));
}

unsigned WeekdayOf(std::int32_t day) {  // 1 is Monday, 7 is Sunday
  return std::chrono::weekday(std::chrono::sys_days(std::chrono::days(day))).iso_encoding();
}

/// Days on which the mill stands still, about as many in either half of the year.
bool IsHoliday(std::int32_t day) {
  struct MonthDay {
    unsigned month, day;
  };
  constexpr MonthDay kHolidays[] = {{1, 1},  {2, 15}, {2, 16}, {3, 1},  {5, 1},  {6, 6},
                                    {8, 15}, {9, 24}, {9, 25}, {10, 3}, {10, 9}, {12, 25}};
  const auto date = DateOf(day);
  return std::any_of(std::begin(kHolidays), std::end(kHolidays), [&](const MonthDay& holiday) {
    return unsigned{date.month()} == holiday.month && unsigned{date.day()} == holiday.day;
  });
}

/// How much of a working day this day is: 0 when the mill stands still.
double WorkOn(const RandomField& random, std::int32_t day) {
  if (IsHoliday(day)) return 0;
  const double luck = random.Uniform(kDayWorked, day);
  switch (WeekdayOf(day)) {
    case 6: return luck < 0.60 ? 0.75 : 0;
    case 7: return luck < 0.12 ? 0.70 : 0;
    default: return 1;
  }
}

/// To two decimals, as the nearest double of that decimal.
double Cents(double value) { return std::round(value * 100) / 100; }

double PowerFactorPercent(double kwh, double kvarh) {
  const double apparent = std::hypot(kwh, kvarh);
  return apparent > 0 ? Cents(100 * kwh / apparent) : 100;
}

/// Under load the motors draw lagging reactive power; at standby the capacitor bank, when it is
/// switched in, overcompensates and the current leads.
void AddReactivePower(const RandomField& random, double noise, SteelMillReading& reading) {
  const bool standby = reading.usage_kwh < 2 * kStandbyKwh;
  const bool leading = standby && random.Uniform(kCapacitors, reading.quarter / 24) < 0.5;
  const double factor = std::clamp((standby ? 0.70 : 0.90) + 0.04 * noise, 0.3, 0.999);
  if (leading) {
    reading.leading_kvarh = Cents(std::max(0.0, 12 + 4 * noise));
  } else {
    reading.lagging_kvarh = Cents(reading.usage_kwh * std::sqrt(1 / (factor * factor) - 1));
  }
  reading.lagging_power_factor_percent =
      PowerFactorPercent(reading.usage_kwh, reading.lagging_kvarh);
  reading.leading_power_factor_percent =
      PowerFactorPercent(reading.usage_kwh, reading.leading_kvarh);
}

}  // namespace

SteelMillReading SteelMillSimulator::Make(std::int64_t quarter, const SteelMillNoise& noise) const {
  const std::int32_t day = DayOfQuarter(quarter);
  const auto hour = static_cast<int>((quarter - std::int64_t{day} * kQuartersPerDay) / 4);
  const double work = WorkOn(random_, day);
  const double standby = kStandbyKwh * (1 + kStandbySpread * noise.standby);
  const double production = kProductionKwh * kWorkingHours[static_cast<std::size_t>(hour)] * work *
                            std::exp(kDailySpread * noise.day) *
                            (1 + kQuarterSpread * noise.production);

  SteelMillReading reading;
  reading.quarter = quarter;
  reading.load_type = LoadTypeName(work > 0 ? TariffAt(hour) : Tariff::kLight);
  reading.usage_unsaved_kwh = std::max(0.0, standby) + std::max(0.0, production);
  const double kept = day >= options_.saving_from_day ? 1 - options_.saving : 1;
  reading.usage_kwh = Cents(reading.usage_unsaved_kwh * kept);
  reading.co2_tonnes = Cents(reading.usage_kwh * kTonnesPerKwh);
  AddReactivePower(random_, noise.power_factor, reading);
  return reading;
}

SteelMillReading SteelMillSimulator::ReadingAt(std::int64_t quarter) const {
  return Make(quarter, {random_.Correlated(kDayLevel, DayOfQuarter(quarter), kDailyCorrelation),
                        random_.Correlated(kQuarterLevel, quarter, kQuarterCorrelation),
                        random_.Correlated(kStandbyLevel, quarter, kQuarterCorrelation),
                        random_.Correlated(kPowerFactor, quarter, kQuarterCorrelation)});
}

std::vector<SteelMillReading> SteelMillSimulator::Readings() const {
  BEDPLATE_CHECK(options_.days >= 0);
  const auto days = static_cast<std::size_t>(options_.days);
  const std::size_t count = days * kQuartersPerDay;
  const std::int64_t first = std::int64_t{options_.first_day} * kQuartersPerDay;
  const auto day = random_.CorrelatedRun(kDayLevel, options_.first_day, days, kDailyCorrelation);
  const auto quarters = [&](Stream stream) {
    return random_.CorrelatedRun(stream, first, count, kQuarterCorrelation);
  };
  const auto production = quarters(kQuarterLevel);
  const auto standby = quarters(kStandbyLevel);
  const auto power_factor = quarters(kPowerFactor);
  std::vector<SteelMillReading> readings;
  readings.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    readings.push_back(
        Make(first + static_cast<std::int64_t>(i),
             {day[i / kQuartersPerDay], production[i], standby[i], power_factor[i]}));
  }
  return readings;
}

std::int64_t SteelMillSimulator::QuarterOf(Timestamp time) noexcept {
  return time.nanoseconds() / kQuarterNanoseconds + kOffsetQuarters;
}

Timestamp SteelMillSimulator::StartOf(std::int64_t quarter) noexcept {
  return Timestamp((quarter - kOffsetQuarters) * kQuarterNanoseconds);
}

double SteelMillSimulator::PowerKilowatts(Timestamp time, int step_seconds) const {
  BEDPLATE_CHECK(step_seconds > 0);
  BEDPLATE_CHECK(kSecondsPerQuarter % step_seconds == 0);
  const std::int64_t quarter = QuarterOf(time);
  const int steps = kSecondsPerQuarter / step_seconds;
  const std::int64_t step = (time - StartOf(quarter)).count() / (1'000'000'000LL * step_seconds);
  const auto shape = [&](std::int64_t i) {
    return std::exp(0.12 * random_.Normal(kPowerShape, quarter * kSecondsPerQuarter + i));
  };
  double sum = 0;
  for (std::int64_t i = 0; i < steps; ++i) sum += shape(i);
  const double mean_kilowatts = ReadingAt(quarter).usage_kwh * 4;
  return mean_kilowatts * shape(step) * steps / sum;
}

double SavedKilowattHours(const std::vector<SteelMillReading>& readings) {
  double saved = 0;
  for (const SteelMillReading& r : readings) saved += r.usage_unsaved_kwh - r.usage_kwh;
  return saved;
}

std::string FormatSteelMillCsv(const std::vector<SteelMillReading>& readings) {
  constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                     "Friday", "Saturday", "Sunday"};
  std::string csv =
      "date,Usage_kWh,Lagging_Current_Reactive.Power_kVarh,Leading_Current_Reactive_Power_kVarh,"
      "CO2(tCO2),Lagging_Current_Power_Factor,Leading_Current_Power_Factor,NSM,WeekStatus,"
      "Day_of_week,Load_Type\n";
  for (const SteelMillReading& r : readings) {
    const std::int32_t day = DayOfQuarter(r.quarter);
    const auto date = DateOf(day);
    const std::int64_t end =
        (r.quarter + 1 - std::int64_t{day} * kQuartersPerDay) % kQuartersPerDay;
    const unsigned weekday = WeekdayOf(day);
    fmt::format_to(std::back_inserter(csv),
                   "{:02}/{:02}/{} {:02}:{:02},{},{},{},{},{},{},{},{},{},{}\n",
                   unsigned{date.day()}, unsigned{date.month()}, int{date.year()}, end / 4,
                   end % 4 * 15, r.usage_kwh, r.lagging_kvarh, r.leading_kvarh, r.co2_tonnes,
                   r.lagging_power_factor_percent, r.leading_power_factor_percent, end * 900,
                   weekday > 5 ? "Weekend" : "Weekday", kDays[weekday - 1], r.load_type);
  }
  return csv;
}

}  // namespace bedplate
