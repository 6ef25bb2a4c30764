#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "catalog/plant_store.h"
#include "historian/historian.h"
#include "ingest/gate.h"
#include "model/unit.h"
#include "services/plant_directory.h"
#include "services/plant_files.h"
#include "services/source_service.h"

namespace bedplate {

struct ApplyOutcome {
  std::vector<Change> changes;    // in a stable order; what would change, in a dry run
  std::vector<YamlFault> faults;  // not empty: nothing was applied
};

enum class ApplyMode { kApply, kDryRun };

/// Whether the unit of a tag may change whose samples are stored. Their numbers stay as they are.
enum class UnitChange { kRefuse, kRelabel };

struct ApplyRequest {
  std::vector<PlantFile> files;  // one declaration together
  ApplyMode mode = ApplyMode::kApply;
  UnitChange unit_change = UnitChange::kRefuse;
};

/// Declares the plant and prints it. Arguments must outlive it. Safe for concurrent use.
class PlantService {
 public:
  PlantService(PlantStore& plant, const Historian& historian, const UnitSystem& units,
               TrustGate& gate, SourceService& sources)
      : plant_(plant), historian_(historian), units_(units), gate_(gate), sources_(sources) {}

  /// Reads, checks and applies files; what their initiatives name must be there, and what stored
  /// initiatives name must stay. Sources that run follow what is declared. The faults of the files,
  /// all in one go and in their order, are an outcome; Errors are kConflict (with samples or
  /// initiatives that are stored) and what the store says.
  Result<ApplyOutcome> Apply(const ApplyRequest& request, std::string_view actor);
  Result<ApplyOutcome> Apply(const PlantFile& file, ApplyMode mode, std::string_view actor) {
    return Apply({.files = {file}, .mode = mode}, actor);
  }

  /// The plant as YAML that Apply takes without a change.
  [[nodiscard]] Result<std::string> ExportYaml() const;

 private:
  Result<std::vector<YamlFault>> FaultsOf(const ParsedPlantFiles& parsed) const;
  Result<std::vector<YamlFault>> CheckInitiatives(const ParsedPlantFile& file,
                                                  const ParsedPlantFiles& parsed) const;
  Status CheckStoredInitiatives(const Plant& plant) const;
  [[nodiscard]] Result<PlantDirectory> AppliedAssets(const Plant& plant) const;
  Result<std::vector<Change>> Store(const Plant& plant, const ApplyRequest& request,
                                    std::string_view actor);

  /// The type of the samples that are stored of a tag; empty when there are none.
  [[nodiscard]] std::optional<ValueType> StoredType(std::string_view path) const;

  PlantStore& plant_;
  const Historian& historian_;
  const UnitSystem& units_;
  TrustGate& gate_;
  SourceService& sources_;
};

}  // namespace bedplate
