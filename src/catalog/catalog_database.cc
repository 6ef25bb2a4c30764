#include "catalog/catalog_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "catalog/schema.h"

namespace bedplate {
namespace {

constexpr int kReaders = 3;

/// SQLite would create the file readable by everyone; it gives -wal the mode of the file.
Status CreatePrivately(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const ErrorCode code = errno == ENOENT                      ? ErrorCode::kNotFound
                           : errno == EACCES || errno == EROFS  ? ErrorCode::kPermissionDenied
                           : errno == ENOSPC || errno == EDQUOT ? ErrorCode::kResourceExhausted
                                                                : ErrorCode::kIo;
    return Error(
        code, fmt::format("cannot open the catalog: {}", std::generic_category().message(errno)));
  }
  ::close(descriptor);
  return {};
}

Result<std::unique_ptr<SqliteConnection>> OpenConfigured(const std::string& path) {
  ASSIGN_OR_RETURN(auto connection, SqliteConnection::Open(path));
  // Before the first setting that would change a file which is not ours.
  RETURN_IF_ERROR(CheckSchema(*connection));
  RETURN_IF_ERROR(
      connection->Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                          "PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216"));
  return connection;
}

/// What every request needs. What may grow without the plant, such as the dead letters, is left to
/// the full check: a start must not wait for it.
constexpr std::array<std::string_view, 5> kNeededTables = {"asset", "template", "template_tag",
                                                           "tag", "token"};

Status FindDamage(SqliteConnection& connection) {
  for (const std::string_view table : kNeededTables) {
    ASSIGN_OR_RETURN(SqliteStatement check,
                     connection.Prepare(fmt::format("PRAGMA quick_check({})", table)));
    ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row || check.Text(0) != "ok") connection.NoteDamage();
  }
  return {};
}

/// Reads what is needed from the file: what the connection has in memory proves nothing.
Status ReadNeeded(SqliteConnection& connection) {
  RETURN_IF_ERROR(connection.Execute("PRAGMA shrink_memory"));
  for (const std::string_view table : kNeededTables) {
    const auto rows = connection.QueryInteger(fmt::format("SELECT count(*) FROM {}", table));
    if (!rows.ok()) return rows.error();
  }
  return {};
}

/// Writes something durably that changes nothing.
Status WriteSame(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(connection));
  ASSIGN_OR_RETURN(const std::int64_t version, connection.QueryInteger("PRAGMA user_version"));
  RETURN_IF_ERROR(connection.Execute(fmt::format("PRAGMA user_version = {}", version)));
  return transaction.Commit();
}

}  // namespace

Result<std::unique_ptr<CatalogDatabase>> CatalogDatabase::Open(const std::string& path) {
  RETURN_IF_ERROR(CreatePrivately(path));
  std::unique_ptr<CatalogDatabase> database(new CatalogDatabase());
  ASSIGN_OR_RETURN(database->writer_, OpenConfigured(path));
  RETURN_IF_ERROR(MigrateSchema(*database->writer_));
  // Damage does not keep the rest from being served: the catalog's health says it.
  if (Status found = FindDamage(*database->writer_);
      !found.ok() && found.error().code() != ErrorCode::kCorruption) {
    return found.error();
  }
  for (int i = 0; i < kReaders; ++i) {
    ASSIGN_OR_RETURN(auto reader, OpenConfigured(path));
    RETURN_IF_ERROR(reader->Execute("PRAGMA query_only = ON"));
    database->idle_readers_.push_back(std::move(reader));
  }
  database->NoteFiles(path);
  return database;
}

void CatalogDatabase::NoteFiles(const std::string& path) {
  for (const std::string& name : {path, path + "-wal"}) {
    struct stat status{};
    if (::stat(name.c_str(), &status) == 0) files_.push_back({name, status.st_dev, status.st_ino});
  }
}

CatalogDatabase::Writer CatalogDatabase::BorrowWriter() {
  return Writer(std::unique_lock(writer_mutex_), writer_.get());
}

CatalogDatabase::Reader CatalogDatabase::BorrowReader() {
  std::unique_lock lock(readers_mutex_);
  reader_returned_.wait(lock, [this] { return !idle_readers_.empty(); });
  std::unique_ptr<SqliteConnection> connection = std::move(idle_readers_.back());
  idle_readers_.pop_back();
  return Reader(this, std::move(connection));
}

Status CatalogDatabase::Health() {
  if (reader_met_damage_ || writer_->has_met_damage()) {
    return Error(ErrorCode::kCorruption,
                 "the catalog database is damaged: `bedplate check` says where; restore a backup");
  }
  RETURN_IF_ERROR(CheckInPlace());
  // One at a time, so that none says that all is well while another still tries.
  const std::lock_guard lock(health_mutex_);
  RETURN_IF_ERROR(ProbeReader());
  return ProbeWriter();
}

Status CatalogDatabase::CheckInPlace() const {
  for (const OpenFile& file : files_) {
    struct stat status{};
    const bool is_there = ::stat(file.path.c_str(), &status) == 0;
    if (is_there && status.st_dev == file.device && status.st_ino == file.inode) continue;
    return Error(ErrorCode::kCorruption,
                 fmt::format("{} was {} while it is open: what changes in the catalog is lost when "
                             "this process ends. A backup made before that has all of it: make "
                             "one, stop the server, restore it",
                             file.path, is_there ? "replaced" : "removed"));
  }
  return {};
}

Status CatalogDatabase::ProbeReader() {
  if (!reader_has_failed_.exchange(false)) return {};
  const auto reader = BorrowReader();
  return ReadNeeded(*reader);  // a failure is noted again when the reader is given back
}

Status CatalogDatabase::ProbeWriter() {
  if (!writer_->has_failed()) return {};
  const auto writer = BorrowWriter();
  RETURN_IF_ERROR(ReadNeeded(*writer));
  RETURN_IF_ERROR(WriteSame(*writer));
  writer->ForgetFailure();
  return {};
}

CatalogDatabase::Reader::Reader(Reader&& other) noexcept
    : database_(other.database_), connection_(std::move(other.connection_)) {}

CatalogDatabase::Reader::~Reader() {
  if (connection_ == nullptr) return;
  if (connection_->has_met_damage()) database_->reader_met_damage_ = true;
  if (connection_->has_failed()) database_->reader_has_failed_ = true;
  connection_->ForgetFailure();
  {
    const std::lock_guard lock(database_->readers_mutex_);
    database_->idle_readers_.push_back(std::move(connection_));
  }
  database_->reader_returned_.notify_one();
}

}  // namespace bedplate
