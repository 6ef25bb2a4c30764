#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/yaml.h"
#include "catalog/plant_yaml_names.h"
#include "model/tag.h"
#include "model/unit.h"

namespace bedplate {

// Reading the maps of tags in a plant file (docs/formats/plant.md, "Tags").

/// A tag and the place in the file that declared it.
struct PlacedTag {
  Tag tag;
  const YamlValue* node = nullptr;
  std::string key;  // dotted
};

using PlacedTags = std::map<std::string, PlacedTag, std::less<>>;

/// How many names the whole file may still expand to; keeps a short text from becoming a huge
/// plant.
struct Allowance {
  std::size_t left = 0;
  bool exceeded = false;  // reported once; names that follow are then passed over
};

/// What all parts of one file share while it is read.
struct PlantReadContext {
  const UnitSystem& units;
  YamlFaults& faults;
  Allowance assets{kPlantLimitAssets};
  Allowance tags{kPlantLimitTags};
  /// What was found wrong with a unit or zone, empty when nothing: the same text comes many times.
  std::map<std::string, std::string, std::less<>> unit_faults = {};
  std::map<std::string, std::string, std::less<>> zone_faults = {};
};

/// Names for the pattern that is the key of `node`, taken from `allowance`; empty after a fault.
std::vector<std::string> ExpandKey(PlantReadContext& context, std::string_view pattern,
                                   const YamlValue& node, std::string_view parent_key,
                                   Allowance& allowance);

/// Reads a map of tags over `inherited` (a template's tags, or none): a tag of the same name takes
/// the fields that it gives and keeps the others.
PlacedTags ReadTags(PlantReadContext& context, const YamlValue& map, const std::string& key,
                    PlacedTags inherited);

// What stands for an interval besides a duration such as `90s`.
inline constexpr std::string_view kLearnedInterval = "learned";
inline constexpr std::string_view kOnChangeInterval = "on-change";

/// The `interval` of a tag as a plant file has it.
std::string IntervalText(const Tag& tag);

}  // namespace bedplate
