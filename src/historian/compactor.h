#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "historian/compaction.h"
#include "historian/compaction_pace.h"
#include "historian/disk_room.h"
#include "historian/historian.h"
#include "historian/segment_set.h"
#include "historian/sync_latch.h"

namespace bedplate::historian {

/// Merges the segments of a store, one set at a time: by itself in a thread when that was started,
/// and for who asks. What a merge cannot read for damage is left out of all others. Every call is
/// safe from any thread, but for Round.
class Compactor {
 public:
  /// Makes a change of the manifest durable and shows it to readers.
  using Publish = std::function<Status(ManifestChange)>;

  /// `files`, `clock`, `room` and `segments` must outlive it.
  Compactor(SyncLatch& files, const Clock& clock, const DiskRoom& room, SegmentSet& segments,
            std::uint64_t bytes_per_second, Publish publish);
  /// Ends the merge under way.
  ~Compactor();
  Compactor(const Compactor&) = delete;
  Compactor& operator=(const Compactor&) = delete;

  /// Merges what is due in a thread of its own from now on.
  void Start();
  /// A round of that thread, or of another one instead of it: merges what is due next and returns
  /// how long to pause then.
  [[nodiscard]] std::chrono::nanoseconds Round();
  /// Merges all that is due. What fails shows in Health.
  void MergeAllDue();
  /// A step of Historian::CompactStep for what has generation `until` or an older one.
  Result<CompactProgress> Step(std::uint64_t until, const CancelToken& cancel);

  /// kCorruption while there is a segment that a merge found damaged; kUnavailable while what is
  /// due has no room, or after a merge that failed until one does not.
  [[nodiscard]] Status Health() const;
  /// Fills in what begins with compaction.
  void AddTo(HistorianStats& stats) const;

 private:
  /// A merge whose segment is written and waits to be published.
  struct Merged {
    std::vector<std::uint64_t> inputs;  // ids
    std::uint64_t input_bytes = 0;
    std::vector<SegmentInfo> segment;  // none when all was deleted
  };
  /// What is to be merged next.
  struct Picked {
    std::vector<std::uint64_t> ids;  // ascending; empty when nothing is due that has room
    std::optional<Error> no_room;    // why nothing of what is due was picked
  };
  /// What one call of MergeOnce did.
  struct Outcome {
    std::uint64_t segments = 0;    // that were merged; 0: nothing was due
    std::uint64_t bytes = 0;       // of these
    std::uint64_t left_bytes = 0;  // of those that are due now
    std::optional<Error> no_room;  // nothing was written, as what is due has no room
  };
  struct Visible {
    std::uint64_t deletion = 0;  // the newest that counts in it
    std::uint64_t bytes = 0;
  };

  void Run();
  Result<Outcome> MergeOnce(const CompactionLimits& limits, const MergeWatch& watch);

  // Under merge_mutex_.
  Result<Outcome> MergeNext(const CompactionLimits& limits, const MergeWatch& watch);
  Result<Picked> PickNext(const CompactionLimits& limits);
  Result<Picked> PickDirty(std::uint64_t until);
  [[nodiscard]] bool IsDirty(const SegmentReader& segment, std::uint64_t until) const;
  Result<std::uint64_t> VisibleBytesOf(const SegmentReader& segment);
  Status Write(const SegmentList& inputs, const MergeWatch& watch);
  Result<bool> NoteDamageIn(const SegmentList& inputs, const MergeWatch& watch);
  void NoteDamage(const SegmentReader& segment, const Error& error);
  [[nodiscard]] std::set<std::uint64_t> Excluded() const;
  [[nodiscard]] std::uint64_t LeftBytes(const CompactionLimits& limits) const;
  void ForgetOldSegments();
  void NoteDue();
  Status WaitForPace(std::uint64_t bytes);

  void SetHurried(bool hurried);
  void Note(const Result<Outcome>& outcome);
  [[nodiscard]] Status CheckDamage() const;

  SyncLatch& files_;
  const Clock& clock_;
  const DiskRoom& room_;
  SegmentSet& segments_;
  const Publish publish_;
  const CancelToken stop_ = CancelToken::Make();
  CompactionPace pace_;

  std::mutex merge_mutex_;        // one merge at a time; guards what follows up to due_counted_
  std::optional<Merged> merged_;  // if publishing fails, only that is tried again
  std::map<std::uint64_t, Visible> visible_;  // by id, of segments of which something is deleted
  std::chrono::nanoseconds due_counted_{0};   // monotonic
  std::uint32_t failures_in_a_row_ = 0;       // of Round

  std::atomic<std::uint64_t> merges_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::atomic<std::uint64_t> read_bytes_ = 0;
  std::atomic<std::uint64_t> written_bytes_ = 0;
  std::atomic<std::uint64_t> due_merges_ = 0;
  std::atomic<std::uint64_t> due_bytes_ = 0;

  mutable std::mutex notes_mutex_;  // guards what follows up to no_room_, held for moments
  /// By id of the segment; changed under merge_mutex_ as well, so that either is enough to read it.
  std::map<std::uint64_t, Error> damage_;
  std::optional<Error> failure_;  // of the last merge
  std::optional<Error> no_room_;  // of the last round

  std::mutex wait_mutex_;            // guards stopping_ and hurried_
  std::condition_variable unpaced_;  // nothing must wait any longer
  bool stopping_ = false;
  std::uint32_t hurried_ = 0;  // calls that wait for a merge
  std::thread thread_;
};

}  // namespace bedplate::historian
