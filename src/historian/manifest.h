#pragma once

#include <array>
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
  std::uint64_t edition = 0;        // of two copies the greater one counts, or else the first
  std::uint64_t wal_low_water = 1;  // WAL files before this are not needed any more
  std::uint64_t next_segment_id = 1;
  std::vector<SeriesRecord> series;   // by ascending id; totals of what the segments hold
  std::vector<SegmentInfo> segments;  // by ascending generation
  std::vector<Tombstone> tombstones;  // as long as there are segments that they apply to

  bool operator==(const Manifest&) const = default;
};

/// Totals that agree with themselves, as samples that could not be read may have been counted
/// wrong: where no time is left nothing is, whatever was counted, and where one is left there is a
/// sample.
SeriesTotals Consistent(SeriesTotals totals);

/// The totals of every series become consistent ones, so that whatever was counted can be read
/// back.
Bytes EncodeManifest(const Manifest& manifest);
/// Errors: kCorruption saying what does not fit, kUnsupported for a later version.
Result<Manifest> ParseManifest(ByteView bytes);

/// The paths of the two copies, each of which is a whole manifest.
std::array<std::string, 2> ManifestPaths(const std::string& directory);

/// Goes behind what is wrong with one of two copies.
inline constexpr char kCopyIsWhole[] =
    "; its other copy is whole, so nothing is lost, and opening the store writes it anew";

/// What the two copies say.
struct StoredManifest {
  Manifest manifest;           // of the greater edition
  bool is_in_both = false;     // else it should be written again
  std::vector<Error> damaged;  // a copy that cannot be read, or is much older than the other
};

/// Replaces both copies, one after the other; durable on return. After an error either may count.
/// What would not read back is not written: kInternal, and both copies are as before.
Status WriteManifest(FileSystem& files, const std::string& directory, const Manifest& manifest);
/// Replaces the first copy only, which counts before another of its edition.
Status WriteFirstManifest(FileSystem& files, const std::string& directory,
                          const Manifest& manifest);
/// Reads both copies; one is enough. Errors: kNotFound when there is none, kCorruption naming the
/// first when neither can be read, kUnsupported for a later version.
Result<StoredManifest> ReadManifest(FileSystem& files, const std::string& directory);

}  // namespace bedplate::historian
