#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bedplate {

class SqliteConnection;

/// One prepared statement. Parameters and columns count from 0 in the order they stand. A failed
/// bind is reported by the next Step. Must not outlive its connection.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept;
  SqliteStatement& operator=(SqliteStatement&&) = delete;
  ~SqliteStatement();

  /// Binds every parameter, in order. Text is copied.
  template <typename... Values>
  SqliteStatement& Bind(const Values&... values) {
    int index = 0;
    (BindOne(index++, values), ...);
    return *this;
  }

  /// True when a row is ready, false after the last one.
  Result<bool> Step();
  /// Runs to the end, ignoring rows, and makes the statement ready for the next Bind.
  Status Run();
  /// Makes the statement ready for the next Bind before its last row was read.
  void Reset();

  [[nodiscard]] bool IsNull(int column) const;
  [[nodiscard]] std::int64_t Integer(int column) const;
  [[nodiscard]] std::uint64_t Unsigned(int column) const;
  [[nodiscard]] double Real(int column) const;
  [[nodiscard]] std::string Text(int column) const;  // NULL reads as empty
  [[nodiscard]] std::optional<std::int64_t> OptionalInteger(int column) const;
  [[nodiscard]] std::optional<double> OptionalReal(int column) const;

  /// The error of a row that this program cannot have written: the file is damaged, however sound
  /// its pages look. Known to the connection from then on.
  [[nodiscard]] Error DamagedRow(std::string_view table, std::string_view key,
                                 std::string_view what) const;

 private:
  friend class SqliteConnection;
  SqliteStatement(SqliteConnection* connection, sqlite3_stmt* handle)
      : connection_(connection), handle_(handle) {}

  void Remember(int code);
  void BindOne(int index, std::int64_t value);
  void BindOne(int index, int value) { BindOne(index, static_cast<std::int64_t>(value)); }
  void BindOne(int index, bool value) { BindOne(index, static_cast<std::int64_t>(value)); }
  /// Values beyond the signed range are bound as its maximum (used for "no limit").
  void BindOne(int index, std::uint64_t value);
  void BindOne(int index, double value);
  void BindOne(int index, std::string_view value);
  void BindOne(int index, const std::string& value) { BindOne(index, std::string_view(value)); }
  void BindOne(int index, const char* value) { BindOne(index, std::string_view(value)); }
  void BindOne(int index, std::span<const std::uint8_t> blob);
  void BindOne(int index, std::nullopt_t);
  template <typename T>
  void BindOne(int index, const std::optional<T>& value) {
    if (value) {
      BindOne(index, *value);
    } else {
      BindOne(index, std::nullopt);
    }
  }

  SqliteConnection* connection_;
  sqlite3_stmt* handle_;
  int bind_code_ = 0;
};

/// One connection to one database file. Not safe for concurrent use.
///
/// Errors of all calls: kResourceExhausted (disk full, out of memory), kCorruption (damaged, or no
/// SQLite file), kUnavailable and retryable (locked by another process), kPermissionDenied
/// (read-only), kConflict (a constraint of the schema), kIo, kInternal.
class SqliteConnection {
 public:
  /// Opens `path`, which must exist, for this process alone: other connections of it share the
  /// index of the log in memory, so that none stands beside the file and none needs room there.
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::string& path);
  /// Opens `path` so that nothing on the disk is changed, also where nothing can be: no other
  /// process may write to it meanwhile. On a read-only file system what a crash left in its log is
  /// not looked at.
  static Result<std::unique_ptr<SqliteConnection>> OpenReadOnly(const std::string& path);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection();

  /// Runs statements without parameters, separated by `;`; rows are ignored.
  Status Execute(const std::string& sql);
  /// Writes the whole database as it is at one moment to a new file, durably.
  Status CopyTo(const std::string& path);
  Result<SqliteStatement> Prepare(std::string_view sql);
  /// The first column of the first row of `sql`, which must give one.
  Result<std::int64_t> QueryInteger(std::string_view sql);
  /// Rows inserted, changed or deleted by the last statement that ran to its end.
  [[nodiscard]] std::uint64_t Changes() const;
  /// Whether any call has met damage. Safe to ask from any thread.
  [[nodiscard]] bool has_met_damage() const noexcept { return has_met_damage_; }
  void NoteDamage() noexcept { has_met_damage_ = true; }
  /// Whether a call has failed with kIo since the last ForgetFailure. Safe from any thread.
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
  void ForgetFailure() noexcept { has_failed_ = false; }

 private:
  friend class SqliteStatement;
  explicit SqliteConnection(sqlite3* database) : database_(database) {}

  Error Fail(int sqlite_code);

  sqlite3* database_;
  std::atomic<bool> has_met_damage_ = false;
  std::atomic<bool> has_failed_ = false;
};

/// Rolls back unless committed.
class SqliteTransaction {
 public:
  /// Takes the write lock at once, so that nothing read in it is stale when it writes.
  static Result<SqliteTransaction> BeginWrite(SqliteConnection& connection);
  /// A consistent view for several reads.
  static Result<SqliteTransaction> BeginRead(SqliteConnection& connection);
  SqliteTransaction(SqliteTransaction&& other) noexcept;
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();

  /// Durable when it returns without an error; on an error nothing of it is stored.
  Status Commit();

 private:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(&connection) {}

  SqliteConnection* connection_;  // null: ended
};

}  // namespace bedplate
