#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate {

/// Quantities that UDUNITS-2 does not have, or that it would let pass for another one. Each becomes
/// a base unit of its own, so that nothing converts into it silently.
inline constexpr const char* kPlantBaseUnits[] = {
    "reactive_voltampere",  // reactive power is no active power (IEC 80000-6, 6-60)
    "apparent_voltampere",  // nor is apparent power (6-57)
    "normal_cubic_meter",   // an amount of gas: at 0 degC and 101.325 kPa (DIN 1343)
    "gauge_bar",            // above the air outside, whose pressure nobody wrote down
    "carbon_dioxide_tonne",
    "piece",
    "ph_value",
    "brix_degree",
    "nephelometric_unit",
    "euro",
    "us_dollar",
    "pound_sterling",
    "swiss_franc",
};

/// `unit` with the spellings that plants use put into UDUNITS-2's words: `kWh/Nm3` becomes
/// `(1e3 W.h)/(normal_cubic_meter)`. What is not known here stays as it is.
std::string ExpandPlantUnits(std::string_view unit);

/// The names in `unit`, without numbers and operators: `kWh`, `Nm3`.
std::vector<std::string> UnitNames(std::string_view unit);

/// Spellings to suggest for a unit that is not known; each of them is.
const std::vector<std::string>& KnownUnitSpellings();

}  // namespace bedplate
