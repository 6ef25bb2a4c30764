#pragma once

#include <string>

#include "base/result.h"
#include "base/yaml.h"
#include "services/applied_tags.h"
#include "services/plant_directory.h"
#include "value/initiative_yaml.h"

namespace bedplate {

/// Whether what an initiative names is looked up. In a plant file whose assets have faults it
/// cannot be told what is missing.
enum class CheckReferences { kYes, kNo };

/// Checks the initiatives of a plant file: each by itself, that its scope is an asset, and that its
/// tags exist and hold what it needs. Arguments must outlive it.
class InitiativeCheck {
 public:
  InitiativeCheck(const PlantDirectory& plant, AppliedTags& tags, YamlFaults& faults)
      : plant_(plant), tags_(tags), faults_(faults) {}

  /// Adds every fault of every initiative of `section`, with its place in the file. Errors are
  /// those of the stores.
  Status CheckAll(const YamlValue& section, CheckReferences references);

  /// Adds only what one initiative names and is not there; it was read before and may be of an
  /// older format.
  Status CheckReferencesOf(const YamlValue& map, const std::string& key);

 private:
  Status CheckOne(const YamlValue& map, const std::string& key, CheckReferences references);
  Status CheckPlaced(const PlacedInitiative& placed, const YamlValue* scope,
                     const std::string& key);
  [[nodiscard]] std::string ZoneOf(const YamlValue* scope) const;
  void CheckScope(const YamlValue& scope, const std::string& key);
  Status CheckTag(const TagReference& reference);

  const PlantDirectory& plant_;
  AppliedTags& tags_;
  YamlFaults& faults_;
};

}  // namespace bedplate
