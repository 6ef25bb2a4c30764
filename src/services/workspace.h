#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "historian/historian.h"
#include "ingest/gate.h"
#include "model/unit.h"
#include "query/query_engine.h"

namespace bedplate {

struct WorkspaceOptions {
  HistorianOptions historian;
  QueryEngine::Options query;
};

/// Who has a data directory open, as it says of itself in DIR/owner.json.
struct WorkspaceOwner {
  std::int64_t pid = 0;
  std::string address;  // where it serves, `http://127.0.0.1:8080`; empty: it does not serve
};

/// One data directory and the stores in it, open in this process and locked against others.
///
///     DIR/bedplate.json    format version and id; its presence makes DIR a data directory
///     DIR/LOCK             held while a process has the directory open
///     DIR/owner.json       that process, for messages and for finding its server
///     DIR/admin.token      the first token (0600)
///     DIR/catalog.sqlite   DIR/historian/
class Workspace {
 public:
  /// Makes `directory` (0700) a data directory with an admin token in it, and returns the token.
  /// An interrupted Init may be repeated. Errors: kAlreadyExists when it is a data directory
  /// already, kConflict when it holds anything else, or what the file system says.
  static Result<std::string> Init(FileSystem& files, const Clock& clock,
                                  const std::string& directory);

  /// Locks and opens the stores. `files` and `clock` must outlive the workspace. Errors: kNotFound
  /// when `directory` is no data directory, kUnsupported when a newer Bedplate made it, kConflict
  /// naming the process that has it open, kCorruption naming a store's file that is missing or
  /// empty, or what a store says.
  static Result<std::unique_ptr<Workspace>> Open(FileSystem& files, const Clock& clock,
                                                 const std::string& directory,
                                                 const WorkspaceOptions& options);
  /// Makes the historian of a directory that nobody has open one that opens, see
  /// Historian::Repair. Errors: as for CheckFiles, and those of Historian::Repair.
  static Result<std::vector<std::string>> Repair(FileSystem& files, const Clock& clock,
                                                 const std::string& directory,
                                                 const CancelToken& cancel);
  /// Verifies everything stored while nobody has the directory open, and changes nothing in it:
  /// damage that would keep the stores from being opened is in the report with all other. Errors:
  /// kNotFound, kUnsupported and kConflict as for Open, kCancelled.
  static Result<CheckReport> CheckFiles(FileSystem& files, const Clock& clock,
                                        const std::string& directory, const CancelToken& cancel);
  /// Gives the directory free. Nothing may use the stores any more.
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// Who has `directory` open; empty when nobody says so. The process may be gone: only the lock
  /// is proof.
  static std::optional<WorkspaceOwner> ReadOwner(FileSystem& files, const std::string& directory);
  /// Tells other processes where this one serves, but on a full disk.
  Status PublishAddress(const std::string& address);

  [[nodiscard]] const std::string& directory() const { return directory_; }
  /// Tells the data of this directory from those of any other; a backup keeps it. Empty while there
  /// was no room to note one in a directory of an earlier version.
  [[nodiscard]] const std::string& id() const { return id_; }
  FileSystem& files() { return files_; }
  Historian& historian() { return *historian_; }
  Catalog& catalog() { return *catalog_; }
  const UnitSystem& units() { return *units_; }
  /// What needs a person's eye: the historian's trouble, or else the catalog's or that of
  /// retention.
  [[nodiscard]] Status Health() const;
  /// How the last round of retention ended.
  void NoteRetention(const Status& round);
  TrustGate& gate() { return *gate_; }
  /// The SQL engine, started by the first call because it takes time and memory. Safe from any
  /// thread.
  Result<QueryEngine*> Query();

 private:
  Workspace(FileSystem& files, std::string directory, QueryEngine::Options query_options)
      : files_(files), directory_(std::move(directory)), query_options_(query_options) {}

  Status Lock();
  Status TakeId(std::string id);
  Status OpenStores(const Clock& clock, const WorkspaceOptions& options);

  FileSystem& files_;
  const std::string directory_;
  const QueryEngine::Options query_options_;
  std::string id_;
  std::unique_ptr<FileLock> lock_;  // first in, last out
  std::unique_ptr<Historian> historian_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<UnitSystem> units_;
  std::unique_ptr<TrustGate> gate_;
  std::mutex query_mutex_;
  std::unique_ptr<QueryEngine> query_;  // guarded by query_mutex_
  mutable std::mutex retention_mutex_;
  Status retention_;  // how its last round ended; guarded by retention_mutex_
};

}  // namespace bedplate
