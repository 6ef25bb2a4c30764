#include "historian/waiting_store.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "historian/recovery.h"
#include "historian/store.h"
#include "historian/sync_latch.h"

namespace bedplate::historian {
namespace {

/// To read a long log again takes seconds, which a nearly full disk must not cost each append.
constexpr std::chrono::nanoseconds kPause = std::chrono::seconds(1);
/// Between two tries while no more is free; twice as long after each, up to this.
constexpr std::chrono::nanoseconds kMaxPause = std::chrono::minutes(1);
constexpr std::uint32_t kMaxPauseDoublings = 6;

Result<std::shared_ptr<Historian>> OpenStore(FileSystem& files, const Clock& clock,
                                             const std::string& directory,
                                             const HistorianOptions& options, RecoveryMode mode,
                                             std::unique_ptr<FileLock>& lock) {
  auto latch = std::make_unique<SyncLatch>(files, clock);
  ASSIGN_OR_RETURN(auto recovered, Recover(*latch, clock, directory, mode));
  std::unique_ptr<FileLock> held = mode == RecoveryMode::kWrite ? std::move(lock) : nullptr;
  return std::shared_ptr<Historian>(std::make_shared<Store>(
      std::move(latch), clock, directory, options, std::move(held), std::move(recovered)));
}

}  // namespace

Result<std::unique_ptr<Historian>> WaitingStore::Open(FileSystem& files, const Clock& clock,
                                                      const std::string& directory,
                                                      const HistorianOptions& options,
                                                      std::unique_ptr<FileLock> lock, Error full,
                                                      std::uint64_t tried_bytes) {
  if (!Exists(files, directory)) return full;
  HistorianOptions reading = options;
  reading.background = false;
  ASSIGN_OR_RETURN(auto readable,
                   OpenStore(files, clock, directory, reading, RecoveryMode::kRead, lock));
  std::unique_ptr<WaitingStore> store(new WaitingStore(
      files, clock, directory, options, std::move(lock), std::move(full), std::move(readable)));
  store->tried_ = clock.Monotonic();
  store->tried_bytes_ = tried_bytes;
  return std::unique_ptr<Historian>(std::move(store));
}

std::shared_ptr<Historian> WaitingStore::Current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Result<std::shared_ptr<Historian>> WaitingStore::Whole() const {
  {
    const std::lock_guard lock(mutex_);
    if (is_whole_) return current_;
  }
  const std::lock_guard opening(opening_);
  if (lock_ == nullptr) return Current();  // another call has opened it meanwhile
  ASSIGN_OR_RETURN(const std::uint64_t available, files_.AvailableBytes(directory_));
  if (!IsWorthATry(available)) return Waiting();
  tried_bytes_ = available;
  tried_ = clock_.Monotonic();
  auto opened = OpenStore(files_, clock_, directory_, options_, RecoveryMode::kWrite, lock_);
  if (!opened.ok()) {
    ++tries_;
    failure_ = opened.error();
    return Waiting();
  }
  const std::lock_guard lock(mutex_);
  current_ = *opened;
  is_whole_ = true;
  return current_;
}

bool WaitingStore::IsWorthATry(std::uint64_t available_bytes) const {
  const auto waited = clock_.Monotonic() - tried_;
  if (available_bytes > tried_bytes_) return waited >= kPause;
  return waited >= std::min(kMaxPause, kPause * (1U << std::min(tries_, kMaxPauseDoublings)));
}

Error WaitingStore::Waiting() const {
  if (failure_.code() != ErrorCode::kResourceExhausted) return failure_;
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("disk full: the store is open for reading only until there is room ({})",
                           failure_.ToString()))
      .At(directory_)
      .Retryable();
}

/// A series that is stored has its id also while nothing can be appended to it.
Result<TagId> WaitingStore::Resolve(std::string_view path, ValueType type) {
  auto whole = Whole();
  if (whole.ok()) return (*whole)->Resolve(path, type);
  const auto stored = Current()->Find(path);
  if (stored && stored->type == type) return stored->id;
  return std::move(whole).error();
}

template <typename Write>
Result<AppendResult> WaitingStore::AppendWith(const Write& write) {
  auto whole = Whole();
  if (whole.ok()) return write(**whole);
  counters_.CountRefused(RefusalOf(whole.error().code()));
  return std::move(whole).error();
}

Result<AppendResult> WaitingStore::Append(std::span<const TagBatch> batches) {
  return AppendWith([&](Historian& store) { return store.Append(batches); });
}

Result<AppendResult> WaitingStore::AppendRuns(std::span<const TagRun> runs,
                                              const std::optional<AppendMark>& mark) {
  return AppendWith([&](Historian& store) { return store.AppendRuns(runs, mark); });
}

Status WaitingStore::Flush() {
  ASSIGN_OR_RETURN(const auto whole, Whole());
  return whole->Flush();
}

Result<CompactProgress> WaitingStore::CompactStep(const CompactRequest& request) {
  ASSIGN_OR_RETURN(const auto whole, Whole());
  return whole->CompactStep(request);
}

Result<std::uint64_t> WaitingStore::Delete(std::span<const TagRange> ranges) {
  auto whole = Whole();
  if (whole.ok()) return (*whole)->Delete(ranges);
  return std::move(whole).error().At("nothing was deleted");
}

Status WaitingStore::Backup(const std::function<Status(const BackupFile&)>& copy) {
  ASSIGN_OR_RETURN(const auto whole, Whole());
  return whole->Backup(copy);
}

std::optional<SeriesInfo> WaitingStore::Find(std::string_view path) const {
  return Current()->Find(path);
}

std::optional<SeriesInfo> WaitingStore::Find(TagId tag) const { return Current()->Find(tag); }

std::vector<SeriesInfo> WaitingStore::List(const Glob& glob) const { return Current()->List(glob); }

Status WaitingStore::Scan(const ScanRequest& request, const ScanSink& sink) const {
  return Current()->Scan(request, sink);
}

Status WaitingStore::Replaced(const ReplacedRequest& request, const ScanSink& sink) const {
  return Current()->Replaced(request, sink);
}

Result<AggregateColumns> WaitingStore::Aggregate(const AggregateRequest& request) const {
  return Current()->Aggregate(request);
}

Result<StateColumns> WaitingStore::TimeInState(const StateRequest& request) const {
  return Current()->TimeInState(request);
}

Result<std::optional<Sample>> WaitingStore::Last(TagId tag) const { return Current()->Last(tag); }

Result<CheckReport> WaitingStore::Check(const CancelToken& cancel) const {
  return Current()->Check(cancel);
}

std::vector<std::string> WaitingStore::Findings() const {
  std::vector<std::string> findings = Current()->Findings();
  const auto whole = Whole();
  if (!whole.ok()) findings.push_back(whole.error().ToString());
  return findings;
}

HistorianStats WaitingStore::Stats() const {
  HistorianStats stats = Current()->Stats();
  HistorianStats meanwhile;
  counters_.AddTo(meanwhile);
  stats.refused_appends += meanwhile.refused_appends;
  for (std::size_t i = 0; i < stats.refused_by.size(); ++i) {
    stats.refused_by[i] += meanwhile.refused_by[i];
  }
  return stats;
}

Status WaitingStore::Health() const {
  ASSIGN_OR_RETURN(const auto whole, Whole());
  return whole->Health();
}

}  // namespace bedplate::historian
