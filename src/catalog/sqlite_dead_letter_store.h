#pragma once

#include "catalog/catalog_database.h"
#include "catalog/dead_letter_store.h"

namespace bedplate {

/// The table `dead_letter` and its counters. `database` must outlive it.
class SqliteDeadLetterStore final : public DeadLetterStore {
 public:
  SqliteDeadLetterStore(CatalogDatabase& database, std::uint64_t limit)
      : database_(database), limit_(limit) {}

  Result<std::uint64_t> Add(std::span<const DeadLetter> letters) override;
  [[nodiscard]] Result<std::vector<DeadLetter>> List(const DeadLetterQuery& query) const override;
  [[nodiscard]] Result<std::vector<DeadLetterCount>> CountByTag() const override;
  [[nodiscard]] Result<std::uint64_t> Total() const override;
  [[nodiscard]] Result<std::uint64_t> Dropped() const override;

 private:
  [[nodiscard]] Result<std::uint64_t> Counter(std::string_view name) const;

  CatalogDatabase& database_;
  std::uint64_t limit_;  // letters kept
};

}  // namespace bedplate
