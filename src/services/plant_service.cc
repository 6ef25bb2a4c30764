#include "services/plant_service.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "services/applied_tags.h"
#include "services/initiative_check.h"
#include "services/plant_directory.h"

namespace bedplate {

Result<ApplyOutcome> PlantService::Apply(const PlantFile& file, ApplyMode mode,
                                         std::string_view actor) {
  const PlantYaml parsed = ParsePlantYaml(file.name, file.text, units_);
  ApplyOutcome outcome;
  ASSIGN_OR_RETURN(outcome.faults, FaultsOf(file, parsed));
  if (!outcome.faults.empty()) return outcome;
  const bool dry_run = mode == ApplyMode::kDryRun;
  const StoredTypeLookup stored_type = [this](std::string_view path) { return StoredType(path); };
  ASSIGN_OR_RETURN(outcome.changes, plant_.Apply(parsed.plant, dry_run, actor, stored_type));
  if (!dry_run) gate_.PlantChanged();
  return outcome;
}

Result<std::vector<YamlFault>> PlantService::FaultsOf(const PlantFile& file,
                                                      const PlantYaml& parsed) const {
  std::vector<YamlFault> faults = parsed.faults;
  ASSIGN_OR_RETURN(std::vector<YamlFault> of_initiatives, CheckInitiatives(file, parsed));
  std::ranges::move(of_initiatives, std::back_inserter(faults));
  std::ranges::stable_sort(
      faults, {}, [](const YamlFault& fault) { return std::tuple(fault.line, fault.column); });
  faults.resize(std::min(faults.size(), kYamlLimitFaults));
  return faults;
}

Result<std::vector<YamlFault>> PlantService::CheckInitiatives(const PlantFile& file,
                                                              const PlantYaml& parsed) const {
  YamlFaults faults(file.name);
  if (parsed.initiatives.fields.empty()) return std::move(faults).Take();
  std::vector<Asset> assets = parsed.plant.assets;
  if (!parsed.plant.declares_assets) {
    ASSIGN_OR_RETURN(assets, plant_.ListAssets());
  }
  const PlantDirectory directory(std::move(assets));
  AppliedTags tags(parsed.plant, plant_, historian_);
  RETURN_IF_ERROR(InitiativeCheck(directory, tags, faults)
                      .CheckAll(parsed.initiatives, parsed.assets_have_faults
                                                        ? CheckReferences::kNo
                                                        : CheckReferences::kYes));
  return std::move(faults).Take();
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
