#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/plant_store.h"

namespace bedplate {

/// What has to be written to get from one sequence to another. Pointers reach into the arguments
/// of the call that made it.
template <typename T>
struct Difference {
  std::vector<const T*> put;      // new, or with another content
  std::vector<const T*> removed;  // as they were
};

/// The way from one plant to another, for people (`changes`, in a stable order: templates, assets,
/// tags, initiatives, sources, each by name) and for the store.
struct PlantDifference {
  std::vector<Change> changes;
  Difference<AssetTemplate> templates;
  Difference<Asset> assets;
  Difference<Tag> tags;
  Difference<InitiativeText> initiatives;
  Difference<SourceText> sources;
};

/// Compares the parts that `after` declares; `before` and `after` must outlive the result and may
/// be in any order.
PlantDifference ComparePlants(const Plant& before, const Plant& after);

}  // namespace bedplate
