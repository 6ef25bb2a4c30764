#include "catalog/plant_yaml_assets.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>
#include <utility>
#include <vector>

#include "base/spelling.h"
#include "base/utf8.h"
#include "model/path.h"

namespace bedplate {
namespace {

constexpr std::size_t kTextLimitBytes = 500;
constexpr std::size_t kAssetLimitDepth = 12;

/// One asset of the file, not yet repeated for each of its names and its parents' names.
struct AssetSpec {
  std::vector<std::string> names;
  Asset asset;  // without its path
  const YamlValue* node = nullptr;
  std::string key;
  PlacedTags tags;  // paths relative to the asset
  std::vector<AssetSpec> children;
};

/// What an asset has to know of the ones above it.
struct Above {
  std::string path;  // by the first name of each pattern
  AssetLevel level = AssetLevel::kEnterprise;
  std::size_t depth = 0;
};

std::string PathBelow(const std::string& parent, const std::string& name) {
  return parent.empty() ? name : fmt::format("{}/{}", parent, name);
}

std::vector<std::string> ZoneNames() {
  std::vector<std::string> names;
  for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  return names;
}

/// Empty when `name` is a zone; else what to say about it.
std::string CheckZone(const std::string& name) {
  try {
    const std::vector<std::string> names = ZoneNames();
    if (std::find(names.begin(), names.end(), name) != names.end()) return {};
    const auto nearest = NearestSpelling(name, names);
    const std::string shown = ToValidUtf8(name, 80);
    return nearest ? fmt::format("'{}' (did you mean '{}'?)", shown, *nearest)
                   : fmt::format("'{}'", shown);
  } catch (const std::exception& e) {
    return fmt::format("no time zones on this machine: {}", e.what());
  }
}

void ReadZone(PlantReadContext& context, YamlMapReader& reader, std::string& out) {
  const auto zone = reader.String("time_zone");
  if (!zone || zone->empty() || context.faults.full()) return;
  out = *zone;
  const auto [known, is_new] = context.zone_faults.try_emplace(*zone);
  if (is_new) known->second = CheckZone(*zone);
  if (known->second.empty()) return;
  context.faults.Add(*reader.Child("time_zone"), reader.KeyOf("time_zone"),
                     "an IANA time zone as Europe/London", known->second);
}

void ReadCurrency(YamlMapReader& reader, std::string& out) {
  const auto currency = reader.String("currency");
  if (!currency || currency->empty()) return;
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (currency->size() == 3 && std::all_of(currency->begin(), currency->end(), is_capital)) {
    out = *currency;
  } else {
    reader.Fault("currency", "an ISO 4217 code as EUR");
  }
}

void ReadLevel(YamlMapReader& reader, const Above& above, AssetLevel& out) {
  constexpr std::string_view kLevels = "one of enterprise, site, area, line, equipment";
  if (reader.RequiredChild("level", kLevels) == nullptr) return;
  const auto name = reader.Choice("level", {"enterprise", "site", "area", "line", "equipment"});
  if (!name) return;
  out = ParseAssetLevel(*name).value_or(out);
  // A machine may consist of machines; every other level stands below its parent's.
  const bool machine_in_machine =
      out == AssetLevel::kEquipment && above.level == AssetLevel::kEquipment;
  if (above.depth == 0 || out > above.level || machine_in_machine) return;
  reader.Fault("level",
               fmt::format("a level below that of its parent, {}", AssetLevelName(above.level)));
}

const PlacedTemplate* ReadTemplateName(YamlMapReader& reader, const PlacedTemplates& templates,
                                       std::string& out) {
  const auto name = reader.String("template");
  if (!name || name->empty()) return nullptr;
  out = *name;
  if (const auto found = templates.find(*name); found != templates.end()) return &found->second;
  if (reader.faults().full()) return nullptr;
  std::vector<std::string> known;
  for (const auto& [known_name, unused] : templates) known.push_back(known_name);
  const auto nearest = NearestSpelling(*name, known);
  const YamlValue& node = *reader.Child("template");
  reader.faults().Add(
      node, reader.KeyOf("template"), "a template of this file",
      node.Describe() + (nearest ? fmt::format(" (did you mean '{}'?)", *nearest) : ""));
  return nullptr;
}

/// Counts the tags that an asset takes over; false when they are too many.
bool TakeTemplateTags(PlantReadContext& context, YamlMapReader& reader, std::size_t count) {
  if (count <= context.tags.left) {
    context.tags.left -= count;
    return true;
  }
  if (!context.tags.exceeded) reader.Fault("template", kPlantLimitText);
  context.tags.exceeded = true;
  return false;
}

/// The tags of an asset: its template's, with its own on top. Places point at the asset's node for
/// what it takes over as it is.
PlacedTags ReadAssetTags(PlantReadContext& context, YamlMapReader& reader,
                         const PlacedTemplate* asset_template) {
  PlacedTags tags;
  if (asset_template != nullptr) {
    if (!TakeTemplateTags(context, reader, asset_template->tags.size())) return {};
    tags = asset_template->tags;
    for (auto& [name, tag] : tags) {
      tag.node = &reader.node();
      tag.key = reader.KeyOf("template");
    }
  }
  const YamlValue* map = reader.ChildMap("tags");
  if (map == nullptr) return tags;
  return ReadTags(context, *map, reader.KeyOf("tags"), std::move(tags));
}

std::vector<AssetSpec> ReadAssetMap(PlantReadContext& context, const YamlValue& map,
                                    const std::string& key, const Above& above,
                                    const PlacedTemplates& templates);

void ReadAsset(PlantReadContext& context, AssetSpec& spec, const Above& above,
               const PlacedTemplates& templates) {
  YamlMapReader reader(*spec.node, spec.key, context.faults);
  if (spec.node->kind != YamlKind::kMap) return;
  ReadLevel(reader, above, spec.asset.level);
  if (const auto text = reader.String("description")) {
    spec.asset.description = *text;
    if (text->size() > kTextLimitBytes) {
      reader.Fault("description", fmt::format("at most {} bytes", kTextLimitBytes));
    }
  }
  ReadZone(context, reader, spec.asset.time_zone);
  ReadCurrency(reader, spec.asset.currency);
  const PlacedTemplate* asset_template =
      ReadTemplateName(reader, templates, spec.asset.template_name);
  spec.tags = ReadAssetTags(context, reader, asset_template);
  if (const YamlValue* children = reader.ChildMap("assets")) {
    const Above here{
        above.path.empty() ? spec.names.front() : above.path + "/" + spec.names.front(),
        spec.asset.level, above.depth + 1};
    spec.children = ReadAssetMap(context, *children, reader.KeyOf("assets"), here, templates);
  }
  reader.RefuseUnknown();
}

/// Whether `names` may stand below `above`; a fault when not.
bool CheckNames(PlantReadContext& context, const AssetSpec& spec, const std::string& key,
                const Above& above) {
  const auto refuse = [&](std::string_view expected, const std::string& name) {
    context.faults.AddAtKey(*spec.node, key, expected, fmt::format("'{}'", ToValidUtf8(name, 80)));
    return false;
  };
  if (above.depth >= kAssetLimitDepth) {
    return refuse(fmt::format("at most {} assets above each other", kAssetLimitDepth),
                  spec.names.front());
  }
  for (const std::string& name : spec.names) {
    if (name.find('/') != std::string::npos) return refuse("a name without '/'", name);
    if (above.path.size() + 1 + name.size() > kMaxPathBytes) {
      return refuse("a path of at most 1024 bytes", name);
    }
  }
  return true;
}

std::vector<AssetSpec> ReadAssetMap(PlantReadContext& context, const YamlValue& map,
                                    const std::string& key, const Above& above,
                                    const PlacedTemplates& templates) {
  std::vector<AssetSpec> specs;
  for (const auto& [pattern, node] : map.fields) {
    AssetSpec spec;
    spec.names = ExpandKey(context, pattern, node, key, context.assets);
    spec.node = &node;
    if (spec.names.empty() || !CheckNames(context, spec, key, above)) continue;
    spec.key = fmt::format("{}.{}", key, pattern);
    ReadAsset(context, spec, above, templates);
    specs.push_back(std::move(spec));
  }
  return specs;
}

/// Repeats specs for each name, checking what only whole paths can show.
class Expander {
 public:
  Expander(YamlFaults& faults, Plant& plant) : faults_(faults), plant_(plant) {}

