#include <algorithm>
#include <chrono>
#include <utility>

#include "historian/compaction.h"
#include "historian/store.h"

namespace bedplate::historian {
namespace {

using std::chrono::nanoseconds;

/// How often the compaction thread looks whether something is due, and how soon after a failure it
/// tries again first; then after twice as long each time.
constexpr std::chrono::seconds kCompactionPeriod(1);
constexpr std::uint32_t kMaxCompactionDelayDoublings = 8;

Error Cancelled() { return {ErrorCode::kCancelled, "the merge was stopped"}; }

std::vector<SegmentInfo> InfosOf(const SegmentList& list) {
  std::vector<SegmentInfo> infos;
  infos.reserve(list.size());
  for (const SharedSegment& segment : list) infos.push_back(segment->info());
  return infos;
}

bool IsHidden(const BlockHeader& block, const std::vector<HiddenRange>& hidden) {
  return std::any_of(hidden.begin(), hidden.end(), [&](const HiddenRange& range) {
    return range.first_time <= block.first_time && block.last_time <= range.last_time;
  });
}

/// What is left of a segment when its deleted blocks are gone, about.
Result<std::uint64_t> VisibleBytes(const SegmentReader& segment) {
  std::uint64_t bytes = 0;
  ASSIGN_OR_RETURN(const std::size_t pages, segment.CheckStructure());
  for (std::size_t number = 0; number < pages; ++number) {
    ASSIGN_OR_RETURN(const IndexPage page, segment.LoadPage(number));
    for (const SeriesBlocks& series : page) {
      const std::vector<HiddenRange> hidden = segment.Hidden(series.tag);
      for (const BlockHeader& block : series.blocks) {
        if (!IsHidden(block, hidden)) bytes += block.payload_bytes;
      }
    }
  }
  return bytes;
}

}  // namespace

void Store::RunCompaction() {
  nanoseconds pause = kCompactionPeriod;
  std::unique_lock lock(wake_mutex_);
  while (!unpaced_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    pause = CompactInBackground();
    lock.lock();
  }
}

/// Merges what is due next, and returns how long to pause then. Merging that fails leaves
/// everything as it was, so it may be tried again, but not all the time.
nanoseconds Store::CompactInBackground() {
  if (!CheckWritable().ok()) return kCompactionPeriod;
  const auto begun = clock_.Monotonic();
  const auto compacted =
      CompactOnce({}, [this](std::uint64_t bytes) { return WaitForPace(bytes); });
  NoteCompaction(compacted.ok() ? Status() : Status(compacted.error()));
  if (!compacted.ok()) {
    // Whether there is room is known before anything is written, so it may be asked all the time.
    if (compacted.error().code() == ErrorCode::kResourceExhausted) return kCompactionPeriod;
    const auto doublings = std::min(compaction_failures_in_a_row_++, kMaxCompactionDelayDoublings);
    return kCompactionPeriod * (1U << doublings);
  }
  compaction_failures_in_a_row_ = 0;
  if (compacted->segments == 0) return kCompactionPeriod;
  return pace_.PauseAfter(clock_.Monotonic() - begun);
}

/// The watch of a merge in the background; under compact_mutex_.
Status Store::WaitForPace(std::uint64_t bytes) {
  const auto now = clock_.Monotonic();
  if (now - due_counted_ >= kCompactionPeriod) {
    due_counted_ = now;
    NoteDue();
  }
  const nanoseconds wait = pace_.Spend(bytes);
  if (wait == nanoseconds(0)) return {};
  std::unique_lock lock(wake_mutex_);
  unpaced_.wait_for(lock, wait, [this] { return stopping_ || hurried_ > 0; });
  return stopping_ ? Cancelled() : Status();
}

/// Under compact_mutex_.
void Store::NoteDue() {
  const CompactionDue due = CountDue(InfosOf(*segments_->List()), not_mergeable_);
  due_merges_ = due.merges;
  due_bytes_ = due.bytes;
  pace_.SetDue(due.merges);
}

/// For a store without threads. The samples are where they belong; that merging fails does not
/// change that.
void Store::CompactAllDue() {
  const auto unwatched = [](std::uint64_t /*bytes*/) { return Status(); };
  auto compacted = CompactOnce({}, unwatched);
  while (compacted.ok() && compacted->segments > 0) compacted = CompactOnce({}, unwatched);
  NoteCompaction(compacted.ok() ? Status() : Status(compacted.error()));
}

void Store::NoteCompaction(const Status& merged) {
  if (!merged.ok() && merged.error().code() == ErrorCode::kCancelled) return;
  if (!merged.ok()) ++compaction_failures_;
  NoteFailure(merged, compaction_failure_);
}

/// Flushes what was acknowledged so far, and returns what stands for it.
Result<std::uint64_t> Store::BeginCompaction() {
  const std::lock_guard flushing(flush_mutex_);
  RETURN_IF_ERROR(FlushAndNote());
  return segments_->NewestId();
}

Result<CompactProgress> Store::CompactStep(const CompactRequest& request) {
  RETURN_IF_ERROR(CheckWritable());
  CompactionLimits limits = kCompactAll;
  if (request.until) {
    limits.until = *request.until;
  } else {
    ASSIGN_OR_RETURN(limits.until, BeginCompaction());
  }
  SetHurried(true);
  const auto compacted = CompactOnce(limits, [&request](std::uint64_t /*bytes*/) {
    return request.cancel.cancelled() ? Cancelled() : Status();
  });
  SetHurried(false);
  NoteCompaction(compacted.ok() ? Status() : Status(compacted.error()));
  if (!compacted.ok()) return compacted.error();
  CompactProgress progress{.until = limits.until,
                           .merged = compacted->segments,
                           .merged_bytes = compacted->bytes,
                           .left_bytes = compacted->left_bytes};
  for (const auto list = segments_->List(); const SharedSegment& segment : *list) {
    ++progress.segments;
    progress.segment_bytes += segment->info().bytes;
  }
  return progress;
}

/// While somebody waits for a merge, one in the background is not held back.
void Store::SetHurried(bool hurried) {
  {
    const std::lock_guard lock(wake_mutex_);
    hurried_ += hurried ? 1 : -1;
  }
  unpaced_.notify_all();
}

/// Merges one set of segments if that is due.
Result<Store::Compacted> Store::CompactOnce(const CompactionLimits& limits,
                                            const MergeWatch& watch) {
  const std::lock_guard compacting(compact_mutex_);
  NoteDue();
  if (!merged_) {
    ASSIGN_OR_RETURN(merged_, MergeNext(limits, watch));
    if (!merged_) return Compacted{};
  }
  RETURN_IF_ERROR(Publish({.added = merged_->segment,
                           .removed = merged_->inputs,
                           .flushed = std::nullopt,
                           .deleted = {}}));
  Compacted compacted{.segments = merged_->inputs.size(), .bytes = merged_->input_bytes};
  merged_.reset();
  ++compactions_;
  compaction_read_bytes_ += compacted.bytes;
  NoteDue();
  compacted.left_bytes = LeftBytes(limits);
  return compacted;
}

/// Whether something is deleted in a segment that is not gone from it; what is deleted after
/// `until` need not count.
bool Store::IsDirty(const SegmentReader& segment, std::uint64_t until) const {
  const SegmentInfo& info = segment.info();
  return !not_mergeable_.contains(info.id) && info.generation <= until && info.cleaned < until &&
         segment.tombstones()->Touches(info);
}

/// The first such segment for which there is room; on a full disk that is how room is made.
Result<std::vector<std::uint64_t>> Store::PickDirty(std::uint64_t until) const {
  Status no_room;
  for (const auto list = segments_->List(); const SharedSegment& segment : *list) {
    if (!IsDirty(*segment, until)) continue;
    ASSIGN_OR_RETURN(const std::uint64_t bytes, VisibleBytes(*segment));
    Status room = CheckRewriteRoom(bytes);
    if (room.ok()) return std::vector{segment->info().id};
    no_room = std::move(room);
  }
  RETURN_IF_ERROR(std::move(no_room));
  return std::vector<std::uint64_t>();
}

/// A segment that becomes smaller gives room back soon, so that its rewriting may use the reserve;
/// but half of what is left of that stays for flushes.
Status Store::CheckRewriteRoom(std::uint64_t bytes) const {
  Status room = CheckRoom(bytes);
  if (room.ok()) return room;
  ASSIGN_OR_RETURN(const std::uint64_t available, files_.AvailableBytes(directory_));
  return bytes <= available / 2 ? Status() : room;
}

std::uint64_t Store::LeftBytes(const CompactionLimits& limits) const {
  const auto list = segments_->List();
  std::uint64_t bytes = CountDue(InfosOf(*list), not_mergeable_, limits).bytes;
  for (const SharedSegment& segment : *list) {
    if (IsDirty(*segment, limits.until)) bytes += segment->info().bytes;
  }
  return bytes;
}

/// The ids of the segments that are to be merged next, ascending, if there is room for the result:
/// beside the reserve, but where something is deleted.
Result<std::vector<std::uint64_t>> Store::PickNext(const CompactionLimits& limits) const {
  const std::vector<SegmentInfo> infos = InfosOf(*segments_->List());
  std::vector<std::uint64_t> ids = PickCompaction(infos, not_mergeable_, limits);
  if (ids.empty()) return PickDirty(limits.until);
  std::uint64_t bytes = 0;
  for (const SegmentInfo& info : infos) {
    if (std::binary_search(ids.begin(), ids.end(), info.id)) bytes += info.bytes;
  }
  Status room = CheckRoom(bytes);
  if (room.ok()) return ids;
  ASSIGN_OR_RETURN(ids, PickDirty(limits.until));
  if (ids.empty()) return std::move(room).error();
  return ids;
}

/// Writes the merge that is due next, if there is one.
Result<std::optional<Store::Merged>> Store::MergeNext(const CompactionLimits& limits,
                                                      const MergeWatch& watch) {
  ASSIGN_OR_RETURN(const std::vector<std::uint64_t> ids, PickNext(limits));
  if (ids.empty()) return std::optional<Merged>();
  SegmentList inputs;
  Merged result{.inputs = ids, .input_bytes = 0, .segment = {}};
  for (const auto list = segments_->List(); const SharedSegment& segment : *list) {
    if (!std::binary_search(ids.begin(), ids.end(), segment->info().id)) continue;
    inputs.push_back(segment);
    result.input_bytes += segment->info().bytes;
  }
  auto merged = MergeSegments(files_, segments_->segment_directory(), inputs, segments_->NextId(),
                              stop_compaction_, watch);
  if (!merged.ok()) {
    // Damaged segments stay damaged: they are not read again and again.
    if (merged.error().code() == ErrorCode::kCorruption) {
      not_mergeable_.insert(ids.begin(), ids.end());
    }
    return std::move(merged).error();
  }
  if (*merged) {
    compaction_written_bytes_ += (*merged)->bytes;
    result.segment.push_back(**merged);
  }
  return std::optional(std::move(result));
}

}  // namespace bedplate::historian
