#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace bedplate {

/// What chance adds to one quarter, each with mean 0 and standard deviation 1.
struct SteelMillNoise {
  double day = 0;
  double production = 0;
  double standby = 0;
  double power_factor = 0;
};

struct SteelMillOptions {
  std::int32_t first_day = 17532;  // local days since 1970-01-01; 17532 is 2018-01-01
  std::int32_t days = 365;
  std::int32_t saving_from_day = 17713;  // from here on (2018-07-01) …
  double saving = 0.06;                  // … this share of the energy is saved; 0: none
};

/// What the meters say for one quarter of an hour. Figures are rounded as a meter rounds them.
struct SteelMillReading {
  std::int64_t quarter = 0;  // which: local quarters of an hour since 1970-01-01
  double usage_kwh = 0;
  double lagging_kvarh = 0;
  double leading_kvarh = 0;
  double co2_tonnes = 0;
  double lagging_power_factor_percent = 0;
  double leading_power_factor_percent = 0;
  std::string_view load_type;    // Light_Load, Medium_Load or Maximum_Load
  double usage_unsaved_kwh = 0;  // the truth: what it would have used without the saving
};

/// A small steel mill that never was, in the shape of a real one: one shift pattern on weekdays,
/// some Saturdays, few Sundays, holidays, a standby load at night, and levels that wander from day
/// to day and from quarter to quarter (both autocorrelated). It has no season, so that half a year
/// can be compared with the other half. A pure function of seed and options: any moment can be
/// asked for in any order.
class SteelMillSimulator {
 public:
  SteelMillSimulator(std::uint64_t seed, const SteelMillOptions& options)
      : random_(seed), options_(options) {}

  /// The reading of any quarter, within the options' days or not.
  [[nodiscard]] SteelMillReading ReadingAt(std::int64_t quarter) const;
  /// Every reading of the options' days, in time.
  [[nodiscard]] std::vector<SteelMillReading> Readings() const;

  /// The quarter that contains `time`; the mill's clock is nine hours ahead of UTC all year.
  [[nodiscard]] static std::int64_t QuarterOf(Timestamp time) noexcept;
  [[nodiscard]] static Timestamp StartOf(std::int64_t quarter) noexcept;

  /// Power in kW, constant over each step of `step_seconds` (a divisor of 900). Over the steps of a
  /// quarter it integrates to that quarter's usage.
  [[nodiscard]] double PowerKilowatts(Timestamp time, int step_seconds) const;

 private:
  [[nodiscard]] SteelMillReading Make(std::int64_t quarter, const SteelMillNoise& noise) const;

  RandomField random_;
  SteelMillOptions options_;
};

/// What the hidden saving comes to over these readings, in kWh.
double SavedKilowattHours(const std::vector<SteelMillReading>& readings);

/// The readings as the CSV file of such a mill: times are the end of each quarter in local time,
/// day before month, and midnight carries the date of the day that ends.
std::string FormatSteelMillCsv(const std::vector<SteelMillReading>& readings);

}  // namespace bedplate