  void Expand(const std::vector<AssetSpec>& specs, const std::string& parent) {
    for (const AssetSpec& spec : specs) {
      for (const std::string& name : spec.names) {
        ExpandOne(spec, PathBelow(parent, name));
      }
    }
  }

  void AddTags(const PlacedTags& tags, const std::string& asset_path) {
    for (const auto& [name, placed] : tags) {
      Tag tag = placed.tag;
      tag.path = PathBelow(asset_path, name);
      AddTag(placed, std::move(tag));
    }
  }

  /// A place in the tree is either an asset or a tag.
  void CheckTagsAgainstAssets() {
    for (const auto& [path, placed] : tag_places_) {
      if (!asset_paths_.contains(path)) continue;
      faults_.AddAtKey(*placed->node, placed->key, "a tag beside the assets",
                       fmt::format("'{}', which is an asset", path));
    }
  }

 private:
  void ExpandOne(const AssetSpec& spec, const std::string& path) {
    if (!Fits(plant_.assets.size(), kPlantLimitAssets, *spec.node, spec.key)) return;
    if (path.size() > kMaxPathBytes) {
      faults_.AddAtKey(*spec.node, spec.key, "a path of at most 1024 bytes",
                       fmt::format("{} bytes", path.size()));
      return;
    }
    if (!asset_paths_.insert(path).second) {
      faults_.AddAtKey(*spec.node, spec.key, "each path once", fmt::format("'{}' again", path));
      return;
    }
    Asset asset = spec.asset;
    asset.path = path;
    plant_.assets.push_back(std::move(asset));
    AddTags(spec.tags, path);
    Expand(spec.children, path);
  }

