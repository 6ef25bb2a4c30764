#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "historian/compactor.h"
#include "historian/disk_room.h"
#include "historian/group_commit.h"
#include "historian/historian.h"
#include "historian/recovery.h"
#include "historian/snapshot.h"
#include "historian/store_counters.h"
#include "historian/store_health.h"
#include "historian/store_state.h"
#include "historian/sync_latch.h"

namespace bedplate::historian {

/// Appends wait while the head is this many times its limit.
inline constexpr std::uint64_t kHeadLimitFactor = 4;

/// The Historian over a directory of files.
class Store final : public Historian {
 public:
  Store(std::unique_ptr<SyncLatch> latch, const Clock& clock, std::string directory,
        const HistorianOptions& options, std::unique_ptr<FileLock> lock, RecoveredStore recovered);
  ~Store() override;

  Result<TagId> Resolve(std::string_view path, ValueType type) override;
  [[nodiscard]] std::optional<SeriesInfo> Find(std::string_view path) const override;
  [[nodiscard]] std::optional<SeriesInfo> Find(TagId tag) const override;
  [[nodiscard]] std::vector<SeriesInfo> List(const Glob& glob) const override;

  Result<AppendResult> Append(std::span<const TagBatch> batches) override;
  Result<AppendResult> AppendRuns(std::span<const TagRun> runs,
                                  const std::optional<AppendMark>& mark) override;
  Status Scan(const ScanRequest& request, const ScanSink& sink) const override;
  Status Replaced(const ReplacedRequest& request, const ScanSink& sink) const override;
  Result<AggregateColumns> Aggregate(const AggregateRequest& request) const override;
  Result<StateColumns> TimeInState(const StateRequest& request) const override;
  Result<std::optional<Sample>> Last(TagId tag) const override;

  Status Flush() override;
  Result<CompactProgress> CompactStep(const CompactRequest& request) override;
  Result<std::uint64_t> Delete(std::span<const TagRange> ranges) override;
  Status Backup(const std::function<Status(const BackupFile&)>& copy) override;
  Result<CheckReport> Check(const CancelToken& cancel) const override;
  [[nodiscard]] std::vector<std::string> Findings() const override { return findings_; }
  [[nodiscard]] HistorianStats Stats() const override;
  [[nodiscard]] Status Health() const override;

 private:
  /// What a flush must publish for the head that it writes.
  struct Held {
    ManifestChange::Flushed flushed;
    std::vector<Series*> miscounted;  // of those in it, until they are counted again
    /// Set when the head is written: if publishing fails, only that is tried again.
    std::optional<std::vector<SegmentInfo>> segments;
  };

  [[nodiscard]] Snapshot TakeSnapshot() const { return state_.Take(); }
  [[nodiscard]] Status CheckWritable() const;
  [[nodiscard]] Result<const Series*> SeriesOf(TagId tag) const;

  Result<std::uint64_t> DeleteNow(std::span<const TagRange> ranges);  // store_delete.cc

  // Appending: store.cc.
  Result<Commit> PrepareCommit(std::span<const TagRun> runs,
                               const std::optional<AppendMark>& mark) const;
  Result<std::vector<PendingRun>> DescribeRuns(std::span<const TagRun> runs) const;
  void WriteGroup(std::span<Commit* const> commits);
  [[nodiscard]] std::vector<Commit*> TakeValid(std::span<Commit* const> commits);
  void WriteFrame(std::span<Commit* const> commits);
  void ApplyGroup(std::span<Commit* const> commits);
  Status LogFrame(std::span<Commit* const> commits);
  Status AppendToLog(Bytes& frame);
  void CountAppend(const Result<AppendResult>& result);
  Result<AppendResult> AppendUncounted(std::span<const TagRun> runs,
                                       const std::optional<AppendMark>& mark);
  AppendResult Apply(Commit& commit);
  Status WaitForHead();

  // Flushing: store_maintenance.cc.
  void RunMaintenance();
  [[nodiscard]] bool FlushIsDue() const;
  Status FlushHeads();
  Status FlushHeld();
  Status HoldHead();
  void CountAgain(Held& held);
  void NoteMissingLog();
  void NoteMissingSegments();
  Status FlushAndNote();
  Status Publish(ManifestChange change);
  Status PublishHeld();
  Result<std::uint64_t> BeginCompaction();

  const std::unique_ptr<SyncLatch> latch_;  // all files are behind it
  const Clock& clock_;
  const std::string directory_;
  const HistorianOptions options_;
  const DiskRoom room_;
  const std::unique_ptr<FileLock> lock_;
  const std::map<std::string, std::uint64_t> read_only_log_bytes_;  // by path
  const std::vector<std::string> findings_;

  const std::unique_ptr<SeriesRegistry> registry_;
  const std::unique_ptr<SegmentSet> segments_;
  StoreState state_;
  StoreCounters counters_;
  StoreHealth health_;
  /// Used by whoever has the turn of commits_; null in a store that is only read.
  const std::unique_ptr<WalLog> log_;
  mutable GroupCommit commits_;

  mutable std::mutex flush_mutex_;  // one flush at a time
  std::optional<Held> held_;        // set while a head is flushed; guarded by flush_mutex_

  std::mutex wake_mutex_;
  std::condition_variable wake_;     // maintenance has something to do
  std::condition_variable flushed_;  // a flush has ended
  bool stopping_ = false;            // this and the next are guarded by wake_mutex_
  bool flush_wanted_ = false;
  std::thread maintenance_;
  Compactor compactor_;  // goes first, as its thread uses the rest
};

}  // namespace bedplate::historian
