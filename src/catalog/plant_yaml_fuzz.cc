#include <cstddef>
#include <cstdint>
#include <string>

#include "catalog/plant_yaml_laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto kUnits = bedplate::UnitSystem::Load().value();
  bedplate::CheckPlantYamlLaws(std::string(bytes, bytes + size), *kUnits);
  return 0;
}