  void AddTag(const PlacedTag& placed, Tag tag) {
    if (!Fits(plant_.tags.size(), kPlantLimitTags, *placed.node, placed.key)) return;
    if (tag.path.size() > kMaxPathBytes) {
      faults_.AddAtKey(*placed.node, placed.key, "a path of at most 1024 bytes",
                       fmt::format("{} bytes", tag.path.size()));
    } else if (!tag_places_.emplace(tag.path, &placed).second) {
      faults_.AddAtKey(*placed.node, placed.key, "each path once",
                       fmt::format("'{}' again", tag.path));
    } else {
      plant_.tags.push_back(std::move(tag));
    }
  }

  bool Fits(std::size_t have, std::size_t limit, const YamlValue& node, const std::string& key) {
    if (full_) return false;
    full_ = have >= limit;
    if (full_) faults_.AddAtKey(node, key, kPlantLimitText, "more");
    return !full_;
  }

  YamlFaults& faults_;
  Plant& plant_;
  std::set<std::string, std::less<>> asset_paths_;
  std::map<std::string, const PlacedTag*, std::less<>> tag_places_;
  bool full_ = false;  // a limit was reached; one fault says so
};

}  // namespace

PlacedTemplates ReadTemplateMap(PlantReadContext& context, const YamlValue& map) {
  PlacedTemplates templates;
  for (const auto& [name, node] : map.fields) {
    const Status path = CheckPath(name);
    if (!path.ok() || name.find('/') != std::string::npos) {
      context.faults.AddAtKey(node, "templates", "a name without '/'",
                              fmt::format("'{}'", ToValidUtf8(name, 80)));
      continue;
    }
    const std::string key = "templates." + name;
    YamlMapReader reader(node, key, context.faults);
    PlacedTemplate& placed = templates[name];
    placed.description = reader.String("description").value_or("");
    if (const YamlValue* tags = reader.ChildMap("tags")) {
      placed.tags = ReadTags(context, *tags, key + ".tags", {});
    }
    reader.RefuseUnknown();
  }
  return templates;
}

void ReadAssetTree(PlantReadContext& context, const YamlValue* assets, const YamlValue* tags,
                   const PlacedTemplates& templates, Plant& plant) {
  std::vector<AssetSpec> specs;
  if (assets != nullptr) specs = ReadAssetMap(context, *assets, "assets", {}, templates);
  PlacedTags loose_tags;
  if (tags != nullptr) loose_tags = ReadTags(context, *tags, "tags", {});
  Expander expander(context.faults, plant);
  expander.Expand(specs, "");
  expander.AddTags(loose_tags, "");
  expander.CheckTagsAgainstAssets();
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  std::sort(plant.assets.begin(), plant.assets.end(), by_path);
  std::sort(plant.tags.begin(), plant.tags.end(), by_path);
}

}  // namespace bedplate
