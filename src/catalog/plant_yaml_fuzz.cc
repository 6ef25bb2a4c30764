#include "catalog/plant_yaml.h"

#include <cstddef>
#include <cstdint>

// Whatever stands in a plant file, reading it ends; and what could be read is written so that it
// reads back equal.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto kUnits = bedplate::UnitSystem::Load().value();
  const std::string text(bytes, bytes + size);
  const bedplate::PlantYaml parsed = bedplate::ParsePlantYaml("plant.yaml", text, *kUnits);
  for (const bedplate::YamlFault& fault : parsed.faults) BEDPLATE_CHECK(!fault.ToString().empty());
  if (!parsed.faults.empty()) return 0;
  const std::string formatted = bedplate::FormatPlantYaml(parsed.plant);
  const bedplate::PlantYaml again = bedplate::ParsePlantYaml("plant.yaml", formatted, *kUnits);
  // A short text can stand for a plant whose long form is beyond the size of a file.
  if (formatted.size() > bedplate::kYamlLimitBytes) return 0;
  BEDPLATE_CHECK(again.faults.empty());
  BEDPLATE_CHECK(again.plant == parsed.plant);
  BEDPLATE_CHECK(bedplate::FormatPlantYaml(again.plant) == formatted);
  return 0;
}
