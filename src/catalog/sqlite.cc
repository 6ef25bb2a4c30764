#include "catalog/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "base/printable.h"

namespace bedplate {
namespace {

constexpr int kBusyTimeoutMs = 5000;
/// The file system of SQLite that keeps the index of the log in memory. The usual one makes a file
/// of it, which a full disk has no room for, and then nothing could be read.
constexpr char kOneProcess[] = "unix-excl";

ErrorCode CodeOf(int sqlite_code) {
  // The low byte is the primary code; the rest says more of the same.
  switch (static_cast<unsigned>(sqlite_code) & 0xFFU) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return ErrorCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::kCorruption;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY: return ErrorCode::kPermissionDenied;
    case SQLITE_CONSTRAINT: return ErrorCode::kConflict;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR: return ErrorCode::kIo;
    default: return ErrorCode::kInternal;
  }
}

/// SQLite has a code of its own for a write without room, and none for a file that cannot be made.
bool IsFull(sqlite3* database, int sqlite_code) {
  if ((static_cast<unsigned>(sqlite_code) & 0xFFU) == SQLITE_FULL) return true;
  if (database == nullptr || CodeOf(sqlite_code) != ErrorCode::kIo) return false;
  const int system_error = sqlite3_system_errno(database);
  return system_error == ENOSPC || system_error == EDQUOT;
}

Error MakeError(sqlite3* database, int sqlite_code) {
  const bool is_full = IsFull(database, sqlite_code);
  const ErrorCode code = is_full ? ErrorCode::kResourceExhausted : CodeOf(sqlite_code);
  const char* reason = database == nullptr ? sqlite3_errstr(sqlite_code) : sqlite3_errmsg(database);
  Error error(code, fmt::format("the catalog database failed: {}{}", reason,
                                is_full && CodeOf(sqlite_code) == ErrorCode::kIo
                                    ? " (no space left on the disk)"
                                    : ""));
  if (is_full || code == ErrorCode::kUnavailable) return std::move(error).Retryable();
  return error;
}

/// `file:` with every byte that means something in a URI in percent form.
std::string ImmutableUri(const std::string& path) {
  std::string uri = "file:";
  for (const char letter : path) {
    if (letter == '%' || letter == '?' || letter == '#') {
      uri += fmt::format("%{:02X}", static_cast<unsigned>(letter));
    } else {
      uri += letter;
    }
  }
  return uri + "?mode=ro&immutable=1";
}

}  // namespace

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : connection_(other.connection_),
      handle_(std::exchange(other.handle_, nullptr)),
      bind_code_(other.bind_code_) {}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(handle_); }

Result<bool> SqliteStatement::Step() {
  if (bind_code_ != SQLITE_OK) return connection_->Fail(bind_code_);
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = connection_->Fail(code);
  sqlite3_reset(handle_);
  return error;
}

Status SqliteStatement::Run() {
  while (true) {
    ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) break;
  }
  sqlite3_reset(handle_);
  return {};
}

void SqliteStatement::Reset() { sqlite3_reset(handle_); }

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::Integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

std::uint64_t SqliteStatement::Unsigned(int column) const {
  return static_cast<std::uint64_t>(Integer(column));
}

double SqliteStatement::Real(int column) const { return sqlite3_column_double(handle_, column); }

