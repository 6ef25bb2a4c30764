#include "catalog/schema.h"

#include <fmt/format.h>

#include <iterator>
#include <string>

namespace bedplate {
namespace {

/// `BDPL` in ASCII: marks the file as ours (PRAGMA application_id).
constexpr std::int64_t kApplicationId = 0x4244504C;

// Version 1. Times are nanoseconds since 1970 in UTC; an empty text means "not given".
constexpr const char* kPlantTables = R"sql(
CREATE TABLE template (
  name TEXT NOT NULL PRIMARY KEY,
  description TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE template_tag (
  template TEXT NOT NULL REFERENCES template (name) ON DELETE CASCADE,
  path TEXT NOT NULL,
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 4),
  unit TEXT NOT NULL,
  low_low REAL, low REAL, high REAL, high_high REAL,
  description TEXT NOT NULL,
  source TEXT NOT NULL,
  interval_seconds REAL,
  PRIMARY KEY (template, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset (
  path TEXT NOT NULL PRIMARY KEY,
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 5),
  description TEXT NOT NULL,
  template TEXT REFERENCES template (name) DEFERRABLE INITIALLY DEFERRED,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_by_template ON asset (template);

CREATE TABLE tag (
  path TEXT NOT NULL PRIMARY KEY,
  type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 4),
  unit TEXT NOT NULL,
  low_low REAL, low REAL, high REAL, high_high REAL,
  description TEXT NOT NULL,
  source TEXT NOT NULL,
  interval_seconds REAL,
  declared INTEGER NOT NULL CHECK (declared IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE initiative (
  name TEXT NOT NULL PRIMARY KEY,
  yaml TEXT NOT NULL,
  line INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
  id TEXT NOT NULL PRIMARY KEY,
  asset TEXT NOT NULL,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  text TEXT NOT NULL,
  start_ns INTEGER NOT NULL,
  stop_ns INTEGER,
  source TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_start ON event (start_ns);
)sql";

constexpr const char* kOperationTables = R"sql(
CREATE TABLE token (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  role INTEGER NOT NULL CHECK (role BETWEEN 1 AND 4),
  secret_sha256 BLOB NOT NULL CHECK (length(secret_sha256) = 32),
  created_ns INTEGER NOT NULL,
  last_used_ns INTEGER,
  revoked_ns INTEGER
) STRICT;

CREATE TABLE dead_letter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_ns INTEGER NOT NULL,
  source TEXT NOT NULL,
  place TEXT NOT NULL,
  tag TEXT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  payload TEXT NOT NULL,
  key TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX dead_letter_once ON dead_letter (source, key) WHERE key <> '';
CREATE INDEX dead_letter_by_tag ON dead_letter (tag);

CREATE TABLE counter (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('dead_letters', 0), ('dead_letters_dropped', 0);

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ns INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
)sql";

Status CreateVersion1(SqliteConnection& connection) {
  RETURN_IF_ERROR(connection.Execute(kPlantTables));
  RETURN_IF_ERROR(connection.Execute(kOperationTables));
  return connection.Execute(fmt::format("PRAGMA application_id = {}", kApplicationId));
}

Status CreateVersion2(SqliteConnection& connection) {
  return connection.Execute(R"sql(
CREATE TABLE kept_answer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time_ns INTEGER NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (actor, key)
) STRICT;
)sql");
}

Status CreateVersion3(SqliteConnection& connection) {
  return connection.Execute(R"sql(
CREATE TABLE believed_time (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  time_ns INTEGER NOT NULL,
  ahead_ns INTEGER,
  ahead_told_ns INTEGER,
  behind_ns INTEGER,
  behind_told_ns INTEGER,
  CHECK ((ahead_ns IS NULL) = (ahead_told_ns IS NULL)),
  CHECK ((behind_ns IS NULL) = (behind_told_ns IS NULL))
) STRICT;
)sql");
}

Status CreateVersion4(SqliteConnection& connection) {
  return connection.Execute(R"sql(
CREATE TABLE source (
  name TEXT NOT NULL PRIMARY KEY,
  yaml TEXT NOT NULL,
  line INTEGER NOT NULL
) STRICT;
)sql");
}

// Step i leads from version i to version i + 1. A released step never changes.
using Migration = Status (*)(SqliteConnection&);
constexpr Migration kMigrations[] = {CreateVersion1, CreateVersion2, CreateVersion3,
                                     CreateVersion4};

Status CheckVersion(std::int64_t version) {
  if (version >= 0 && version <= NewestSchemaVersion()) return {};
  return Error(ErrorCode::kUnsupported,
               fmt::format("expected a catalog of version {} or older, got version {}; a newer "
                           "Bedplate wrote it",
                           NewestSchemaVersion(), version));
}

Status ApplyMigration(SqliteConnection& connection, std::int64_t from_version) {
  RETURN_IF_ERROR(kMigrations[from_version](connection));
  return connection.Execute(fmt::format("PRAGMA user_version = {}", from_version + 1));
}

}  // namespace

std::int64_t NewestSchemaVersion() noexcept { return std::ssize(kMigrations); }

Status CheckSchema(SqliteConnection& connection) {
  ASSIGN_OR_RETURN(const std::int64_t tables,
                   connection.QueryInteger("SELECT count(*) FROM sqlite_schema"));
  ASSIGN_OR_RETURN(const std::int64_t owner, connection.QueryInteger("PRAGMA application_id"));
  if (tables != 0 && owner != kApplicationId) {
    return Error(ErrorCode::kUnsupported,
                 "expected a catalog of Bedplate, got a SQLite file of another program");
  }
  ASSIGN_OR_RETURN(const std::int64_t version, connection.QueryInteger("PRAGMA user_version"));
  return CheckVersion(version);
}

Status MigrateSchema(SqliteConnection& connection) {
  while (true) {
    ASSIGN_OR_RETURN(SqliteTransaction transaction, SqliteTransaction::BeginWrite(connection));
    ASSIGN_OR_RETURN(const std::int64_t version, connection.QueryInteger("PRAGMA user_version"));
    RETURN_IF_ERROR(CheckVersion(version));
    if (version == NewestSchemaVersion()) return {};
    RETURN_IF_ERROR(ApplyMigration(connection, version));
    RETURN_IF_ERROR(transaction.Commit());
  }
}

}  // namespace bedplate
