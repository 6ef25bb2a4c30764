#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "historian/head.h"
#include "historian/recovery_log_files.h"
#include "historian/recovery_scope.h"
#include "historian/segment_set.h"
#include "historian/series_registry.h"
#include "historian/source_table.h"
#include "historian/torn_tail.h"

namespace bedplate::historian {

/// What the write-ahead log is applied to.
struct ReplayTarget {
  SeriesRegistry& registry;
  const SegmentSet& segments;
  std::shared_ptr<Head> head;  // not shared yet
};

/// The file that the log goes on with.
struct NextLogFile {
  std::uint64_t sequence = 1;
  std::uint64_t previous_end = 0;
  std::string content;            // of the file before
  std::vector<ByteView> carried;  // what of it has to be written again; points into `content`
};

/// A torn tail that is cut, with as much of it as is kept.
struct CutTail {
  TornTail tail;
  std::string content;
};

/// What is known of a log that was replayed, besides what stands in series and head.
struct ReplayedLog {
  std::map<std::uint64_t, std::uint64_t> counted_bytes;  // of each file before `next`, by sequence
  NextLogFile next;
  SourceTable marks;
  bool has_losses = false;  // something that counts was left out
  std::vector<std::string> findings;
  std::vector<CutTail> cut;  // by who goes on with the log
};

/// The fourth step: applies every file of the log, in their order. Where the scope salvages what is
/// whole of a damaged file is applied, and the rest is a finding; it then stands in memory only, so
/// it must be flushed before the file goes. Errors: kCorruption naming file and offset, also where
/// the store is new and the log holds data; those of reading.
Result<ReplayedLog> ReplayLog(const RecoveryScope& scope, const LogFiles& log, bool is_new,
                              const ReplayTarget& target);

}  // namespace bedplate::historian
