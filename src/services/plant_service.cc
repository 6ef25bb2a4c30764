#include "services/plant_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "services/applied_tags.h"
#include "services/initiative_check.h"

namespace bedplate {
namespace {

/// Whether a number means the same in both units.
bool IsSameUnit(const UnitSystem& units, std::string_view a, std::string_view b) {
  constexpr double kRoundingError = 1e-12;
  const auto conversion = units.Convert(a, b);
  return conversion.ok() && std::abs(conversion->scale - 1) <= kRoundingError &&
         std::abs(conversion->offset) <= kRoundingError;
}

}  // namespace

Result<ApplyOutcome> PlantService::Apply(const ApplyRequest& request, std::string_view actor) {
  const ParsedPlantFiles parsed = ParsePlantFiles(request.files, units_);
  ApplyOutcome outcome;
  ASSIGN_OR_RETURN(outcome.faults, FaultsOf(parsed));
  if (!outcome.faults.empty()) return outcome;
  RETURN_IF_ERROR(CheckStoredInitiatives(parsed.plant));
  ASSIGN_OR_RETURN(outcome.changes, Store(parsed.plant, request, actor));
  if (request.mode == ApplyMode::kApply && parsed.plant.declares_sources) {
    RETURN_IF_ERROR(sources_.Reload());
  }
  return outcome;
}

Result<std::vector<Change>> PlantService::Store(const Plant& plant, const ApplyRequest& request,
                                                std::string_view actor) {
  const PlantApplyOptions options{
      .dry_run = request.mode == ApplyMode::kDryRun,
      .relabel_units = request.unit_change == UnitChange::kRelabel,
      .stored_type = [this](std::string_view path) { return StoredType(path); },
      .same_unit = [this](std::string_view a,
                          std::string_view b) { return IsSameUnit(units_, a, b); }};
  if (options.dry_run) return plant_.Apply(plant, actor, options);
  // No sample comes between the look at what is stored and the new declarations.
  const auto held = gate_.HoldIngest();
  auto changes = plant_.Apply(plant, actor, options);
  gate_.PlantChanged();
  return changes;
}

Result<std::vector<YamlFault>> PlantService::FaultsOf(const ParsedPlantFiles& parsed) const {
  std::vector<YamlFault> all;
  for (const ParsedPlantFile& file : parsed.files) {
    std::vector<YamlFault> faults = file.faults;
    ASSIGN_OR_RETURN(std::vector<YamlFault> of_initiatives, CheckInitiatives(file, parsed));
    std::ranges::move(of_initiatives, std::back_inserter(faults));
    YamlFaults of_sources(file.name);
    sources_.Check(file.sources, of_sources);
    std::ranges::move(std::move(of_sources).Take(), std::back_inserter(faults));
    std::ranges::stable_sort(
        faults, {}, [](const YamlFault& fault) { return std::tuple(fault.line, fault.column); });
    std::ranges::move(faults, std::back_inserter(all));
  }
  all.resize(std::min(all.size(), kYamlLimitFaults));
  return all;
}

Result<std::vector<YamlFault>> PlantService::CheckInitiatives(
    const ParsedPlantFile& file, const ParsedPlantFiles& parsed) const {
  YamlFaults faults(file.name);
  if (file.initiatives.fields.empty()) return std::move(faults).Take();
  ASSIGN_OR_RETURN(const PlantDirectory directory, AppliedAssets(parsed.plant));
  AppliedTags tags(parsed.plant, plant_, historian_);
  RETURN_IF_ERROR(InitiativeCheck(directory, tags, faults)
                      .CheckAll(file.initiatives, parsed.assets_have_faults
                                                      ? CheckReferences::kNo
                                                      : CheckReferences::kYes));
  return std::move(faults).Take();
}

Result<PlantDirectory> PlantService::AppliedAssets(const Plant& plant) const {
  if (plant.declares_assets) return PlantDirectory(plant.assets);
  return PlantDirectory::Read(plant_);
}

/// What the initiatives that stay stand on must stay too; else an export could not be applied.
Status PlantService::CheckStoredInitiatives(const Plant& plant) const {
  if (!plant.declares_assets || plant.declares_initiatives) return {};
  ASSIGN_OR_RETURN(const std::vector<InitiativeText> initiatives, plant_.ListInitiatives());
  const PlantDirectory directory(plant.assets);
  AppliedTags tags(plant, plant_, historian_);
  YamlFaults faults("stored");
  for (const InitiativeText& initiative : initiatives) {
    YamlFaults unreadable("stored");
    const YamlValue map = ParseYaml(initiative.yaml, unreadable);
    if (!unreadable.empty() || map.kind != YamlKind::kMap) continue;
    RETURN_IF_ERROR(InitiativeCheck(directory, tags, faults)
                        .CheckReferencesOf(map, "initiatives." + initiative.name));
  }
  if (faults.empty()) return {};
  const YamlFault& first = faults.list().front();
  return Error(
      ErrorCode::kConflict,
      fmt::format(
          "a stored initiative would lose what it stands on: {}: expected {}, got "
          "{}; keep it, or apply the initiatives without it in the same go{}",
          first.key, first.expected, first.got,
          faults.list().size() > 1 ? fmt::format(" (and {} more)", faults.list().size() - 1) : ""));
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
