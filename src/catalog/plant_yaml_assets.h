#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/yaml.h"
#include "catalog/plant_store.h"
#include "catalog/plant_yaml_tags.h"

namespace bedplate {

/// A template with the places of its tags.
struct PlacedTemplate {
  std::string description;
  PlacedTags tags;
};

using PlacedTemplates = std::map<std::string, PlacedTemplate, std::less<>>;

PlacedTemplates ReadTemplateMap(PlantReadContext& context, const YamlValue& map);

/// Reads the tree of assets and the tags outside of it (either map may be null) into
/// `plant.assets` and `plant.tags`, both sorted by path.
void ReadAssetTree(PlantReadContext& context, const YamlValue* assets, const YamlValue* tags,
                   const PlacedTemplates& templates, Plant& plant);

}  // namespace bedplate
