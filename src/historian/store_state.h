#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "historian/historian.h"
#include "historian/snapshot.h"

namespace bedplate::historian {

/// The heads and segments of a store as readers find them. Safe from any thread.
class StoreState {
 public:
  /// Heads share memory, so that one of `head_bytes` costs no new one when it is given up.
  StoreState(std::shared_ptr<const SegmentList> segments, std::shared_ptr<Head> active,
             std::uint64_t head_bytes);

  [[nodiscard]] Snapshot Take() const;
  /// What is appended to; another one only after HoldActive.
  [[nodiscard]] std::shared_ptr<Head> active() const;
  /// What is being flushed, or null.
  [[nodiscard]] std::shared_ptr<const Head> flushing() const;

  /// Begins a flush, while nothing is appended: what is active stands still beside a new head.
  void HoldActive();
  /// Shows what a publication brought: at the end of a flush without the head that was flushed,
  /// after a deletion with its generation.
  void Show(std::shared_ptr<const SegmentList> segments, bool ends_flush,
            std::optional<std::uint64_t> deletion);
  /// From here on what is appended to `ranges` is later than their deletion; none: it is over.
  void ShowDeleting(std::span<const TagRange> ranges);

  /// Notes that something was put into the active head.
  void NoteAppended(std::chrono::nanoseconds now) noexcept;
  /// Notes that there is nothing in it after all.
  void NoteNothingToFlush() noexcept { first_unflushed_ns_ = INT64_MAX; }
  /// How long ago that began which is in the active head; nothing when nothing is.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> UnflushedFor(
      std::chrono::nanoseconds now) const noexcept;

 private:
  const std::shared_ptr<SlabPool> slabs_;                     // of the heads
  std::atomic<std::int64_t> first_unflushed_ns_ = INT64_MAX;  // monotonic; INT64_MAX: none

  mutable std::mutex mutex_;  // guards what follows, held for moments
  std::shared_ptr<const SegmentList> segments_;
  std::shared_ptr<Head> flushing_;
  std::shared_ptr<Head> active_;
  std::uint64_t newest_deletion_ = 0;
  std::shared_ptr<const std::map<TagId, TimeRange>> deleting_;
};

}  // namespace bedplate::historian
