#include "services/plant_files.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <utility>

namespace bedplate {
namespace {

/// Puts the plants of files together and remembers which file a part came from.
class PlantJoiner {
 public:
  explicit PlantJoiner(ParsedPlantFiles& whole) : whole_(whole) {
    whole_.plant.declares_assets = false;
    whole_.plant.declares_initiatives = false;
  }

  void Add(const std::string& name, PlantYaml parsed) {
    YamlFaults faults(name);
    if (parsed.plant.declares_assets) AddAssets(name, parsed.plant, faults);
    if (parsed.plant.declares_initiatives) AddInitiatives(name, parsed, faults);
    whole_.assets_have_faults |= parsed.assets_have_faults;
    std::vector<YamlFault> together = std::move(faults).Take();
    std::move(together.begin(), together.end(), std::back_inserter(parsed.faults));
    whole_.files.push_back({name, std::move(parsed.initiatives), std::move(parsed.faults)});
  }

 private:
  void AddAssets(const std::string& name, Plant& plant, YamlFaults& faults) {
    if (whole_.plant.declares_assets) {
      faults.AddAt(1, 1, "assets", "the assets in one of the files",
                   fmt::format("more of them; {} has assets too", assets_file_));
      return;
    }
    whole_.plant.declares_assets = true;
    whole_.plant.templates = std::move(plant.templates);
    whole_.plant.assets = std::move(plant.assets);
    whole_.plant.tags = std::move(plant.tags);
    assets_file_ = name;
  }

  void AddInitiatives(const std::string& name, PlantYaml& parsed, YamlFaults& faults) {
    whole_.plant.declares_initiatives = true;
    for (const auto& [initiative, node] : parsed.initiatives.fields) {
      const auto [first, is_new] = initiative_files_.try_emplace(initiative, name);
      if (is_new) continue;
      faults.AddAtKey(node, "initiatives", "each initiative once",
                      fmt::format("'{}' again, which {} has too", initiative, first->second));
    }
    std::move(parsed.plant.initiatives.begin(), parsed.plant.initiatives.end(),
              std::back_inserter(whole_.plant.initiatives));
  }

  ParsedPlantFiles& whole_;
  std::string assets_file_;
  std::map<std::string, std::string, std::less<>> initiative_files_;
};

}  // namespace

ParsedPlantFiles ParsePlantFiles(std::span<const PlantFile> files, const UnitSystem& units) {
  ParsedPlantFiles whole;
  PlantJoiner joiner(whole);
  for (const PlantFile& file : files) {
    joiner.Add(file.name, ParsePlantYaml(file.name, file.text, units));
  }
  return whole;
}

}  // namespace bedplate
