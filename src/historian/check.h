#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/historian.h"
#include "historian/loss_text.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

// Each adds to `report` what it read and what it found wrong; a problem does not end the check.

/// `files` maps the path of each log file to the bytes of it that count.
void CheckLog(FileSystem& files, const std::map<std::string, std::uint64_t>& counted_bytes,
              CheckReport& report);

void CheckManifest(FileSystem& files, const std::string& directory, CheckReport& report);

/// Reads every byte of a segment. Errors: kCancelled only.
Status CheckSegment(const SegmentReader& segment, const SeriesTable& series,
                    const CancelToken& cancel, CheckReport& report);

/// Checks everything in the directory of a store that nobody writes to, whatever state it is in.
/// Errors: kCancelled, and those of listing the directories.
Result<CheckReport> CheckDirectory(FileSystem& files, const Clock& clock,
                                   const std::string& directory, const CancelToken& cancel);

}  // namespace bedplate::historian
