#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/head.h"
#include "historian/segment_set.h"
#include "historian/series_registry.h"
#include "historian/wal_log.h"

namespace bedplate::historian {

enum class RecoveryMode {
  kWrite,       // to go on with it
  kRead,        // nothing in the directory is changed, and there is no log to append to
  kSalvage,     // as kWrite, but what is damaged in the log is left out instead of being an error
  kReadSalvage  // both
};

/// What stands in a store's directory when it is opened, ready to go on with.
struct RecoveredStore {
  std::unique_ptr<SeriesRegistry> registry;
  std::unique_ptr<SegmentSet> segments;
  std::shared_ptr<Head> head;                              // what the write-ahead log holds
  std::unique_ptr<WalLog> log;                             // null when only reading
  std::map<std::string, std::uint64_t> counted_log_bytes;  // by path; when only reading
  std::vector<std::string> manifest_findings;  // which copy of it does not count; for people
  std::vector<std::string> log_findings;       // what was cut off the log or left out; for people
  bool log_has_losses = false;                 // something of it that counts was left out
  std::vector<Error> damage;  // segments that are missing or cut, which reading will meet

  /// All of it, for people.
  [[nodiscard]] std::vector<std::string> Findings() const;
};

/// The steps of a recovery one after the other, each of which has a file: reads the manifest,
/// replays the write-ahead log and starts a new log file, so that everything that was acknowledged
/// is there and durable. Removes what a crash left half done. The caller holds the lock on
/// `directory`. A segment that is missing or of another size is no error: what reads it fails, all
/// else goes on. Errors: kCorruption naming the file and offset, kIo.
Result<RecoveredStore> Recover(FileSystem& files, const Clock& clock, const std::string& directory,
                               RecoveryMode mode = RecoveryMode::kWrite);

}  // namespace bedplate::historian
