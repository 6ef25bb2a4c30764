#pragma once

#include "base/clock.h"
#include "catalog/catalog_database.h"
#include "catalog/kept_answer_store.h"

namespace bedplate {

/// The table `kept_answer`. Arguments must outlive it.
class SqliteKeptAnswerStore final : public KeptAnswerStore {
 public:
  SqliteKeptAnswerStore(CatalogDatabase& database, const Clock& clock, std::uint64_t limit)
      : database_(database), clock_(clock), limit_(limit) {}

  [[nodiscard]] Result<std::optional<KeptAnswer>> Find(std::string_view actor,
                                                       std::string_view key) const override;
  Status Keep(std::string_view actor, std::string_view key, const KeptAnswer& answer) override;
  [[nodiscard]] Result<std::uint64_t> Total() const override;

 private:
  CatalogDatabase& database_;
  const Clock& clock_;
  const std::uint64_t limit_;
};

}  // namespace bedplate
