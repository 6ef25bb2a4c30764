#include "historian/store_state.h"

#include <algorithm>
#include <utility>

namespace bedplate::historian {

StoreState::StoreState(std::shared_ptr<const SegmentList> segments, std::shared_ptr<Head> active,
                       std::uint64_t head_bytes)
    : slabs_(std::make_shared<SlabPool>(head_bytes)),
      segments_(std::move(segments)),
      active_(std::move(active)) {}

Snapshot StoreState::Take() const {
  const std::lock_guard lock(mutex_);
  return {segments_, flushing_, active_, newest_deletion_, deleting_};
}

std::shared_ptr<Head> StoreState::active() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

std::shared_ptr<const Head> StoreState::flushing() const {
  const std::lock_guard lock(mutex_);
  return flushing_;
}

void StoreState::HoldActive() {
  const std::lock_guard lock(mutex_);
  flushing_ = std::exchange(active_, std::make_shared<Head>(slabs_, active_->number() + 1));
  NoteNothingToFlush();
}

void StoreState::Show(std::shared_ptr<const SegmentList> segments, bool ends_flush,
                      std::optional<std::uint64_t> deletion) {
  std::shared_ptr<Head> flushed;  // given up outside of the lock, as that takes a while
  const std::lock_guard lock(mutex_);
  segments_ = std::move(segments);
  if (deletion) newest_deletion_ = *deletion;
  if (ends_flush) flushed = std::move(flushing_);
}

void StoreState::ShowDeleting(std::span<const TagRange> ranges) {
  std::map<TagId, TimeRange> by_tag;
  for (const TagRange& entry : ranges) by_tag[entry.tag] = entry.range;
  auto deleting = std::make_shared<const std::map<TagId, TimeRange>>(std::move(by_tag));
  const std::lock_guard lock(mutex_);
  deleting_ = ranges.empty() ? nullptr : std::move(deleting);
}

void StoreState::NoteAppended(std::chrono::nanoseconds now) noexcept {
  std::int64_t none = INT64_MAX;
  first_unflushed_ns_.compare_exchange_strong(none, now.count());
}

std::optional<std::chrono::nanoseconds> StoreState::UnflushedFor(
    std::chrono::nanoseconds now) const noexcept {
  const std::int64_t since = first_unflushed_ns_.load();
  if (since == INT64_MAX) return std::nullopt;
  return now - std::chrono::nanoseconds(since);
}

}  // namespace bedplate::historian
