#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// y = scale * x + offset, from one unit to another.
struct UnitConversion {
  double scale = 1;
  double offset = 0;

  [[nodiscard]] double Apply(double x) const noexcept { return scale * x + offset; }
};

/// The units that Bedplate knows: UDUNITS-2's database, plus the spellings plants use that it lacks
/// (`kWh`, `kvarh`, `Nm3`, `pcs`, `tCO2`; all in unit_aliases.cc). What UDUNITS-2 would let pass
/// for another quantity is kept apart: reactive and apparent power, normal cubic metres, gauge
/// pressure, pieces, money, and angles (`rpm` is not `Hz`). Safe for concurrent use.
class UnitSystem {
 public:
  /// Errors: kInternal when the UDUNITS database cannot be read.
  static Result<std::unique_ptr<UnitSystem>> Load();
  virtual ~UnitSystem() = default;

  /// kInvalidArgument naming the text, with the nearest known spelling when there is one.
  virtual Status Check(std::string_view unit) const = 0;
  /// kInvalidArgument when either is unknown, when they measure different things (kW and kWh), or
  /// when one is logarithmic (dBm). An empty unit is the number one.
  virtual Result<UnitConversion> Convert(std::string_view from, std::string_view to) const = 0;
};

}  // namespace bedplate
