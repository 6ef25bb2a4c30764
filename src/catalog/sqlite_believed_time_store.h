#pragma once

#include "catalog/believed_time_store.h"
#include "catalog/catalog_database.h"

namespace bedplate {

/// The table `believed_time`. `database` must outlive it.
class SqliteBelievedTimeStore final : public BelievedTimeStore {
 public:
  explicit SqliteBelievedTimeStore(CatalogDatabase& database) : database_(database) {}

  [[nodiscard]] Result<std::optional<BelievedTime>> Read() const override;
  Status Write(const BelievedTime& time) override;

 private:
  CatalogDatabase& database_;
};

}  // namespace bedplate
