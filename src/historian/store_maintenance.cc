#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "historian/check.h"
#include "historian/head_flush.h"
#include "historian/manifest.h"
#include "historian/readable.h"
#include "historian/recovery_segments.h"
#include "historian/store.h"

namespace bedplate::historian {
namespace {

/// How often maintenance looks for an aged head, and tries a failed flush again.
constexpr std::chrono::seconds kMaintenancePeriod(1);
/// Appends wait at most this long while the head is kHeadLimitFactor times its limit.
constexpr std::chrono::seconds kMaxHeadWait(30);
/// A log this many times the head's limit is worth a flush even if the head is small.
constexpr std::uint64_t kLogLimitFactor = 4;
/// The files of the segments are looked after each so many periods.
constexpr std::uint32_t kSegmentCheckRounds = 60;

}  // namespace

void Store::RunMaintenance() {
  std::uint32_t rounds = 0;
  std::unique_lock lock(wake_mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kMaintenancePeriod, [this] { return stopping_ || flush_wanted_; });
    if (stopping_) return;
    flush_wanted_ = false;

    lock.unlock();
    // A flush that fails is tried again, whoever asked for it: its samples are safe in the log, and
    // appends report a full disk by themselves.
    if (health_.FlushFailure() || FlushIsDue()) static_cast<void>(Flush());
    // Who waits for a flush that will not come any more is told so.
    if (!CheckWritable().ok()) flushed_.notify_all();
    {
      // While a flush ends it drops files of the log itself.
      const std::lock_guard flushing(flush_mutex_);
      NoteMissingLog();
    }
    if (++rounds % kSegmentCheckRounds == 0) NoteMissingSegments();
    lock.lock();
  }
}

/// What a deleted file of the log held is still in memory: the flush that is then due saves it.
/// Under flush_mutex_.
void Store::NoteMissingLog() {
  std::map<std::string, std::uint64_t> counted_bytes;
  {
    const auto pause = commits_.Pause();
    counted_bytes = log_->CountedBytes();
  }
  std::optional<Error> missing;
  for (const auto& [path, bytes] : counted_bytes) {
    if (latch_->Exists(path)) continue;
    missing = Error(ErrorCode::kCorruption,
                    "the file was deleted while it was in use; what it held is being written to "
                    "segments")
                  .At(path);
  }
  health_.NoteMissingLog(std::move(missing));
}

void Store::NoteMissingSegments() {
  std::vector<Error> damage;
  for (const auto list = segments_->List(); const SharedSegment& segment : *list) {
    if (auto lost = FindLoss(*latch_, *segment)) damage.push_back(*std::move(lost));
  }
  health_.NoteDamage(std::move(damage));
}

bool Store::FlushIsDue() const {
  const Snapshot snapshot = TakeSnapshot();
  if (snapshot.flushing) return true;
  if (health_.MissesLog()) return true;
  if (snapshot.active->bytes() >= options_.head_limit_bytes) return true;
  if (log_->bytes() >= kLogLimitFactor * options_.head_limit_bytes) return true;
  const auto age = state_.UnflushedFor(clock_.Monotonic());
  return age && *age >= options_.flush_age;
}

/// Holds an append back while flushing cannot keep up, so that memory stays bounded.
Status Store::WaitForHead() {
  const auto has_room = [this] {
    return TakeSnapshot().active->bytes() < kHeadLimitFactor * options_.head_limit_bytes;
  };
  if (!options_.background || has_room()) return {};
  std::unique_lock lock(wake_mutex_);
  const auto is_over = [&] {
    return stopping_ || health_.FlushFailure() || has_room() || !CheckWritable().ok();
  };
  const bool in_time = flushed_.wait_for(lock, kMaxHeadWait, is_over);
  RETURN_IF_ERROR(CheckWritable());
  auto failure = health_.FlushFailure();
  if (failure && !has_room()) return *std::move(failure);
  if (in_time) return {};
  return Error(ErrorCode::kUnavailable, "too much waits to be flushed; try again later")
      .At(directory_)
      .Retryable();
}

Status Store::Flush() {
  RETURN_IF_ERROR(CheckWritable());
  const std::lock_guard flushing(flush_mutex_);
  RETURN_IF_ERROR(FlushAndNote());
  if (options_.background) return {};
  compactor_.MergeAllDue();
  return {};
}

/// Under flush_mutex_.
Status Store::FlushAndNote() {
  Status flushed = FlushHeads();
  health_.NoteFlush(flushed);
  {
    // Whoever looked just before is waiting by now.
    const std::lock_guard lock(wake_mutex_);
    flushed_.notify_all();
  }
  if (!flushed.ok()) return flushed;
  NoteMissingLog();
  return {};
}

