#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/head.h"
#include "historian/segment_set.h"
#include "historian/series_registry.h"
#include "historian/wal_log.h"

namespace bedplate::historian {

/// What stands in a store's directory when it is opened, ready to go on with.
struct RecoveredStore {
  std::unique_ptr<SeriesRegistry> registry;
  std::unique_ptr<SegmentSet> segments;
  std::shared_ptr<Head> head;  // what the write-ahead log holds
  std::unique_ptr<WalLog> log;
};

/// Reads the manifest, replays the write-ahead log and starts a new log file, so that everything
/// that was acknowledged is there and durable. Removes what a crash left half done. The caller
/// holds the lock on `directory`. Errors: kCorruption naming the file and offset, kIo.
Result<RecoveredStore> Recover(FileSystem& files, const Clock& clock, const std::string& directory);

}  // namespace bedplate::historian
