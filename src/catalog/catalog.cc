#include "catalog/catalog.h"

#include <fmt/format.h>

#include "catalog/catalog_database.h"
#include "catalog/sqlite_audit_log.h"
#include "catalog/sqlite_believed_time_store.h"
#include "catalog/sqlite_dead_letter_store.h"
#include "catalog/sqlite_kept_answer_store.h"
#include "catalog/sqlite_plant_store.h"
#include "catalog/sqlite_token_store.h"

namespace bedplate {
namespace {

/// Runs a PRAGMA that lists faults, one text in each row.
Status CollectFaults(SqliteConnection& connection, std::string_view pragma,
                     std::string_view sound_answer, std::vector<std::string>& faults) {
  ASSIGN_OR_RETURN(SqliteStatement check, connection.Prepare(pragma));
  while (true) {
    ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row) return {};
    if (check.Text(0) != sound_answer) faults.push_back(fmt::format("catalog: {}", check.Text(0)));
  }
}

Result<std::vector<std::string>> CheckConnection(SqliteConnection& connection) {
  std::vector<std::string> faults;
  Status status = CollectFaults(connection, "PRAGMA integrity_check", "ok", faults);
  if (status.ok()) {
    status = CollectFaults(connection,
                           "SELECT 'a row of ' || \"table\" || ' refers to a missing ' || parent "
                           "FROM pragma_foreign_key_check",
                           "", faults);
  }
  // Damage can be so deep that the check itself gives up; that is its finding.
  if (!status.ok() && status.error().code() == ErrorCode::kCorruption) {
    faults.push_back(fmt::format("catalog: {}", status.error().message()));
    return faults;
  }
  RETURN_IF_ERROR(std::move(status));
  return faults;
}

class SqliteCatalog final : public Catalog {
 public:
  SqliteCatalog(std::unique_ptr<CatalogDatabase> database, const Clock& clock,
                const CatalogOptions& options)
      : database_(std::move(database)),
        plant_(*database_, clock),
        tokens_(*database_, clock),
        dead_letters_(*database_, options.dead_letter_limit),
        audit_(*database_, clock),
        kept_answers_(*database_, clock, options.kept_answer_limit),
        believed_time_(*database_) {}

  PlantStore& plant() override { return plant_; }
  TokenStore& tokens() override { return tokens_; }
  DeadLetterStore& dead_letters() override { return dead_letters_; }
  AuditLog& audit() override { return audit_; }
  KeptAnswerStore& kept_answers() override { return kept_answers_; }
  BelievedTimeStore& believed_time() override { return believed_time_; }

  Status CopyTo(const std::string& path) const override {
    const auto reader = database_->BorrowReader();
    return reader->CopyTo(path);
  }

  [[nodiscard]] Status Health() const override { return database_->Health(); }

  [[nodiscard]] Result<std::vector<std::string>> CheckIntegrity() const override {
    const auto reader = database_->BorrowReader();
    ASSIGN_OR_RETURN(std::vector<std::string> faults, CheckConnection(*reader));
    if (const Status in_place = database_->CheckInPlace(); !in_place.ok()) {
      faults.push_back("catalog: " + in_place.error().message());
    }
    return faults;
  }

 private:
  std::unique_ptr<CatalogDatabase> database_;
  SqlitePlantStore plant_;
  SqliteTokenStore tokens_;
  SqliteDeadLetterStore dead_letters_;
  SqliteAuditLog audit_;
  SqliteKeptAnswerStore kept_answers_;
  SqliteBelievedTimeStore believed_time_;
};

}  // namespace

Result<std::vector<std::string>> Catalog::CheckFile(const std::string& path) {
  const auto connection = SqliteConnection::OpenReadOnly(path);
  if (connection.ok()) return CheckConnection(**connection);
  if (connection.error().code() != ErrorCode::kCorruption) return connection.error();
  return std::vector<std::string>{"catalog: " + connection.error().ToString()};
}

Result<std::unique_ptr<Catalog>> Catalog::Open(const std::string& path, const Clock& clock,
                                               const CatalogOptions& options) {
  auto database = CatalogDatabase::Open(path);
  if (!database.ok()) return std::move(database).error().At(path);
  return std::unique_ptr<Catalog>(
      std::make_unique<SqliteCatalog>(std::move(database).value(), clock, options));
}

}  // namespace bedplate
