#include "catalog/plant_yaml.h"

#include <fmt/format.h>

#include <utility>

#include "catalog/plant_yaml_assets.h"
#include "catalog/plant_yaml_texts.h"

namespace bedplate {
namespace {

void ReadFormat(YamlMapReader& root) {
  const YamlValue* format = root.RequiredChild("format", kPlantFormat);
  if (format == nullptr) return;
  if (format->kind != YamlKind::kScalar || format->scalar != kPlantFormat) {
    root.Fault("format", kPlantFormat);
  }
}

std::vector<AssetTemplate> TemplatesOf(const PlacedTemplates& placed) {
  std::vector<AssetTemplate> templates;
  for (const auto& [name, one] : placed) {
    AssetTemplate& added = templates.emplace_back(AssetTemplate{name, one.description, {}});
    for (const auto& [path, tag] : one.tags) added.tags.push_back(tag.tag);
  }
  return templates;
}

/// A section with nothing in it would remove all that is stored of it, which is more likely a file
/// that was cut than a wish.
void RefuseEmptySections(YamlMapReader& root) {
  for (const std::string_view section : {"templates", "assets", "tags", "initiatives", "sources"}) {
    const YamlValue* found = root.node().Find(section);
    if (found == nullptr || found->kind != YamlKind::kNull) continue;
    root.Fault(section, fmt::format("a map (`{}: {{}}` where there shall be none)", section));
  }
}

void ReadAssetSections(PlantReadContext& context, YamlMapReader& root, Plant& plant) {
  const YamlValue* templates = root.ChildMap("templates");
  const YamlValue* assets = root.ChildMap("assets");
  const YamlValue* tags = root.ChildMap("tags");
  plant.declares_assets = root.node().Find("assets") != nullptr;
  if (!plant.declares_assets && (templates != nullptr || tags != nullptr)) {
    // Declared without its assets, the section would remove every asset that is stored.
    root.Fault("assets", "the assets beside the templates and tags (these three go together)");
  }
  PlacedTemplates placed;
  if (templates != nullptr) placed = ReadTemplateMap(context, *templates);
  plant.templates = TemplatesOf(placed);
  ReadAssetTree(context, assets, tags, placed, plant);
}

}  // namespace

PlantYaml ParsePlantYaml(std::string_view file_name, std::string_view text,
                         const UnitSystem& units) {
  PlantYaml result;
  YamlFaults faults{std::string(file_name)};
  const YamlValue document = ParseYaml(text, faults);
  if (faults.empty() || document.kind == YamlKind::kMap) {
    PlantReadContext context{units, faults};
    YamlMapReader root(document, "", faults);
    ReadFormat(root);
    RefuseEmptySections(root);
    const std::size_t faults_before = faults.list().size();
    ReadAssetSections(context, root, result.plant);
    result.assets_have_faults = faults.list().size() > faults_before;
    result.plant.declares_initiatives = document.Find("initiatives") != nullptr;
    result.plant.declares_sources = document.Find("sources") != nullptr;
    if (const YamlValue* initiatives = root.ChildMap("initiatives")) {
      result.plant.initiatives = ReadDeclaredTexts(text, "initiatives", *initiatives, faults);
      result.initiatives = *initiatives;
    }
    if (const YamlValue* sources = root.ChildMap("sources")) {
      result.plant.sources = ReadDeclaredTexts(text, "sources", *sources, faults);
      result.sources = *sources;
    }
    root.RefuseUnknown();
  }
  result.faults = std::move(faults).Take();
  return result;
}

}  // namespace bedplate