Status Store::FlushHeads() {
  if (held_) RETURN_IF_ERROR(FlushHeld());
  RETURN_IF_ERROR(HoldHead());
  if (held_) RETURN_IF_ERROR(FlushHeld());
  return {};
}

/// Publishes a change, and shows it to readers together with the end of the flush that it is of.
Status Store::Publish(ManifestChange change) {
  const bool ends_flush = change.flushed.has_value();
  std::optional<std::uint64_t> deletion;
  if (!change.deleted.empty()) deletion = change.deleted.back().tombstone.generation;
  return segments_->Publish(std::move(change), [&](std::shared_ptr<const SegmentList> list) {
    state_.Show(std::move(list), ends_flush, deletion);
  });
}

/// Begins a flush: what was appended so far stands still, and new samples go to a new head and a
/// new log file.
Status Store::HoldHead() {
  const auto pause = commits_.Pause();
  if (state_.active()->empty() && !log_->HoldsFrames()) {
    state_.NoteNothingToFlush();
    return {};
  }
  ASSIGN_OR_RETURN(const std::uint64_t sequence, log_->Rotate());
  held_ = Held{.flushed = {.series = registry_->Records(), .wal_low_water = sequence},
               .miscounted = registry_->TakeMiscounted(),
               .segments = std::nullopt};
  state_.HoldActive();
  return {};
}

Status Store::FlushHeld() {
  if (!held_->segments) {
    ASSIGN_OR_RETURN(held_->segments,
                     WriteHead(*latch_, segments_->segment_directory(), *state_.flushing(),
                               [this] { return segments_->NextId(); }));
    CountAgain(*held_);
  }
  return PublishHeld();
}

/// Puts the totals right of series of which something was stored or deleted that could not be
/// compared with all that there is. Where that still cannot be read it is left to the next flush.
void Store::CountAgain(Held& held) {
  Snapshot standing = TakeSnapshot();
  standing.active = standing.flushing;
  standing.flushing = nullptr;
  for (Series* const series : std::exchange(held.miscounted, {})) {
    const auto record = std::lower_bound(
        held.flushed.series.begin(), held.flushed.series.end(), series->id(),
        [](const SeriesRecord& entry, TagId wanted) { return entry.definition.id < wanted; });
    if (record == held.flushed.series.end() || record->definition.id != series->id()) continue;
    const auto counted = CountReadableTimes(standing, *series);
    if (!counted.ok()) {
      series->SetMiscounted();
      continue;
    }
    const auto pause = commits_.Pause();
    SeriesTotals totals = series->totals();
    totals.samples += *counted - record->totals.samples;  // modulo 2^64, so it may be less
    series->SetTotals(Consistent(totals));
    record->totals.samples = *counted;
  }
}

Status Store::PublishHeld() {
  const std::uint64_t low_water = held_->flushed.wal_low_water;
  std::uint64_t bytes = 0;
  for (const SegmentInfo& segment : *held_->segments) bytes += segment.bytes;
  RETURN_IF_ERROR(Publish(
      {.added = *held_->segments, .removed = {}, .flushed = held_->flushed, .deleted = {}}));
  held_.reset();
  counters_.CountFlush(bytes);
  const auto pause = commits_.Pause();
  log_->DropBelow(low_water);
  return {};
}

/// Flushes what was acknowledged so far, and returns what stands for it.
Result<std::uint64_t> Store::BeginCompaction() {
  const std::lock_guard flushing(flush_mutex_);
  RETURN_IF_ERROR(FlushAndNote());
  return segments_->NewestId();
}

Result<CompactProgress> Store::CompactStep(const CompactRequest& request) {
  RETURN_IF_ERROR(CheckWritable());
  if (request.until) return compactor_.Step(*request.until, request.cancel);
  ASSIGN_OR_RETURN(const std::uint64_t until, BeginCompaction());
  return compactor_.Step(until, request.cancel);
}

Result<CheckReport> Store::Check(const CancelToken& cancel) const {
  CheckReport report;
  segments_->CheckManifest(report);
  if (!log_) {
    CheckLog(*latch_, read_only_log_bytes_, report);
  } else {
    // No log file may be dropped while they are read; appends go on.
    const std::lock_guard flushing(flush_mutex_);
    std::map<std::string, std::uint64_t> counted_bytes;
    {
      const auto pause = commits_.Pause();
      counted_bytes = log_->CountedBytes();
    }
    CheckLog(*latch_, counted_bytes, report);
  }
  const SeriesTable series = registry_->Records();
  const Snapshot snapshot = TakeSnapshot();
  for (const SharedSegment& segment : *snapshot.segments) {
    RETURN_IF_ERROR(CheckSegment(*segment, series, cancel, report));
  }
  // The log and the segments may hold a sample several times; it counts once, as it is read.
  report.samples = Stats().samples;
  return report;
}

}  // namespace bedplate::historian
