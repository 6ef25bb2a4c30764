#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "historian/historian.h"
#include "historian/store_counters.h"

namespace bedplate::historian {

/// A store whose disk had no room for opening it: what is stored is read, whatever writes is
/// refused (kResourceExhausted, retryable), and it is the whole store as soon as there is room. Who
/// writes or asks for its health looks whether there is, so it needs no thread: a second after it
/// was tried last where more is free than then, and else ever more rarely, down to once a minute,
/// as a quota or inodes do not show in what is free. Where something else keeps it from being
/// opened then, that is the error. Ids of tags stay.
class WaitingStore final : public Historian {
 public:
  /// `lock` is on `directory`, `full` what kept it from being opened, when `tried_bytes` were
  /// available before that was tried. Errors: as for OpenReadOnly, and `full` where there is no
  /// store yet.
  static Result<std::unique_ptr<Historian>> Open(FileSystem& files, const Clock& clock,
                                                 const std::string& directory,
                                                 const HistorianOptions& options,
                                                 std::unique_ptr<FileLock> lock, Error full,
                                                 std::uint64_t tried_bytes);

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
  [[nodiscard]] std::vector<std::string> Findings() const override;
  [[nodiscard]] HistorianStats Stats() const override;
  [[nodiscard]] Status Health() const override;

 private:
  using SharedHistorian = std::shared_ptr<Historian>;

  WaitingStore(FileSystem& files, const Clock& clock, std::string directory,
               const HistorianOptions& options, std::unique_ptr<FileLock> lock, Error failure,
               SharedHistorian readable)
      : files_(files),
        clock_(clock),
        directory_(std::move(directory)),
        options_(options),
        lock_(std::move(lock)),
        failure_(std::move(failure)),
        current_(std::move(readable)) {}

  /// What is there to be read.
  [[nodiscard]] SharedHistorian Current() const;
  /// The whole store, opened now if there is room. Errors: what keeps it from being opened.
  [[nodiscard]] Result<SharedHistorian> Whole() const;
  [[nodiscard]] bool IsWorthATry(std::uint64_t available_bytes) const;
  [[nodiscard]] Error Waiting() const;
  template <typename Write>
  Result<AppendResult> AppendWith(const Write& write);

  FileSystem& files_;
  const Clock& clock_;
  const std::string directory_;
  const HistorianOptions options_;

  mutable std::mutex opening_;              // one at a time; taken before mutex_
  mutable std::unique_ptr<FileLock> lock_;  // until the whole store has it; guarded by opening_
  mutable Error failure_;                   // guarded by opening_, as are the next three
  mutable std::uint64_t tried_bytes_ = 0;   // that were available before it was tried last
  mutable std::chrono::nanoseconds tried_{0};
  mutable std::uint32_t tries_ = 0;  // that failed, after the first
  mutable std::mutex mutex_;
  mutable SharedHistorian current_;  // this and the next are guarded by mutex_
  mutable bool is_whole_ = false;
  StoreCounters counters_;  // of what was refused meanwhile
};

}  // namespace bedplate::historian
