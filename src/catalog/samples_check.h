#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/plant_diff.h"
#include "catalog/plant_store.h"
#include "catalog/sqlite.h"

namespace bedplate {

/// Holds a declaration against the samples that are stored, whose numbers it must not give another
/// meaning. Arguments must outlive it.
class SamplesCheck {
 public:
  SamplesCheck(SqliteConnection& connection, const PlantApplyOptions& options)
      : connection_(connection), options_(options) {}

  /// Adds to `difference.changes` what a change of unit does to stored numbers. Errors: kConflict
  /// naming every tag whose samples have another type or unit than it is declared with, and every
  /// asset at the path of a tag with samples; those of the store.
  Status Run(PlantDifference& difference);

  /// `path: old -> new` of each tag whose unit changes although it has samples.
  [[nodiscard]] const std::vector<std::string>& relabelled() const { return relabelled_; }

 private:
  Status CheckTag(const Tag& tag, std::vector<Change>& changes);
  Status CheckAsset(const Asset& asset);
  void CheckUnit(const Tag& tag, const std::string& stored_unit, std::vector<Change>& changes);
  [[nodiscard]] std::optional<ValueType> StoredType(const std::string& path,
                                                    const std::optional<Tag>& known) const;
  [[nodiscard]] bool MeansTheSame(const std::string& a, const std::string& b) const;

  SqliteConnection& connection_;
  const PlantApplyOptions& options_;
  std::vector<std::string> conflicts_;
  std::vector<std::string> relabelled_;
  bool units_conflict_ = false;
};

}  // namespace bedplate
