#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/audit_log.h"
#include "catalog/believed_time_store.h"
#include "catalog/dead_letter_store.h"
#include "catalog/kept_answer_store.h"
#include "catalog/plant_store.h"
#include "catalog/token_store.h"

namespace bedplate {

struct CatalogOptions {
  std::uint64_t dead_letter_limit = kDeadLetterLimit;  // letters kept; the oldest go first
  std::uint64_t kept_answer_limit = kKeptAnswerLimit;  // the same for answers
};

/// One SQLite file (WAL mode, synchronous=FULL, foreign keys on) with a schema version; an older
/// version is migrated step by step, a newer one is refused. Safe for concurrent use.
class Catalog {
 public:
  /// Opens or creates `path`. Errors: kCorruption, kUnsupported (newer schema), kIo,
  /// kResourceExhausted (disk full). `clock` must outlive the catalog.
  static Result<std::unique_ptr<Catalog>> Open(const std::string& path, const Clock& clock) {
    return Open(path, clock, CatalogOptions{});
  }
  static Result<std::unique_ptr<Catalog>> Open(const std::string& path, const Clock& clock,
                                               const CatalogOptions& options);
  /// The integrity check of a catalog that nobody has open, which changes nothing on the disk.
  /// Empty means sound. Errors: what keeps the file from being opened, but damage.
  static Result<std::vector<std::string>> CheckFile(const std::string& path);
  virtual ~Catalog() = default;

  virtual PlantStore& plant() = 0;
  virtual TokenStore& tokens() = 0;
  virtual DeadLetterStore& dead_letters() = 0;
  virtual AuditLog& audit() = 0;
  virtual KeptAnswerStore& kept_answers() = 0;
  virtual BelievedTimeStore& believed_time() = 0;

  /// Writes all that it holds at one moment to a new file, durably, while it is in use.
  virtual Status CopyTo(const std::string& path) const = 0;

  /// Whether its answers can be trusted and its changes last: kCorruption after damage or when its
  /// file was removed or replaced; kIo from a failed call until reading, and writing, work again.
  [[nodiscard]] virtual Status Health() const = 0;

  /// SQLite's integrity check, and whether its file is in its place; empty means sound.
  [[nodiscard]] virtual Result<std::vector<std::string>> CheckIntegrity() const = 0;
};

}  // namespace bedplate
