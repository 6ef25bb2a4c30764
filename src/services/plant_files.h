#pragma once

#include <span>
#include <string>
#include <vector>

#include "catalog/plant_yaml.h"
#include "model/unit.h"

namespace bedplate {

/// A plant file to be applied.
struct PlantFile {
  std::string name;  // what faults are reported under
  std::string text;
};

/// One of several plant files as it was read. Its plant has moved into the whole.
struct ParsedPlantFile {
  std::string name;
  YamlValue initiatives;  // as in PlantYaml, like the next
  YamlValue sources;
  std::vector<YamlFault> faults;
};

/// Plant files that are one declaration together.
struct ParsedPlantFiles {
  std::vector<ParsedPlantFile> files;
  Plant plant;
  bool assets_have_faults = false;
};

/// Reads all files. Faults of each are its own; those of the files together are that two declare
/// assets, or two one initiative or source, told at the later one.
ParsedPlantFiles ParsePlantFiles(std::span<const PlantFile> files, const UnitSystem& units);

}  // namespace bedplate
