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
/// (`kWh`, `Nm3`, `%`, `degC`, `°C`, `rpm`, `pcs`). Safe for concurrent use.
class UnitSystem {
 public:
  /// Errors: kInternal when the UDUNITS database cannot be read.
  static Result<std::unique_ptr<UnitSystem>> Load();
  virtual ~UnitSystem() = default;

  /// kInvalidArgument naming the text, with the nearest known spelling when there is one.
  virtual Status Check(std::string_view unit) const = 0;
  /// kInvalidArgument when either is unknown or they measure different things (kW and kWh).
  virtual Result<UnitConversion> Convert(std::string_view from, std::string_view to) const = 0;
};

}  // namespace bedplate
