#include "catalog/sqlite_dead_letter_store.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::string_view kStored = "dead_letters";
constexpr std::string_view kDropped = "dead_letters_dropped";

std::string Clean(const std::string& text) { return ToValidUtf8(text, kDeadLetterTextBytes); }

/// Returns how many of `letters` were not there yet.
Result<std::uint64_t> InsertNew(SqliteConnection& connection, std::span<const DeadLetter> letters) {
  ASSIGN_OR_RETURN(SqliteStatement insert,
                   connection.Prepare("INSERT INTO dead_letter (received_ns, source, place, tag, "
                                      "code, reason, payload, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                                      "ON CONFLICT DO NOTHING"));
  std::uint64_t added = 0;
  for (const DeadLetter& letter : letters) {
    insert.Bind(letter.received.nanoseconds(), Clean(letter.source), Clean(letter.place),
                Clean(letter.tag), Clean(letter.code), Clean(letter.reason), Clean(letter.payload),
                Clean(letter.key));
    RETURN_IF_ERROR(insert.Run());
    added += connection.Changes();
  }
  return added;
}

Result<std::uint64_t> ReadCounter(SqliteConnection& connection, std::string_view name) {
  ASSIGN_OR_RETURN(SqliteStatement select,
                   connection.Prepare("SELECT value FROM counter WHERE name = ?"));
  ASSIGN_OR_RETURN(const bool row, select.Bind(name).Step());
  if (!row) return Error(ErrorCode::kCorruption, fmt::format("the counter '{}' is gone", name));
  return select.Unsigned(0);
}

Status WriteCounter(SqliteConnection& connection, std::string_view name, std::uint64_t value) {
  ASSIGN_OR_RETURN(SqliteStatement update,
                   connection.Prepare("UPDATE counter SET value = ? WHERE name = ?"));
  return update.Bind(value, name).Run();
}

/// Deletes the `excess` oldest and counts them as dropped.
Status DropOldest(SqliteConnection& connection, std::uint64_t excess) {
  ASSIGN_OR_RETURN(SqliteStatement remove,
                   connection.Prepare("DELETE FROM dead_letter WHERE id IN "
                                      "(SELECT id FROM dead_letter ORDER BY id LIMIT ?)"));
  RETURN_IF_ERROR(remove.Bind(excess).Run());
  ASSIGN_OR_RETURN(const std::uint64_t dropped, ReadCounter(connection, kDropped));
  return WriteCounter(connection, kDropped, dropped + excess);
}

DeadLetter ReadLetter(const SqliteStatement& row) {
  return {.id = row.Unsigned(0),
          .received = Timestamp(row.Integer(1)),
          .source = row.Text(2),
          .place = row.Text(3),
          .tag = row.Text(4),
          .code = row.Text(5),
          .reason = row.Text(6),
          .payload = row.Text(7),
          .key = row.Text(8)};
}

}  // namespace

Result<std::uint64_t> SqliteDeadLetterStore::Add(std::span<const DeadLetter> letters) {
  if (letters.empty()) return std::uint64_t{0};
  const auto writer = database_.BorrowWriter();
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(*writer));
  ASSIGN_OR_RETURN(std::uint64_t stored, ReadCounter(*writer, kStored));
  ASSIGN_OR_RETURN(const std::uint64_t added, InsertNew(*writer, letters));
  stored += added;
  if (stored > limit_) {
    RETURN_IF_ERROR(DropOldest(*writer, stored - limit_));
    stored = limit_;
  }
  RETURN_IF_ERROR(WriteCounter(*writer, kStored, stored));
  RETURN_IF_ERROR(transaction.Commit());
  return added;
}

Result<std::vector<DeadLetter>> SqliteDeadLetterStore::List(const DeadLetterQuery& query) const {
  const auto reader = database_.BorrowReader();
  // An exact tag walks the index on `tag`; a test against the empty text would hide it.
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      reader->Prepare(fmt::format(
          "SELECT id, received_ns, source, place, tag, code, reason, payload, key FROM dead_letter "
          "WHERE id < ?1 AND (?2 = '' OR source = ?2) AND {} ORDER BY id DESC LIMIT ?4",
          query.tag.empty() ? "?3 = ''" : "tag = ?3")));
  select.Bind(query.before_id, query.source, query.tag, query.limit);
  std::vector<DeadLetter> letters;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return letters;
    letters.push_back(ReadLetter(select));
  }
}

Result<std::vector<DeadLetterCount>> SqliteDeadLetterStore::CountByTag() const {
  const auto reader = database_.BorrowReader();
  ASSIGN_OR_RETURN(
      SqliteStatement select,
      reader->Prepare("SELECT tag, count(*) FROM dead_letter GROUP BY tag ORDER BY tag"));
  std::vector<DeadLetterCount> counts;
  while (true) {
    ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return counts;
    counts.push_back({select.Text(0), select.Unsigned(1)});
  }
}

Result<std::uint64_t> SqliteDeadLetterStore::Total() const { return Counter(kStored); }

Result<std::uint64_t> SqliteDeadLetterStore::Dropped() const { return Counter(kDropped); }

Result<std::uint64_t> SqliteDeadLetterStore::Counter(std::string_view name) const {
  const auto reader = database_.BorrowReader();
  return ReadCounter(*reader, name);
}

}  // namespace bedplate
