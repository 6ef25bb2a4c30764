#pragma once

#include <utility>

#include "base/clock.h"
#include "base/secret.h"
#include "catalog/catalog_database.h"
#include "catalog/token_store.h"

namespace bedplate {

/// The table `token`. `database` and `clock` must outlive it.
class SqliteTokenStore final : public TokenStore {
 public:
  SqliteTokenStore(CatalogDatabase& database, const Clock& clock,
                   RandomSource random = SystemRandom())
      : database_(database), clock_(clock), random_(std::move(random)) {}

  Result<Created> Create(std::string_view name, Role role, std::string_view actor) override;
  [[nodiscard]] Result<std::vector<TokenInfo>> List() const override;
  Status Revoke(std::string_view id, std::string_view actor) override;
  Result<TokenInfo> Verify(std::string_view secret) override;

 private:
  void NoteUse(TokenInfo& token);

  CatalogDatabase& database_;
  const Clock& clock_;
  const RandomSource random_;
};

}  // namespace bedplate
