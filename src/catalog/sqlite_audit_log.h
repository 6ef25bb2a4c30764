#pragma once

#include "base/clock.h"
#include "catalog/audit_log.h"
#include "catalog/catalog_database.h"

namespace bedplate {

/// Adds one entry inside the caller's transaction, so that a change and its entry stand or fall
/// together.
Status InsertAuditEntry(SqliteConnection& connection, Timestamp time, std::string_view actor,
                        std::string_view action, std::string_view detail);

/// The table `audit`. Arguments must outlive it.
class SqliteAuditLog final : public AuditLog {
 public:
  SqliteAuditLog(CatalogDatabase& database, const Clock& clock)
      : database_(database), clock_(clock) {}

  Status Record(std::string_view actor, std::string_view action, std::string_view detail) override;
  [[nodiscard]] Result<std::vector<AuditEntry>> List(std::uint64_t limit) const override;

 private:
  CatalogDatabase& database_;
  const Clock& clock_;
};

}  // namespace bedplate
