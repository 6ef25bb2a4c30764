#include "historian/compactor.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "historian/compaction_inputs.h"

namespace bedplate::historian {
namespace {

using std::chrono::nanoseconds;

/// How often the thread looks whether something is due, and how soon after a failure it tries again
/// first; then after twice as long each time.
constexpr std::chrono::seconds kPeriod(1);
constexpr std::uint32_t kMaxDelayDoublings = 8;

Error Cancelled() { return {ErrorCode::kCancelled, "the merge was stopped"}; }

std::vector<SegmentInfo> InfosOf(const SegmentList& list) {
  std::vector<SegmentInfo> infos;
  infos.reserve(list.size());
  for (const SharedSegment& segment : list) infos.push_back(segment->info());
  return infos;
}

/// The segments of `list` with the ascending `ids`.
SegmentList Select(const SegmentList& list, const std::vector<std::uint64_t>& ids) {
  SegmentList selected;
  for (const SharedSegment& segment : list) {
    if (std::binary_search(ids.begin(), ids.end(), segment->info().id)) selected.push_back(segment);
  }
  return selected;
}

std::uint64_t BytesOf(const SegmentList& list) {
  std::uint64_t bytes = 0;
  for (const SharedSegment& segment : list) bytes += segment->info().bytes;
  return bytes;
}

}  // namespace

Compactor::Compactor(SyncLatch& files, const Clock& clock, const DiskRoom& room,
                     SegmentSet& segments, std::uint64_t bytes_per_second, Publish publish)
    : files_(files),
      clock_(clock),
      room_(room),
      segments_(segments),
      publish_(std::move(publish)),
      pace_(clock, bytes_per_second) {}

Compactor::~Compactor() {
  {
    const std::lock_guard lock(wait_mutex_);
    stopping_ = true;
  }
  unpaced_.notify_all();
  stop_.Cancel();
  if (thread_.joinable()) thread_.join();
}

void Compactor::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Compactor::Run() {
  nanoseconds pause = kPeriod;
  std::unique_lock lock(wait_mutex_);
  while (!unpaced_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    pause = Round();
    lock.lock();
  }
}

/// Merging that fails leaves everything as it was, so it may be tried again, but not all the time;
/// what has no room may, as that is known before anything is written.
nanoseconds Compactor::Round() {
  if (!files_.CheckWritable().ok()) return kPeriod;
  const auto begun = clock_.Monotonic();
  const auto outcome = MergeOnce({}, [this](std::uint64_t bytes) { return WaitForPace(bytes); });
  if (!outcome.ok()) {
    const auto doublings = std::min(failures_in_a_row_++, kMaxDelayDoublings);
    return kPeriod * (1U << doublings);
  }
  failures_in_a_row_ = 0;
  if (outcome->segments == 0) return kPeriod;
  return pace_.PauseAfter(clock_.Monotonic() - begun);
}

/// The watch of a merge in the background; under merge_mutex_.
Status Compactor::WaitForPace(std::uint64_t bytes) {
  const auto now = clock_.Monotonic();
  if (now - due_counted_ >= kPeriod) {
    due_counted_ = now;
    NoteDue();
  }
  const nanoseconds wait = pace_.Spend(bytes);
  if (wait == nanoseconds(0)) return {};
  std::unique_lock lock(wait_mutex_);
  unpaced_.wait_for(lock, wait, [this] { return stopping_ || hurried_ > 0; });
  return stopping_ ? Cancelled() : Status();
}

void Compactor::MergeAllDue() {
  const auto unwatched = [](std::uint64_t /*bytes*/) { return Status(); };
  auto outcome = MergeOnce({}, unwatched);
  while (outcome.ok() && outcome->segments > 0) outcome = MergeOnce({}, unwatched);
}

Result<CompactProgress> Compactor::Step(std::uint64_t until, const CancelToken& cancel) {
  CompactionLimits limits = kCompactAll;
  limits.until = until;
  SetHurried(true);
  const auto outcome = MergeOnce(limits, [&cancel](std::uint64_t /*bytes*/) {
    return cancel.cancelled() ? Cancelled() : Status();
  });
  SetHurried(false);
  if (!outcome.ok()) return outcome.error();
  if (outcome->no_room) return *outcome->no_room;
  // All the rest is merged, but who asked for all of it must know.
  if (outcome->segments == 0) RETURN_IF_ERROR(CheckDamage());
  const auto list = segments_.List();
  return CompactProgress{.until = until,
                         .merged = outcome->segments,
                         .merged_bytes = outcome->bytes,
                         .left_bytes = outcome->left_bytes,
                         .segments = list->size(),
                         .segment_bytes = BytesOf(*list)};
}

/// While somebody waits for a merge, one in the background is not held back.
void Compactor::SetHurried(bool hurried) {
  {
    const std::lock_guard lock(wait_mutex_);
    hurried_ += hurried ? 1 : -1;
  }
  unpaced_.notify_all();
}

/// Merges one set of segments if that is due.
Result<Compactor::Outcome> Compactor::MergeOnce(const CompactionLimits& limits,
                                                const MergeWatch& watch) {
  const std::lock_guard merging(merge_mutex_);
  auto outcome = MergeNext(limits, watch);
  Note(outcome);
  return outcome;
}

Result<Compactor::Outcome> Compactor::MergeNext(const CompactionLimits& limits,
                                                const MergeWatch& watch) {
  ForgetOldSegments();
  NoteDue();
  while (!merged_) {
    ASSIGN_OR_RETURN(Picked picked, PickNext(limits));
    if (picked.ids.empty()) return Outcome{.no_room = std::move(picked.no_room)};
    RETURN_IF_ERROR(Write(Select(*segments_.List(), picked.ids), watch));
  }
  RETURN_IF_ERROR(publish_({.added = merged_->segment,
                            .removed = merged_->inputs,
                            .flushed = std::nullopt,
                            .deleted = {},
                            .totals = {}}));
  Outcome outcome{.segments = merged_->inputs.size(), .bytes = merged_->input_bytes};
  merged_.reset();
  ++merges_;
  read_bytes_ += outcome.bytes;
  NoteDue();
  outcome.left_bytes = LeftBytes(limits);
  return outcome;
}

/// What is due next: a merge for whose result there is room beside the reserve, or else what makes
/// room.
Result<Compactor::Picked> Compactor::PickNext(const CompactionLimits& limits) {
  const auto list = segments_.List();
  std::vector<std::uint64_t> ids = PickCompaction(InfosOf(*list), Excluded(), limits);
  if (ids.empty()) return PickDirty(limits.until);
  Status room = room_.Check(BytesOf(Select(*list, ids)));
  if (room.ok()) return Picked{.ids = std::move(ids), .no_room = {}};
  ASSIGN_OR_RETURN(Picked dirty, PickDirty(limits.until));
  if (dirty.ids.empty()) dirty.no_room = std::move(room).error();
  return dirty;
}

/// Whether something is deleted in a segment that is not gone from it; what is deleted after
/// `until` need not count.
bool Compactor::IsDirty(const SegmentReader& segment, std::uint64_t until) const {
  const SegmentInfo& info = segment.info();
  return !damage_.contains(info.id) && info.generation <= until && info.cleaned < until &&
         segment.tombstones()->Touches(info);
}

/// The first such segment for which there is room; on a full disk that is how room is made. One
/// that cannot be read stands in the way of no other.
Result<Compactor::Picked> Compactor::PickDirty(std::uint64_t until) {
  Picked picked;
  Status unreadable;
  for (const auto list = segments_.List(); const SharedSegment& segment : *list) {
    if (!IsDirty(*segment, until)) continue;
    const auto bytes = VisibleBytesOf(*segment);
    if (!bytes.ok()) {
      if (bytes.error().code() == ErrorCode::kCorruption) {
        NoteDamage(*segment, bytes.error());
      } else {
        unreadable = bytes.error();
      }
      continue;
    }
    const Status room = room_.CheckRewrite(*bytes);
    if (room.ok()) return Picked{.ids = {segment->info().id}, .no_room = {}};
    picked.no_room = room.error();
  }
  RETURN_IF_ERROR(std::move(unreadable));
  return picked;
}

/// Read once for each deletion, as it may be asked for each second.
Result<std::uint64_t> Compactor::VisibleBytesOf(const SegmentReader& segment) {
  const std::uint64_t deletion = segment.tombstones()->newest_generation();
  const auto known = visible_.find(segment.info().id);
  if (known != visible_.end() && known->second.deletion == deletion) return known->second.bytes;
  ASSIGN_OR_RETURN(const std::uint64_t bytes, VisibleBytes(segment));
  visible_[segment.info().id] = {.deletion = deletion, .bytes = bytes};
  return bytes;
}

std::uint64_t Compactor::LeftBytes(const CompactionLimits& limits) const {
  const auto list = segments_.List();
  std::uint64_t bytes = CountDue(InfosOf(*list), Excluded(), limits).bytes;
  for (const SharedSegment& segment : *list) {
    if (IsDirty(*segment, limits.until)) bytes += segment->info().bytes;
  }
  return bytes;
}

/// Writes what `inputs` become. Where they are damaged there is no result, but they are left out
/// from then on.
Status Compactor::Write(const SegmentList& inputs, const MergeWatch& watch) {
  auto written = MergeSegments(files_, segments_.segment_directory(), inputs, segments_.NextId(),
                               stop_, watch);
  if (!written.ok()) {
    if (written.error().code() != ErrorCode::kCorruption) return std::move(written).error();
    ASSIGN_OR_RETURN(const bool found, NoteDamageIn(inputs, watch));
    return found ? Status() : Status(std::move(written).error());
  }
  Merged merged{.inputs = {}, .input_bytes = BytesOf(inputs), .segment = {}};
  for (const SharedSegment& input : inputs) merged.inputs.push_back(input->info().id);
  if (*written) {
    written_bytes_ += (*written)->bytes;
    merged.segment.push_back(**written);
  }
  merged_ = std::move(merged);
  return {};
}

/// Returns whether one of them is damaged.
Result<bool> Compactor::NoteDamageIn(const SegmentList& inputs, const MergeWatch& watch) {
  bool any = false;
  for (const SharedSegment& input : inputs) {
    ASSIGN_OR_RETURN(const std::optional<Error> damage, FindDamage(*input, stop_, watch));
    if (!damage) continue;
    NoteDamage(*input, *damage);
    any = true;
  }
  return any;
}

void Compactor::NoteDamage(const SegmentReader& segment, const Error& error) {
  ++failures_;
  const std::lock_guard lock(notes_mutex_);
  damage_.emplace(segment.info().id, error);
}

std::set<std::uint64_t> Compactor::Excluded() const {
  std::set<std::uint64_t> ids;
  for (const auto& [id, damage] : damage_) ids.insert(id);
  return ids;
}

/// What is known of segments that are no more.
void Compactor::ForgetOldSegments() {
  std::set<std::uint64_t> live;
  for (const auto list = segments_.List(); const SharedSegment& segment : *list) {
    live.insert(segment->info().id);
  }
  const auto is_old = [&live](const auto& entry) { return !live.contains(entry.first); };
  std::erase_if(visible_, is_old);
  const std::lock_guard lock(notes_mutex_);
  std::erase_if(damage_, is_old);
}

void Compactor::NoteDue() {
  const CompactionDue due = CountDue(InfosOf(*segments_.List()), Excluded());
  due_merges_ = due.merges;
  due_bytes_ = due.bytes;
  pace_.SetDue(due.merges);
}

void Compactor::Note(const Result<Outcome>& outcome) {
  if (!outcome.ok() && outcome.error().code() == ErrorCode::kCancelled) return;
  const std::lock_guard lock(notes_mutex_);
  no_room_ = outcome.ok() ? outcome->no_room : std::nullopt;
  if (!outcome.ok()) {
    ++failures_;
    failure_ = outcome.error();
  } else {
    // Also when nothing is due any more: what failed is merged, deleted or left out as damaged.
    failure_.reset();
  }
}

/// The first segment that a merge could not read, and how many there are.
Status Compactor::CheckDamage() const {
  const std::lock_guard lock(notes_mutex_);
  if (damage_.empty()) return {};
  const std::string others =
      damage_.size() == 1 ? "" : fmt::format("; {} more are damaged", damage_.size() - 1);
  return Error(
      ErrorCode::kCorruption,
      fmt::format("{}; the segment is left out of merges, so that nothing that was deleted "
                  "in it leaves the disk, until `bedplate check --repair`{}",
                  damage_.begin()->second.ToString(), others));
}

Status Compactor::Health() const {
  RETURN_IF_ERROR(CheckDamage());
  const std::lock_guard lock(notes_mutex_);
  const auto unavailable = [this](const std::string& what, const Error& why) {
    return Error(ErrorCode::kUnavailable, what + ": " + why.ToString()).Retryable();
  };
  if (failure_) return unavailable("the last merge of segments failed", *failure_);
  if (no_room_) return unavailable("segments wait for room to be merged", *no_room_);
  return {};
}

void Compactor::AddTo(HistorianStats& stats) const {
  stats.compactions = merges_.load();
  stats.compaction_failures = failures_.load();
  stats.compaction_read_bytes = read_bytes_.load();
  stats.compaction_written_bytes = written_bytes_.load();
  stats.compaction_waited = pace_.waited();
  stats.compaction_rate = pace_.bytes_per_second();
  stats.compaction_due = due_merges_.load();
  stats.compaction_due_bytes = due_bytes_.load();
}

}  // namespace bedplate::historian
