#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "catalog/plant_store.h"
#include "catalog/plant_yaml.h"
#include "historian/historian.h"
#include "ingest/gate.h"
#include "model/unit.h"

namespace bedplate {

/// A plant file to be applied.
struct PlantFile {
  std::string name;  // what faults are reported under
  std::string text;
};

struct ApplyOutcome {
  std::vector<Change> changes;    // in a stable order; what would change, in a dry run
  std::vector<YamlFault> faults;  // not empty: nothing was applied
};

enum class ApplyMode { kApply, kDryRun };

/// Declares the plant and prints it. Arguments must outlive it. Safe for concurrent use.
class PlantService {
 public:
  PlantService(PlantStore& plant, const Historian& historian, const UnitSystem& units,
               TrustGate& gate)
      : plant_(plant), historian_(historian), units_(units), gate_(gate) {}

  /// Reads, checks and applies a file; what its initiatives name must be there. The faults of the
  /// file, all in one go and in its order, are an outcome; Errors are kConflict (a tag's samples
  /// have another type) and what the store says.
  Result<ApplyOutcome> Apply(const PlantFile& file, ApplyMode mode, std::string_view actor);

  /// The plant as YAML that Apply takes without a change.
  [[nodiscard]] Result<std::string> ExportYaml() const;

 private:
  Result<std::vector<YamlFault>> FaultsOf(const PlantFile& file, const PlantYaml& parsed) const;
  Result<std::vector<YamlFault>> CheckInitiatives(const PlantFile& file,
                                                  const PlantYaml& parsed) const;

  /// The type of the samples that are stored of a tag; empty when there are none.
  [[nodiscard]] std::optional<ValueType> StoredType(std::string_view path) const;

  PlantStore& plant_;
  const Historian& historian_;
  const UnitSystem& units_;
  TrustGate& gate_;
};

}  // namespace bedplate
