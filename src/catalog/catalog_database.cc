#include "catalog/catalog_database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

/// Looks at the pages of what every request needs. What may grow without the plant, such as the
/// dead letters, is left to the full check: a start must not wait for it.
Status FindDamage(SqliteConnection& connection) {
  for (const std::string_view table : {"asset", "template", "template_tag", "tag", "token"}) {
    ASSIGN_OR_RETURN(SqliteStatement check,
                     connection.Prepare(fmt::format("PRAGMA quick_check({})", table)));
    ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row || check.Text(0) != "ok") connection.NoteDamage();
  }
  return {};
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
  return database;
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

bool CatalogDatabase::has_met_damage() const noexcept {
  return reader_met_damage_ || writer_->has_met_damage();
}

CatalogDatabase::Reader::Reader(Reader&& other) noexcept
    : database_(other.database_), connection_(std::move(other.connection_)) {}

CatalogDatabase::Reader::~Reader() {
  if (connection_ == nullptr) return;
  if (connection_->has_met_damage()) database_->reader_met_damage_ = true;
  {
    const std::lock_guard lock(database_->readers_mutex_);
    database_->idle_readers_.push_back(std::move(connection_));
  }
  database_->reader_returned_.notify_one();
}

}  // namespace bedplate
