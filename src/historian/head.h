#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "historian/head_series.h"
#include "historian/sample_run.h"
#include "model/sample.h"

namespace bedplate::historian {

using SharedColumns = std::shared_ptr<const SampleColumns>;

/// The samples that are not in segments yet, by series. One thread writes at a time, any thread
/// reads; a reader copies what it wants and so holds a lock for a moment only. Made for many series
/// of few samples: a series costs 40 bytes besides its samples.
class Head {
 public:
  /// A head of its own memory, or of memory that it shares with the heads before and after it.
  Head() : Head(std::make_shared<SlabPool>(0), 0) {}
  /// One that is not shared yet.
  static std::shared_ptr<Head> MakeUnshared() {
    auto head = std::make_shared<Head>();
    head->is_shared_ = false;
    return head;
  }
  /// `number` grows by one from head to head of a store.
  Head(const std::shared_ptr<SlabPool>& pool, std::uint64_t number)
      : number_(number), stripes_{Stripe{HeadArena(pool), 0}, Stripe{HeadArena(pool), 0}} {}

  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

  /// Stores `samples`, whose times ascend strictly; one at a stored time replaces it.
  void Upsert(TagId tag, const SampleRun& samples);
  /// Until then nobody reads the head, and writing takes no locks. Each stripe of tags may be
  /// written by a thread of its own, if their pages are prepared.
  void Share() noexcept { is_shared_ = true; }
  static constexpr std::size_t kStripes = 2;
  [[nodiscard]] static std::size_t StripeOf(TagId tag) noexcept {
    return tag.value() / kPageSeries % kStripes;
  }
  void PreparePage(TagId tag);
  /// Hints for the one who writes, some runs before he gets to `tag`: first for where the series
  /// is, then for where its next sample goes.
  void PrefetchSeries(TagId tag) const noexcept;
  void PrefetchEnd(TagId tag) const noexcept;

  /// The samples in `range`, in runs of strictly ascending times; no run is empty.
  [[nodiscard]] std::vector<SharedColumns> Chunks(TagId tag, const TimeRange& range) const;
  /// The last run of Chunks, or null.
  [[nodiscard]] SharedColumns LastChunk(TagId tag, const TimeRange& range) const;
  /// Whether a sample of `tag` is in `range`.
  [[nodiscard]] bool HasWithin(TagId tag, const TimeRange& range) const;
  /// Copies the samples at those of the ascending `times` that are stored over the ones of the same
  /// position in `out`, and sets `present` there.
  void Match(TagId tag, std::span<const std::int64_t> times, std::vector<bool>& present,
             SampleColumns& out) const;
  /// Keeps `samples`, in ascending time, as values that others take the place of; before those are
  /// stored.
  void KeepReplaced(TagId tag, const SampleColumns& samples);
  /// What was kept so in `range`, in ascending time, those of one time from the oldest on: one run,
  /// or none.
  [[nodiscard]] std::vector<SharedColumns> Replaced(TagId tag, const TimeRange& range) const;

  /// Calls `visit` with the ascending times of `tag`, a part at a time.
  void VisitTimes(TagId tag, const std::function<void(std::span<const std::int64_t>)>& visit) const;

  [[nodiscard]] std::vector<TagId> Tags() const;  // ascending
  [[nodiscard]] std::uint64_t bytes() const noexcept {
    return stripes_[0].bytes.load() + stripes_[1].bytes.load();
  }
  [[nodiscard]] bool empty() const noexcept { return bytes() == 0; }

 private:
  static constexpr std::size_t kPageSeries = 256;
  static constexpr std::size_t kLocks = 64;
  using Page = std::array<HeadSeries, kPageSeries>;

  [[nodiscard]] std::unique_lock<std::mutex> LockForWrite(TagId tag) const {
    return is_shared_ ? std::unique_lock(LockOf(tag)) : std::unique_lock<std::mutex>();
  }
  [[nodiscard]] const HeadSeries* SlotOf(TagId tag) const noexcept;
  HeadSeries& SeriesFor(TagId tag, ValueType type);
  /// Null where there is none; guarded by LockOf(tag).
  [[nodiscard]] const HeadSeries* FindSeries(TagId tag) const;
  [[nodiscard]] std::mutex& LockOf(TagId tag) const { return locks_[tag.value() % kLocks]; }

  /// What belongs to whoever writes the tags of a stripe.
  struct Stripe {
    HeadArena arena;
    std::atomic<std::uint64_t> bytes;
  };

  const std::uint64_t number_;
  std::array<Stripe, kStripes> stripes_;
  mutable std::array<std::mutex, kLocks> locks_;
  mutable std::shared_mutex pages_mutex_;
  std::vector<std::unique_ptr<Page>> pages_;  // by id, null where no series is
  mutable std::mutex replaced_mutex_;
  std::map<TagId, SampleColumns> replaced_;  // in the order in which they were kept
  bool is_shared_ = true;
};

}  // namespace bedplate::historian
