#include "catalog/sqlite_audit_log.h"

namespace bedplate {

Status InsertAuditEntry(SqliteConnection& connection, Timestamp time, std::string_view actor,
                        std::string_view action, std::string_view detail) {
  ASSIGN_OR_RETURN(
      SqliteStatement insert,
      connection.Prepare("INSERT INTO audit (time_ns, actor, action, detail) VALUES (?, ?, ?, ?)"));
  return insert.Bind(time.nanoseconds(), actor, action, detail).Run();
}

Status SqliteAuditLog::Record(std::string_view actor, std::string_view action,
                              std::string_view detail) {
  const auto writer = database_.BorrowWriter();
  return InsertAuditEntry(*writer, clock_.Now(), actor, action, detail);
}

Result<std::vector<AuditEntry>> SqliteAuditLog::List(std::uint64_t limit) const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(SqliteStatement select,
                   reader->Prepare("SELECT id, time_ns, actor, action, detail FROM audit "
                                   "ORDER BY id DESC LIMIT ?"));
  select.Bind(limit);
  std::vector<AuditEntry> entries;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return entries;
    entries.push_back({.id = select.Unsigned(0),
                       .time = Timestamp(select.Integer(1)),
                       .actor = select.Text(2),
                       .action = select.Text(3),
                       .detail = select.Text(4)});
  }
}

}  // namespace bedplate
