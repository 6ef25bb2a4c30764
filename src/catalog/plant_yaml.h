#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "catalog/plant_store.h"
#include "model/unit.h"

namespace bedplate {

/// The first line of every plant file names the format and its version.
inline constexpr std::string_view kPlantFormat = "bedplate/plant/1";

/// A plant read from YAML, or every fault found in it (not only the first, at most 100).
struct PlantYaml {
  Plant plant;
  // Sections as they stand in the file, wrong names and kinds included.
  YamlValue initiatives;
  YamlValue sources;
  bool assets_have_faults = false;  // or templates or tags
  std::vector<YamlFault> faults;
};

/// Reads a plant file (docs/formats/plant.md). Never throws; input over 8 MiB, aliases (YAML
/// anchors, the "billion laughs") and nesting deeper than 32 are faults.
PlantYaml ParsePlantYaml(std::string_view file_name, std::string_view text,
                         const UnitSystem& units);

/// The YAML that ParsePlantYaml reads back to an equal plant; sorted, stable, for version control.
/// Every asset's parent must be in the plant (CHECK).
std::string FormatPlantYaml(const Plant& plant);

}  // namespace bedplate
