#include "catalog/sqlite_kept_answer_store.h"

#include "base/utf8.h"

namespace bedplate {

Result<std::optional<KeptAnswer>> SqliteKeptAnswerStore::Find(std::string_view actor,
                                                              std::string_view key) const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(SqliteStatement select,
                   reader->Prepare("SELECT fingerprint, status, content_type, body "
                                   "FROM kept_answer WHERE actor = ? AND key = ?"));
  ASSIGN_OR_RETURN(const bool row, select.Bind(actor, key).Step());
  if (!row) return std::optional<KeptAnswer>();
  return std::optional(KeptAnswer{.fingerprint = select.Text(0),
                                  .status = static_cast<int>(select.Integer(1)),
                                  .content_type = select.Text(2),
                                  .body = select.Text(3)});
}

Status SqliteKeptAnswerStore::Keep(std::string_view actor, std::string_view key,
                                   const KeptAnswer& answer) {
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  // The ids ascend with the time of the answer, so that the oldest are found without an index.
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   writer->Prepare("INSERT OR REPLACE INTO kept_answer "
                                   "(time_ns, actor, key, fingerprint, status, content_type, body) "
                                   "VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.Bind(clock_.Now().nanoseconds(), actor, key, answer.fingerprint, answer.status,
              answer.content_type, ToValidUtf8(answer.body, kMaxKeptAnswerBytes));
  RETURN_IF_ERROR(insert.Run());
  ASSIGN_OR_RETURN(SqliteStatement remove,
                   writer->Prepare("DELETE FROM kept_answer WHERE id <= "
                                   "(SELECT id FROM kept_answer ORDER BY id DESC LIMIT 1 "
                                   "OFFSET ?)"));
  RETURN_IF_ERROR(remove.Bind(limit_).Run());
  return transaction.Commit();
}

Result<std::uint64_t> SqliteKeptAnswerStore::Total() const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(const std::int64_t total,
                   reader->QueryInteger("SELECT count(*) FROM kept_answer"));
  return static_cast<std::uint64_t>(total);
}

}  // namespace bedplate
