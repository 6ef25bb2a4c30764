#pragma once

#include "base/clock.h"
#include "catalog/catalog_database.h"
#include "catalog/plant_diff.h"
#include "catalog/plant_store.h"

namespace bedplate {

/// The tables of the plant model. Arguments must outlive it.
class SqlitePlantStore final : public PlantStore {
 public:
  SqlitePlantStore(CatalogDatabase& database, const Clock& clock)
      : database_(database), clock_(clock) {}

  using PlantStore::Apply;
  Result<std::vector<Change>> Apply(const Plant& plant, std::string_view actor,
                                    const PlantApplyOptions& options) override;
  [[nodiscard]] Result<Plant> Export() const override;
  [[nodiscard]] Result<std::vector<Asset>> ListAssets() const override;
  [[nodiscard]] Result<bool> HasAsset(std::string_view path) const override;
  [[nodiscard]] Result<std::vector<Tag>> ListTags(const Glob& glob) const override;
  [[nodiscard]] Result<std::optional<Tag>> FindTag(std::string_view path) const override;
  [[nodiscard]] Result<std::vector<PathOwner>> FindPaths(
      std::span<const std::string> paths) const override;
  Status NoteWrittenTags(std::span<const Tag> tags) override;
  [[nodiscard]] Result<std::vector<InitiativeText>> ListInitiatives() const override;
  [[nodiscard]] Result<std::vector<SourceText>> ListSources() const override;
  Status PutEvents(std::span<const Event> events) override;
  [[nodiscard]] Result<std::vector<Event>> ListEvents(TimeRange range,
                                                      std::uint64_t limit) const override;

 private:
  CatalogDatabase& database_;
  const Clock& clock_;
};

}  // namespace bedplate
