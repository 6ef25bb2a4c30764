#include "historian/merge_cursor.h"

#include <algorithm>
#include <utility>

#include "historian/columns.h"

namespace bedplate::historian {

MergeCursor::MergeCursor(std::vector<SampleSource> sources, const TimeRange& range)
    : sources_(std::move(sources)), range_(range) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].blocks().empty()) continue;
    const std::int64_t first = sources_[i].blocks().front().first_time;
    waiting_.push_back({.source = i, .next_time = std::max(first, range_.start.nanoseconds())});
  }
  std::sort(waiting_.begin(), waiting_.end(),
            [](const Position& a, const Position& b) { return a.next_time > b.next_time; });
}

Result<std::optional<Run>> MergeCursor::Next() {
  if (active_.empty() && !waiting_.empty())
    RETURN_IF_ERROR(ActivateUpTo(waiting_.back().next_time));
  // Entering a source can find that its first time lies later than its block's start suggested.
  while (!active_.empty() && !waiting_.empty() && waiting_.back().next_time <= EarliestActive()) {
    RETURN_IF_ERROR(ActivateUpTo(EarliestActive()));
  }
  if (active_.empty()) {
    if (waiting_.empty()) return std::optional<Run>();
    return Next();
  }
  const std::int64_t time = EarliestActive();
  if (time >= range_.stop.nanoseconds()) return std::optional<Run>();
  const std::size_t winner = PickWinner(time);
  RETURN_IF_ERROR(SkipLosers(winner, time));
  ASSIGN_OR_RETURN(Run run, TakeRun(winner, LimitFor(winner)));
  DropFinished();
  return std::optional<Run>(std::move(run));
}

Status MergeCursor::Load(Run& run) {
  if (run.columns) return {};
  ASSIGN_OR_RETURN(run.columns, sources_[last_source_].Load(last_block_));
  run.begin = 0;
  run.end = run.columns->size();
  return {};
}

Status MergeCursor::LoadNumbers(Bytes& payload, NumberBlock& block) const {
  return sources_[last_source_].LoadNumbers(last_block_, payload, block);
}

const SourceBlock& MergeCursor::BlockOf(const Position& position) const {
  return sources_[position.source].blocks()[position.block];
}

/// Moves every waiting source that begins at or before `time` to the active ones.
Status MergeCursor::ActivateUpTo(std::int64_t time) {
  while (!waiting_.empty() && waiting_.back().next_time <= time) {
    Position position = std::move(waiting_.back());
    waiting_.pop_back();
    RETURN_IF_ERROR(Enter(position));
    if (position.next_time < range_.stop.nanoseconds()) active_.push_back(std::move(position));
  }
  return {};
}

/// Finds the first sample of a source that is in the range.
Status MergeCursor::Enter(Position& position) {
  position.next_time = BlockOf(position).first_time;
  return SkipTo(position, range_.start.nanoseconds());
}

Status MergeCursor::Read(Position& position) const {
  if (position.columns) return {};
  ASSIGN_OR_RETURN(position.columns, sources_[position.source].Load(position.block));
  return {};
}

/// Moves to the first sample at or after `time`; next_time is INT64_MAX when there is none.
Status MergeCursor::SkipTo(Position& position, std::int64_t time) {
  while (position.next_time < time) {
    if (BlockOf(position).last_time < time) {
      if (!MoveToNextBlock(position)) return {};
      continue;
    }
    RETURN_IF_ERROR(Read(position));
    position.sample = LowerBound(*position.columns, time);
    position.next_time = position.columns->times[position.sample];
  }
  return {};
}

bool MergeCursor::MoveToNextBlock(Position& position) const {
  position.columns = nullptr;
  position.sample = 0;
  ++position.block;
  const bool exists = position.block < sources_[position.source].blocks().size();
  position.next_time = exists ? BlockOf(position).first_time : INT64_MAX;
  return exists;
}

std::int64_t MergeCursor::EarliestActive() const {
  std::int64_t earliest = INT64_MAX;
  for (const Position& position : active_) earliest = std::min(earliest, position.next_time);
  return earliest;
}

std::size_t MergeCursor::PickWinner(std::int64_t time) const {
  std::size_t winner = active_.size();
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (active_[i].next_time != time) continue;
    if (winner == active_.size() || active_[i].source > active_[winner].source) winner = i;
  }
  return winner;
}

/// Passes over the samples at `time` of the sources that lose against `winner`.
Status MergeCursor::SkipLosers(std::size_t winner, std::int64_t time) {
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (i != winner && active_[i].next_time == time) {
      met_same_times_ = true;
      RETURN_IF_ERROR(SkipTo(active_[i], time + 1));
    }
  }
  return {};
}

/// The time at which another source, or the end of the range, interrupts `winner`.
std::int64_t MergeCursor::LimitFor(std::size_t winner) const {
  std::int64_t limit = range_.stop.nanoseconds();
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (i != winner) limit = std::min(limit, active_[i].next_time);
  }
  if (!waiting_.empty()) limit = std::min(limit, waiting_.back().next_time);
  return limit;
}

Result<Run> MergeCursor::TakeRun(std::size_t winner, std::int64_t limit) {
  Position& position = active_[winner];
  const SourceBlock& block = BlockOf(position);
  last_source_ = position.source;
  last_block_ = position.block;
  if (position.sample == 0 && block.header != nullptr && block.last_time < limit) {
    Run run{.columns = position.columns,
            .begin = 0,
            .end = block.header->count,
            .header = block.header};
    MoveToNextBlock(position);
    return run;
  }
  RETURN_IF_ERROR(Read(position));
  Run run{.columns = position.columns,
          .begin = position.sample,
          .end = LowerBound(*position.columns, limit)};
  if (run.end == run.columns->size()) {
    MoveToNextBlock(position);
  } else {
    position.sample = run.end;
    position.next_time = run.columns->times[run.end];
  }
  return run;
}

void MergeCursor::DropFinished() {
  std::erase_if(active_, [](const Position& position) { return position.next_time == INT64_MAX; });
}

Status ReadMerged(MergeCursor& cursor, ValueType type, std::size_t block_samples,
                  const CancelToken& cancel, const ScanSink& sink) {
  SampleColumns block;
  block.type = type;
  while (true) {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "reading was cancelled");
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (!run) break;
    RETURN_IF_ERROR(cursor.Load(*run));
    for (std::size_t begin = run->begin; begin < run->end;) {
      const std::size_t count = std::min(block_samples - block.size(), run->end - begin);
      AppendRange(*run->columns, begin, begin + count, block);
      begin += count;
      if (block.size() < block_samples) break;
      if (!sink(block)) return {};
      block.Clear();
    }
  }
  if (!block.empty()) sink(block);
  return {};
}

}  // namespace bedplate::historian
