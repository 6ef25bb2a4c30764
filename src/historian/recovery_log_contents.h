#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "historian/loss_text.h"
#include "historian/recovery_scope.h"
#include "historian/wal_loader.h"
#include "historian/wal_salvage.h"

namespace bedplate::historian {

/// A file of the log, and what is known of it besides what it says itself.
struct LogFile {
  std::uint64_t sequence = 0;
  std::optional<std::uint64_t> counted_bytes;  // as the next one says; none: it is the last
  std::uint64_t durable_bytes = 0;             // that were there when the store was closed
};

/// How many bytes of the file before it the header of that file says to count. Errors: those of
/// reading, kCorruption for a damaged header.
Result<std::uint64_t> ReadPreviousEnd(const RecoveryScope& scope, std::uint64_t sequence);

/// "frame before byte 4096".
std::string PlaceOf(const WalGroup& group);

/// Reads a file of which nothing is damaged. Errors: kCorruption for the first damage that can be
/// seen without applying it, those of reading.
Result<LoadedWal> LoadWhole(WalLoader& loader, const LogFile& file);

/// What can be had of a damaged file. All of it points into `content`.
struct SalvagedLogFile {
  std::string content;
  std::vector<WalGroup> groups;       // that can be read
  std::vector<FrameContents> frames;  // of these
  std::vector<WalGap> gaps;
  std::vector<std::string> findings;  // what is lost besides the gaps
};

/// What cannot be read of the file is damage. Errors: those of opening it.
Result<SalvagedLogFile> SalvageLogFile(const RecoveryScope& scope, const LogFile& file);

// What is lost of the file at `path`, for people.

std::string DescribeLostGroup(const std::string& path, const WalGroup& group, const Error& why);
std::string DescribeGap(const std::string& path, const WalGap& gap, const SeriesTable& series);

}  // namespace bedplate::historian
