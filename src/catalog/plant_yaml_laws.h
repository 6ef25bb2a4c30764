#pragma once

#include <string_view>

#include "base/check.h"
#include "catalog/plant_yaml.h"

namespace bedplate {

/// What holds for whatever stands in a plant file, for tests and fuzzers: reading it ends; and what
/// could be read is written so that it reads back equal and is written the same again (CHECK).
inline void CheckPlantYamlLaws(std::string_view text, const UnitSystem& units) {
  const PlantYaml parsed = ParsePlantYaml("plant.yaml", text, units);
  for (const YamlFault& fault : parsed.faults) BEDPLATE_CHECK(!fault.ToString().empty());
  if (!parsed.faults.empty()) return;
  const std::string formatted = FormatPlantYaml(parsed.plant);
  // A short text can stand for a plant whose long form is beyond the size of a file.
  if (formatted.size() > kYamlLimitBytes) return;
  const PlantYaml again = ParsePlantYaml("plant.yaml", formatted, units);
  BEDPLATE_CHECK(again.faults.empty());
  BEDPLATE_CHECK(again.plant == parsed.plant);
  BEDPLATE_CHECK(FormatPlantYaml(again.plant) == formatted);
}

}  // namespace bedplate
