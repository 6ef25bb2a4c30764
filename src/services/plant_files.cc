#include "services/plant_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace bedplate {
namespace {

/// The names of a section over all files: each may stand in one of them.
class NamesOnce {
 public:
  NamesOnce(std::string_view section, std::string_view what) : section_(section), what_(what) {}

  void Add(const std::string& file, const YamlValue& section, YamlFaults& faults) {
    for (const auto& [name, node] : section.fields) {
      const auto [first, is_new] = files_.try_emplace(name, file);
      if (is_new) continue;
      faults.AddAtKey(node, section_, fmt::format("each {} once", what_),
                      fmt::format("'{}' again, which {} has too", name, first->second));
    }
  }

 private:
  const std::string_view section_;
  const std::string_view what_;
  std::map<std::string, std::string> files_;  // by name
};

/// Puts the plants of files together and remembers which file a part came from.
class PlantJoiner {
 public:
  explicit PlantJoiner(ParsedPlantFiles& whole) : whole_(whole) {
    whole_.plant.declares_assets = false;
    whole_.plant.declares_initiatives = false;
    whole_.plant.declares_sources = false;
  }

  void Add(const std::string& name, PlantYaml parsed) {
    YamlFaults faults(name);
    if (parsed.plant.declares_assets) AddAssets(name, parsed.plant, faults);
    if (parsed.plant.declares_initiatives) {
      whole_.plant.declares_initiatives = true;
      initiatives_.Add(name, parsed.initiatives, faults);
      std::ranges::move(parsed.plant.initiatives, std::back_inserter(whole_.plant.initiatives));
    }
    if (parsed.plant.declares_sources) {
      whole_.plant.declares_sources = true;
      sources_.Add(name, parsed.sources, faults);
      std::ranges::move(parsed.plant.sources, std::back_inserter(whole_.plant.sources));
    }
    whole_.assets_have_faults |= parsed.assets_have_faults;
    std::vector<YamlFault> together = std::move(faults).Take();
    std::move(together.begin(), together.end(), std::back_inserter(parsed.faults));
    whole_.files.push_back(
        {name, std::move(parsed.initiatives), std::move(parsed.sources), std::move(parsed.faults)});
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

  ParsedPlantFiles& whole_;
  std::string assets_file_;
  NamesOnce initiatives_{"initiatives", "initiative"};
  NamesOnce sources_{"sources", "source"};
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
