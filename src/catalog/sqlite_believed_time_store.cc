#include "catalog/sqlite_believed_time_store.h"

namespace bedplate {
namespace {

/// Of a row the columns `column` and the next, which are given both or not at all.
std::optional<ClockClaim> ReadClaim(const SqliteStatement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return ClockClaim{Timestamp(row.Integer(column)),
                    std::chrono::nanoseconds(row.Integer(column + 1))};
}

std::optional<std::int64_t> TimeOf(const std::optional<ClockClaim>& claim) {
  return claim ? std::optional(claim->time.nanoseconds()) : std::nullopt;
}

std::optional<std::int64_t> ToldOf(const std::optional<ClockClaim>& claim) {
  return claim ? std::optional<std::int64_t>(claim->told.count()) : std::nullopt;
}

}  // namespace

Result<std::optional<BelievedTime>> SqliteBelievedTimeStore::Read() const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(SqliteStatement select,
                   reader->Prepare("SELECT time_ns, ahead_ns, ahead_told_ns, behind_ns, "
                                   "behind_told_ns FROM believed_time"));
  ASSIGN_OR_RETURN(const bool row, select.Step());
  if (!row) return std::optional<BelievedTime>();
  return std::optional(BelievedTime{.time = Timestamp(select.Integer(0)),
                                    .ahead = ReadClaim(select, 1),
                                    .behind = ReadClaim(select, 3)});
}

Status SqliteBelievedTimeStore::Write(const BelievedTime& time) {
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   writer->Prepare("INSERT OR REPLACE INTO believed_time (id, time_ns, ahead_ns, "
                                   "ahead_told_ns, behind_ns, behind_told_ns) "
                                   "VALUES (1, ?, ?, ?, ?, ?)"));
  return insert
      .Bind(time.time.nanoseconds(), TimeOf(time.ahead), ToldOf(time.ahead), TimeOf(time.behind),
            ToldOf(time.behind))
      .Run();
}

}  // namespace bedplate
