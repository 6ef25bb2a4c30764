#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace bedplate::historian {

/// The newest of this many cut tails are kept, and of each at most so many bytes.
inline constexpr std::size_t kMaxTornTails = 8;
inline constexpr std::uint64_t kMaxTornTailBytes = 16ULL << 20U;

/// A log file's end that forms no whole group and so is cut when the store is opened.
struct TornTail {
  std::string path;  // of the log file
  std::uint64_t sequence = 0;
  std::uint64_t offset = 0;  // where the tail begins
  std::uint64_t bytes = 0;
};

/// What there is to say about it: where it is, and what it may mean.
std::string DescribeTornTail(const TornTail& tail);

/// Keeps the tail in `wal/torn/`, so that it can be looked at when it was no tear but damage; says
/// where it is, or why it could not be kept. Nothing depends on it (KeepEvidence).
std::string KeepTornTail(FileSystem& files, const std::string& wal_directory, const TornTail& tail,
                         std::string_view content);

}  // namespace bedplate::historian
