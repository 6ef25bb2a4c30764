#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/yaml.h"
#include "value/initiative.h"

namespace bedplate {

/// A driver and where it stands.
struct PlacedDriver {
  Driver driver;
  const YamlValue* tag = nullptr;  // what names its tag; null for a calendar factor
  std::string tag_key;             // dotted
};

/// Reads the list of drivers of an initiative; what is wrong becomes a fault and is left out.
/// A calendar factor finer than `granularity` is a fault. The result points into `list`.
std::vector<PlacedDriver> ReadDrivers(const YamlValue& list, const std::string& key,
                                      std::chrono::nanoseconds granularity, YamlFaults& faults);

}  // namespace bedplate
