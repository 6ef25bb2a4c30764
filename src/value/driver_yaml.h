#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/yaml.h"
#include "value/initiative.h"

namespace bedplate {

/// Reads the list of drivers of an initiative; what is wrong becomes a fault and is left out.
/// A calendar factor finer than `granularity` is a fault.
std::vector<Driver> ReadDrivers(const YamlValue& list, const std::string& key,
                                std::chrono::nanoseconds granularity, YamlFaults& faults);

}  // namespace bedplate