std::string SqliteStatement::Text(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::optional<std::int64_t> SqliteStatement::OptionalInteger(int column) const {
  return IsNull(column) ? std::nullopt : std::optional(Integer(column));
}

std::optional<double> SqliteStatement::OptionalReal(int column) const {
  return IsNull(column) ? std::nullopt : std::optional(Real(column));
}

Error SqliteStatement::DamagedRow(std::string_view table, std::string_view key,
                                  std::string_view what) const {
  connection_->NoteDamage();
  return {ErrorCode::kCorruption,
          fmt::format("the catalog database is damaged: the row '{}' of the table {} has {}",
                      Printable(key), table, what)};
}

void SqliteStatement::Remember(int code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

void SqliteStatement::BindOne(int index, std::int64_t value) {
  Remember(sqlite3_bind_int64(handle_, index + 1, value));
}

void SqliteStatement::BindOne(int index, std::uint64_t value) {
  constexpr auto kMaximum = std::numeric_limits<std::int64_t>::max();
  BindOne(index, value > kMaximum ? kMaximum : static_cast<std::int64_t>(value));
}

void SqliteStatement::BindOne(int index, double value) {
  Remember(sqlite3_bind_double(handle_, index + 1, value));
}

void SqliteStatement::BindOne(int index, std::string_view value) {
  // A null pointer would bind NULL; an empty view may hold one.
  const char* bytes = value.data() == nullptr ? "" : value.data();
  Remember(
      sqlite3_bind_text64(handle_, index + 1, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void SqliteStatement::BindOne(int index, std::span<const std::uint8_t> blob) {
  Remember(sqlite3_bind_blob64(handle_, index + 1, blob.data(), blob.size(), SQLITE_TRANSIENT));
}

void SqliteStatement::BindOne(int index, std::nullopt_t) {
  Remember(sqlite3_bind_null(handle_, index + 1));
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(
      path.c_str(), &database,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, kOneProcess);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database));
  if (code != SQLITE_OK) return MakeError(database, code).At(path);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  // Damaged or hostile files must not reach further than their own rows.
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return connection;
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::OpenReadOnly(const std::string& path) {
  std::error_code missing;
  const auto log_bytes = std::filesystem::file_size(path + "-wal", missing);
  if (!missing && log_bytes > 0 && ::access(path.c_str(), W_OK) == 0) {
    ASSIGN_OR_RETURN(auto connection, Open(path));
    // Alone with it there is no shared index beside the file, and closing moves nothing into it.
    sqlite3_db_config(connection->database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    RETURN_IF_ERROR(connection->Execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=ON"));
    return connection;
  }
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(
      ImmutableUri(path).c_str(), &database,
      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE,
      nullptr);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database));
  if (code != SQLITE_OK) return MakeError(database, code).At(path);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return connection;
}

Error SqliteConnection::Fail(int sqlite_code) {
  Error error = MakeError(database_, sqlite_code);
  if (error.code() == ErrorCode::kCorruption) NoteDamage();
  if (error.code() == ErrorCode::kIo) has_failed_ = true;
  return error;
}

SqliteConnection::~SqliteConnection() { sqlite3_close_v2(database_); }

Status SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Fail(code);
  return {};
}

Status SqliteConnection::CopyTo(const std::string& path) {
  constexpr int kAllPages = -1;
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  const SqliteConnection copy(database);
  if (code != SQLITE_OK) return MakeError(database, code).At(path);
  sqlite3_backup* const backup = sqlite3_backup_init(database, "main", database_, "main");
  if (backup == nullptr) return MakeError(database, sqlite3_errcode(database)).At(path);
  sqlite3_backup_step(backup, kAllPages);
  if (const int finished = sqlite3_backup_finish(backup); finished != SQLITE_OK) {
    return MakeError(database, finished).At(path);
  }
  return {};
}

Result<SqliteStatement> SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &handle, nullptr);
  // All SQL here is this program's own: what does not suit the tables says that they are damaged.
  if (code == SQLITE_ERROR) {
    NoteDamage();
    return Error(ErrorCode::kCorruption, MakeError(database_, code).message());
  }
  if (code != SQLITE_OK) return Fail(code);
  return SqliteStatement(this, handle);
}

Result<std::int64_t> SqliteConnection::QueryInteger(std::string_view sql) {
  ASSIGN_OR_RETURN(SqliteStatement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return Error(ErrorCode::kCorruption, fmt::format("'{}' gave no row", sql));
  return statement.Integer(0);
}

std::uint64_t SqliteConnection::Changes() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(database_));
}

Result<SqliteTransaction> SqliteTransaction::BeginWrite(SqliteConnection& connection) {
  RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  return SqliteTransaction(connection);
}

Result<SqliteTransaction> SqliteTransaction::BeginRead(SqliteConnection& connection) {
  RETURN_IF_ERROR(connection.Execute("BEGIN"));
  return SqliteTransaction(connection);
}

SqliteTransaction::SqliteTransaction(SqliteTransaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

SqliteTransaction::~SqliteTransaction() {
  // After some errors (a full disk) SQLite has rolled back by itself; then there is nothing to do.
  if (connection_ != nullptr) (void)connection_->Execute("ROLLBACK");
}

Status SqliteTransaction::Commit() {
  BEDPLATE_CHECK(connection_ != nullptr);
  RETURN_IF_ERROR(connection_->Execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

}  // namespace bedplate
