#include "services/plant_service.h"

#include <algorithm>
#include <iterator>

#include "catalog/plant_yaml.h"
#include "services/plant_directory.h"
#include "value/initiative_yaml.h"

namespace bedplate {
namespace {

/// The initiative's faults, with lines as in the plant file. Its zone is that of its scope, so the
/// scope is read first.
std::vector<YamlFault> CheckInitiative(const std::string& file, const InitiativeText& text,
                                       const PlantDirectory& plant) {
  const InitiativeSource source{file, text.line, "initiatives." + text.name};
  YamlFaults faults(file);
  const YamlValue root = ParseYaml(text.yaml, faults);
  const YamlValue* scope = root.Find("scope");
  const std::string path = scope != nullptr ? scope->scalar : "";
  std::vector<YamlFault> found = ParseInitiative(source, text.yaml, plant.ZoneOf(path)).faults;
  const bool is_asset =
      std::ranges::find(plant.assets(), path, &Asset::path) != plant.assets().end();
  if (scope != nullptr && scope->kind == YamlKind::kScalar && !is_asset) {
    found.push_back({file, scope->line + text.line - 1, scope->column, source.key + ".scope",
                     "the path of an asset of the plant", scope->Describe()});
  }
  return found;
}

}  // namespace

Result<ApplyOutcome> PlantService::Apply(const PlantFile& file, ApplyMode mode,
                                         std::string_view actor) {
  PlantYaml parsed = ParsePlantYaml(file.name, file.text, units_);
  ApplyOutcome outcome;
  outcome.faults = std::move(parsed.faults);
  if (outcome.faults.empty()) {
    ASSIGN_OR_RETURN(outcome.faults, CheckInitiatives(file, parsed.plant));
  }
  if (!outcome.faults.empty()) return outcome;
  const bool dry_run = mode == ApplyMode::kDryRun;
  const StoredTypeLookup stored_type = [this](std::string_view path) { return StoredType(path); };
  ASSIGN_OR_RETURN(outcome.changes, plant_.Apply(parsed.plant, dry_run, actor, stored_type));
  if (!dry_run) gate_.PlantChanged();
  return outcome;
}

Result<std::vector<YamlFault>> PlantService::CheckInitiatives(const PlantFile& file,
                                                              const Plant& plant) const {
  std::vector<YamlFault> faults;
  if (plant.initiatives.empty()) return faults;
  std::vector<Asset> assets = plant.assets;
  if (!plant.declares_assets) {
    ASSIGN_OR_RETURN(assets, plant_.ListAssets());
  }
  const PlantDirectory directory(std::move(assets));
  for (const InitiativeText& text : plant.initiatives) {
    std::ranges::move(CheckInitiative(file.name, text, directory), std::back_inserter(faults));
    if (faults.size() >= kYamlLimitFaults) break;
  }
  return faults;
}

std::optional<ValueType> PlantService::StoredType(std::string_view path) const {
  const std::optional<SeriesInfo> series = historian_.Find(path);
  return series && series->samples > 0 ? std::optional(series->type) : std::nullopt;
}

Result<std::string> PlantService::ExportYaml() const {
  ASSIGN_OR_RETURN(const Plant plant, plant_.Export());
  return FormatPlantYaml(plant);
}

}  // namespace bedplate
