#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/plant_store.h"
#include "historian/historian.h"

namespace bedplate {

/// The tags that there will be once a plant file is applied: those with samples, those that it
/// declares, and those in the catalog that it does not replace. Arguments must outlive it.
class AppliedTags {
 public:
  static constexpr std::size_t kMaxSuggestions = 10;

  AppliedTags(const Plant& file, const PlantStore& stored, const Historian& historian)
      : file_(file), stored_(stored), historian_(historian) {}

  /// The type of a tag, that of its samples if it has any; empty when there is no such tag.
  [[nodiscard]] Result<std::optional<ValueType>> TypeOf(std::string_view path) const;
  /// The tag whose path is spelled nearest, if one is near. Looks through all of them, so after
  /// kMaxSuggestions calls it finds none.
  [[nodiscard]] Result<std::optional<std::string>> Nearest(std::string_view path);

 private:
  /// Whether a tag of the catalog outlives the file: it loses its declaration to one with assets.
  [[nodiscard]] bool Stays(const Tag& tag) const { return !file_.declares_assets || !tag.declared; }
  [[nodiscard]] Result<std::vector<std::string>> ListPaths() const;

  const Plant& file_;
  const PlantStore& stored_;
  const Historian& historian_;
  std::optional<std::vector<std::string>> paths_;  // listed when first needed
  std::size_t suggestions_ = 0;
};

}  // namespace bedplate
