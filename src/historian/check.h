#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/historian.h"
#include "historian/loss_text.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

// Each adds to `report` what it read and what it found wrong; a problem does not end the check.

/// Goes behind the damage to a store.
inline constexpr std::string_view kRepairAdvice = "; `bedplate check --repair` goes on without it";

/// `files` maps the path of each log file to the bytes of it that count.
void CheckLog(FileSystem& files, const std::map<std::string, std::uint64_t>& counted_bytes,
              CheckReport& report, std::string_view advice = kRepairAdvice);

void CheckManifest(FileSystem& files, const std::string& directory, CheckReport& report);

/// Reads every byte of a segment. Errors: kCancelled only.
Status CheckSegment(const SegmentReader& segment, const SeriesTable& series,
                    const CancelToken& cancel, CheckReport& report,
                    std::string_view advice = kRepairAdvice);

/// Historian::CheckCopy.
Result<std::vector<std::string>> CheckCopy(FileSystem& files, const std::string& directory,
                                           const std::string& name, const std::string& path);

/// Checks everything in the directory of a store that nobody writes to, whatever state it is in.
/// Errors: kCancelled, and those of listing the directories.
Result<CheckReport> CheckDirectory(FileSystem& files, const Clock& clock,
                                   const std::string& directory, const CancelToken& cancel);

}  // namespace bedplate::historian
