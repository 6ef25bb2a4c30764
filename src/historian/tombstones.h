#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/ids.h"
#include "historian/segment_info.h"

namespace bedplate::historian {

/// Samples of one series that were deleted: those from first_time to last_time, both included, in
/// segments of a lower generation.
struct Tombstone {
  TagId tag;
  std::int64_t first_time = 0;  // ns since 1970
  std::int64_t last_time = 0;
  std::uint64_t generation = 0;

  bool operator==(const Tombstone&) const = default;
};

/// Whether `tombstone` may hide something in a segment, judged by what the manifest knows of it.
bool Applies(const Tombstone& tombstone, const SegmentInfo& segment);

/// Times that are hidden, both included.
struct HiddenRange {
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;

  bool operator==(const HiddenRange&) const = default;
};

/// All tombstones of a store at one moment; never changes.
class TombstoneSet {
 public:
  TombstoneSet() = default;
  explicit TombstoneSet(const std::vector<Tombstone>& tombstones);

  /// What is hidden of `tag` in `segment`: ascending, without overlap.
  [[nodiscard]] std::vector<HiddenRange> Of(TagId tag, const SegmentInfo& segment) const;
  /// Whether something may be hidden in `segment`.
  [[nodiscard]] bool Touches(const SegmentInfo& segment) const;
  [[nodiscard]] bool empty() const noexcept { return by_tag_.empty(); }
  /// The greatest generation; 0 when there is none.
  [[nodiscard]] std::uint64_t newest_generation() const noexcept { return newest_generation_; }

 private:
  std::map<TagId, std::vector<Tombstone>> by_tag_;
  std::uint64_t newest_generation_ = 0;
};

}  // namespace bedplate::historian
