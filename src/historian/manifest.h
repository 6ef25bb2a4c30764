#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/segment_info.h"
#include "historian/series_registry.h"
#include "historian/tombstones.h"

namespace bedplate::historian {

/// What a store consists of (docs/formats/manifest.md). Replaced as a whole, so it is always one
/// consistent state; what it does not name does not count.
struct Manifest {
  std::uint64_t wal_low_water = 1;  // WAL files before this are not needed any more
  std::uint64_t next_segment_id = 1;
  std::vector<SeriesRecord> series;   // by ascending id; totals of what the segments hold
  std::vector<SegmentInfo> segments;  // by ascending generation
  std::vector<Tombstone> tombstones;  // as long as there are segments that they apply to

  bool operator==(const Manifest&) const = default;
};

Bytes EncodeManifest(const Manifest& manifest);
/// Errors: kCorruption saying what does not fit, kUnsupported for a later version.
Result<Manifest> ParseManifest(ByteView bytes);

/// Replaces the manifest in `directory`; durable on return.
Status WriteManifest(FileSystem& files, const std::string& directory, const Manifest& manifest);
/// Errors: kNotFound when there is none, kCorruption naming the file.
Result<Manifest> ReadManifest(FileSystem& files, const std::string& directory);

}  // namespace bedplate::historian
