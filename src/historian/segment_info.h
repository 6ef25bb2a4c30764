#pragma once

#include <cstdint>

namespace bedplate::historian {

/// What the manifest knows of a segment, so that opening a store reads no segment file.
struct SegmentInfo {
  std::uint64_t id = 0;          // names the file
  std::uint64_t generation = 0;  // of two segments with the same sample, the greater wins
  std::uint32_t level = 0;       // how often its samples were merged
  std::uint64_t bytes = 0;
  std::uint64_t series = 0;
  std::uint64_t blocks = 0;
  std::uint64_t samples = 0;
  std::int64_t first_time = 0;  // ns since 1970
  std::int64_t last_time = 0;
  std::uint64_t cleaned = 0;  // what tombstones up to this generation hide is gone from it

  bool operator==(const SegmentInfo&) const = default;
};

}  // namespace bedplate::historian
