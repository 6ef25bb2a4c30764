#pragma once

#include <optional>
#include <string>

#include "model/sample.h"

namespace bedplate {

/// Four limits as on any control screen; each may be absent. In the tag's unit.
struct TagLimits {
  std::optional<double> low_low;
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> high_high;

  bool operator==(const TagLimits&) const = default;
};

/// What is known about a time series besides its samples. The path is its identity.
struct Tag {
  std::string path;
  ValueType type = ValueType::kDouble;
  std::string unit;  // UDUNITS-2 text, as "kW.h", "degC"; empty: dimensionless or unknown
  TagLimits limits;
  std::string description;
  std::string source;                      // who writes it: a source name, or empty
  std::optional<double> interval_seconds;  // how often it is expected; empty: learned
  bool on_change = false;                  // written when it changes only, so there is no interval
  bool declared = false;                   // by a plant file, not created by the first write

  bool operator==(const Tag&) const = default;
};

}  // namespace bedplate
