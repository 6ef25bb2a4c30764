#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "historian/historian.h"

namespace bedplate::historian {

// Limits and names that several formats share (docs/formats/).

inline constexpr std::size_t kMaxBlockSamples = 4096;
/// A block is cut when its strings reach this, so a block holds less than twice as much.
inline constexpr std::size_t kBlockStringBytes = kMaxStringBytes;

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosecondsPerDay = 86'400 * kNanosecondsPerSecond;

inline constexpr char kManifestName[] = "MANIFEST";
inline constexpr char kLockName[] = "LOCK";
inline constexpr char kWalDirectory[] = "wal";
inline constexpr char kSegmentDirectory[] = "segments";
inline constexpr char kTemporarySuffix[] = ".tmp";

}  // namespace bedplate::historian
