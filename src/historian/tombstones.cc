#include "historian/tombstones.h"

#include <algorithm>

namespace bedplate::historian {

bool Applies(const Tombstone& tombstone, const SegmentInfo& segment) {
  return segment.generation < tombstone.generation && segment.cleaned < tombstone.generation &&
         segment.first_time <= tombstone.last_time && segment.last_time >= tombstone.first_time;
}

TombstoneSet::TombstoneSet(const std::vector<Tombstone>& tombstones) {
  for (const Tombstone& tombstone : tombstones) {
    by_tag_[tombstone.tag].push_back(tombstone);
    newest_generation_ = std::max(newest_generation_, tombstone.generation);
  }
  for (auto& [tag, list] : by_tag_) {
    std::sort(list.begin(), list.end(),
              [](const Tombstone& a, const Tombstone& b) { return a.first_time < b.first_time; });
  }
}

std::vector<HiddenRange> TombstoneSet::Of(TagId tag, const SegmentInfo& segment) const {
  std::vector<HiddenRange> ranges;
  const auto found = by_tag_.find(tag);
  if (found == by_tag_.end()) return ranges;
  for (const Tombstone& tombstone : found->second) {
    if (!Applies(tombstone, segment)) continue;
    if (!ranges.empty() && tombstone.first_time <= ranges.back().last_time) {
      ranges.back().last_time = std::max(ranges.back().last_time, tombstone.last_time);
    } else {
      ranges.push_back({tombstone.first_time, tombstone.last_time});
    }
  }
  return ranges;
}

bool TombstoneSet::Touches(const SegmentInfo& segment) const {
  if (newest_generation_ <= std::max(segment.generation, segment.cleaned)) return false;
  for (const auto& [tag, list] : by_tag_) {
    if (std::any_of(list.begin(), list.end(),
                    [&](const Tombstone& tombstone) { return Applies(tombstone, segment); })) {
      return true;
    }
  }
  return false;
}

}  // namespace bedplate::historian
