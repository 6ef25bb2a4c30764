#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite.h"

namespace bedplate {

/// The connections to one catalog file: one that writes and a few that read, each lent to one
/// thread at a time. Readers see the last commit and never wait for the writer (WAL mode).
/// Safe for concurrent use.
class CatalogDatabase {
 public:
  /// Opens or creates (mode 0600) `path` and migrates its schema.
  static Result<std::unique_ptr<CatalogDatabase>> Open(const std::string& path);

  /// Exclusive use of the writing connection for as long as this lives.
  class Writer {
   public:
    SqliteConnection* operator->() const { return connection_; }
    SqliteConnection& operator*() const { return *connection_; }

   private:
    friend class CatalogDatabase;
    Writer(std::unique_lock<std::mutex> lock, SqliteConnection* connection)
        : lock_(std::move(lock)), connection_(connection) {}
    std::unique_lock<std::mutex> lock_;
    SqliteConnection* connection_;
  };

  /// Use of one reading connection; given back when this goes.
  class Reader {
   public:
    Reader(Reader&& other) noexcept;
    Reader& operator=(Reader&&) = delete;
    ~Reader();
    SqliteConnection* operator->() const { return connection_.get(); }
    SqliteConnection& operator*() const { return *connection_; }

   private:
    friend class CatalogDatabase;
    Reader(CatalogDatabase* database, std::unique_ptr<SqliteConnection> connection)
        : database_(database), connection_(std::move(connection)) {}
    CatalogDatabase* database_;
    std::unique_ptr<SqliteConnection> connection_;
  };

  /// Both wait until a connection is free. A thread must not ask for a second one of the same kind
  /// while it holds one.
  Writer BorrowWriter();
  Reader BorrowReader();
  /// Whether its answers can be trusted and what it takes will be found again: kCorruption once a
  /// connection has met damage, or when another file than the open one bears its name; kIo from a
  /// failed read or write on until all that a start needs can be read, and written, again.
  Status Health();
  /// Names a file of the database that was removed or replaced while it is open.
  [[nodiscard]] Status CheckInPlace() const;

 private:
  /// Tells a file from a later one of its name.
  struct OpenFile {
    std::string path;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };

  CatalogDatabase() = default;
  void NoteFiles(const std::string& path);
  Status ProbeReader();
  Status ProbeWriter();

  std::mutex writer_mutex_;
  std::unique_ptr<SqliteConnection> writer_;
  std::mutex readers_mutex_;
  std::condition_variable reader_returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_readers_;
  std::atomic<bool> reader_met_damage_ = false;
  std::mutex health_mutex_;
  std::atomic<bool> reader_has_failed_ = false;
  std::vector<OpenFile> files_;
};

}  // namespace bedplate
