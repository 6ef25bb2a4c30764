#include "catalog/sqlite_token_store.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/utf8.h"
#include "catalog/sqlite_audit_log.h"

namespace bedplate {
namespace {

constexpr std::string_view kRoleNames[] = {"viewer", "writer", "engineer", "admin"};
constexpr std::string_view kPrefix = "bp_";
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kNameLimitBytes = 200;
constexpr std::string_view kColumns = "id, name, role, created_ns, last_used_ns, revoked_ns";

struct TokenParts {
  std::string_view id;
  std::string_view secret;
};

/// Takes `bp_<id>_<secret>` apart; both parts empty when it does not look like one.
TokenParts Split(std::string_view token) {
  constexpr std::size_t kLength = kPrefix.size() + 2 * kIdBytes + 1 + 2 * kSecretBytes;
  if (token.size() != kLength || !token.starts_with(kPrefix)) return {};
  token.remove_prefix(kPrefix.size());
  if (token[2 * kIdBytes] != '_') return {};
  return {token.substr(0, 2 * kIdBytes), token.substr(2 * kIdBytes + 1)};
}

std::optional<Timestamp> OptionalTime(const SqliteStatement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return Timestamp(row.Integer(column));
}

TokenInfo ReadToken(const SqliteStatement& row) {
  return {.id = row.Text(0),
          .name = row.Text(1),
          .role = static_cast<Role>(row.Integer(2)),
          .created = Timestamp(row.Integer(3)),
          .last_used = OptionalTime(row, 4),
          .revoked = OptionalTime(row, 5)};
}

Error Unauthenticated() {
  return {ErrorCode::kUnauthenticated, "expected a valid token, got an unknown or revoked one"};
}

/// A digest that no secret has by chance; compared when the id is unknown, so that the time taken
/// does not tell known ids from unknown ones.
constexpr Digest kNoDigest{};

Timestamp FloorToMinute(Timestamp time) {
  constexpr std::int64_t kMinuteNs = 60'000'000'000;
  return Timestamp(time.nanoseconds() - time.nanoseconds() % kMinuteNs);
}

}  // namespace

std::string_view RoleName(Role role) noexcept {
  return kRoleNames[static_cast<std::size_t>(role) - 1];
}

std::optional<Role> ParseRole(std::string_view name) noexcept {
  for (std::uint8_t i = 0; i < std::size(kRoleNames); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i + 1);
  }
  return std::nullopt;
}

Result<TokenStore::Created> SqliteTokenStore::Create(std::string_view name, Role role,
                                                     std::string_view actor) {
  if (name.empty() || name.size() > kNameLimitBytes || !IsValidUtf8(name)) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected a token name of 1 to {} bytes of UTF-8", kNameLimitBytes));
  }
  Created created;
  created.info.name = name;
  created.info.role = role;
  created.info.created = clock_.Now();
  created.info.id = MakeHex(random_, kIdBytes);
  const std::string secret = MakeHex(random_, kSecretBytes);
  created.secret = fmt::format("{}{}_{}", kPrefix, created.info.id, secret);

  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   writer->Prepare("INSERT INTO token (id, name, role, secret_sha256, created_ns) "
                                   "VALUES (?, ?, ?, ?, ?)"));
  const Digest digest = Sha256(secret);
  RETURN_IF_ERROR(insert
                      .Bind(created.info.id, name, static_cast<int>(role),
                            std::span<const std::uint8_t>(digest),
                            created.info.created.nanoseconds())
                      .Run());
  RETURN_IF_ERROR(
      InsertAuditEntry(*writer, created.info.created, actor, "token.create",
                       fmt::format("{} ({}) as {}", created.info.id, name, RoleName(role))));
  RETURN_IF_ERROR(transaction.Commit());
  return created;
}

Result<std::vector<TokenInfo>> SqliteTokenStore::List() const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      reader->Prepare(fmt::format("SELECT {} FROM token ORDER BY created_ns, id", kColumns)));
  std::vector<TokenInfo> tokens;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return tokens;
    tokens.push_back(ReadToken(select));
  }
}

Status SqliteTokenStore::Revoke(std::string_view id, std::string_view actor) {
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  ASSIGN_OR_RETURN(SqliteStatement find,
                   writer->Prepare("SELECT revoked_ns FROM token WHERE id = ?"));
  ASSIGN_OR_RETURN(const bool known, find.Bind(id).Step());
  if (!known) {
    return Error(ErrorCode::kNotFound,
                 fmt::format("there is no token with the id '{}'", ToValidUtf8(id, 64)));
  }
  if (!find.IsNull(0)) return {};
  ASSIGN_OR_RETURN(SqliteStatement update,
                   writer->Prepare("UPDATE token SET revoked_ns = ? WHERE id = ?"));
  const Timestamp now = clock_.Now();
  RETURN_IF_ERROR(update.Bind(now.nanoseconds(), id).Run());
  RETURN_IF_ERROR(InsertAuditEntry(*writer, now, actor, "token.revoke", id));
  return transaction.Commit();
}

Result<TokenInfo> SqliteTokenStore::Verify(std::string_view secret) {
  const TokenParts parts = Split(secret);
  const Digest offered = Sha256(parts.secret);
  std::optional<TokenInfo> token;
  Digest stored = kNoDigest;
  {
    const auto reader = database_.BorrowReader();
    ASSIGN_OR_RETURN(
        SqliteStatement select,
        reader->Prepare(fmt::format("SELECT {}, secret_sha256 FROM token WHERE id = ?", kColumns)));
    ASSIGN_OR_RETURN(const bool known, select.Bind(parts.id).Step());
    if (known) {
      token = ReadToken(select);
      const std::string digest = select.Text(6);
      if (digest.size() == stored.size()) std::copy(digest.begin(), digest.end(), stored.begin());
    }
  }
  const bool equal = CRYPTO_memcmp(offered.data(), stored.data(), stored.size()) == 0;
  if (!equal || !token || token->revoked) return Unauthenticated();
  NoteUse(*token);
  return *std::move(token);
}

void SqliteTokenStore::NoteUse(TokenInfo& token) {
  const Timestamp minute = FloorToMinute(clock_.Now());
  if (token.last_used && *token.last_used >= minute) return;
  token.last_used = minute;
  const auto writer = database_.BorrowWriter();
  auto update = writer->Prepare("UPDATE token SET last_used_ns = ? WHERE id = ?");
  // A full disk must not lock people out: the use is then not noted, and that is all.
  if (update.ok()) (void)update->Bind(minute.nanoseconds(), token.id).Run();
}

}  // namespace bedplate
