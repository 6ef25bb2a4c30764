#include "historian/sample_applier.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/check.h"
#include "historian/columns.h"

namespace bedplate::historian {
namespace {

/// Positions by ascending time; those of equal time stay in the order in which they came.
std::vector<std::size_t> OrderByTime(const std::vector<std::int64_t>& times) {
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  return order;
}

std::vector<std::int64_t> DistinctTimes(const SampleColumns& samples,
                                        const std::vector<std::size_t>& order) {
  std::vector<std::int64_t> times;
  times.reserve(order.size());
  for (const std::size_t index : order) {
    if (times.empty() || times.back() != samples.times[index])
      times.push_back(samples.times[index]);
  }
  return times;
}

/// Compares samples with what is stored, one time after the other.
class Comparison {
 public:
  /// What is found at the times `is_kept` is stored all the same.
  Comparison(const SampleColumns& samples, const StoredSamples& stored,
             const std::vector<bool>& is_kept)
      : samples_(samples), stored_(stored), is_kept_(is_kept) {
    changed_.type = samples.type;
  }

  /// `arrivals` are the positions of the samples at the stored position `at`, as they came.
  void AddTime(std::size_t at, std::span<const std::size_t> arrivals) {
    // The batch ends up at what is stored: it is the same batch again, and its own corrections are
    // no new conflicts.
    const bool is_repeated =
        stored_.present[at] && SameReading(stored_.values, at, samples_, arrivals.back());
    if (is_repeated && !is_kept_[at]) {
      result_.duplicates += arrivals.size();
      return;
    }
    const SampleColumns* current = stored_.present[at] ? &stored_.values : nullptr;
    std::size_t current_index = at;
    for (const std::size_t arrival : arrivals) {
      if (current == nullptr) {
        ++result_.stored;
      } else if (SameReading(*current, current_index, samples_, arrival)) {
        ++result_.duplicates;
        if (!is_kept_[at]) continue;
      } else {
        ++result_.conflicts;
        losers_.push_back({current == &stored_.values, current_index});
      }
      current = &samples_;
      current_index = arrival;
    }
    // What is current now reads as the last arrival does.
    AppendRange(samples_, arrivals.back(), arrivals.back() + 1, changed_);
  }

  [[nodiscard]] const AppendResult& result() const { return result_; }
  [[nodiscard]] const SampleColumns& changed() const { return changed_; }
  /// One for each conflict, by time, those of one time from the oldest on.
  [[nodiscard]] const std::vector<Loser>& losers() const { return losers_; }

 private:
  const SampleColumns& samples_;
  const StoredSamples& stored_;
  const std::vector<bool>& is_kept_;
  SampleColumns changed_;
  AppendResult result_;
  std::vector<Loser> losers_;
};

bool Overlaps(const SegmentInfo& segment, const PendingRun& run) {
  return segment.first_time <= run.last_time && segment.last_time >= run.first_time;
}

/// Whether some sample may be stored between the first and the last of `run`.
bool MayBeStored(const Snapshot& snapshot, const PendingRun& run) {
  for (const SharedSegment& segment : *snapshot.segments) {
    if (Overlaps(segment->info(), run)) return true;
  }
  const TimeRange range{Timestamp(run.first_time), Timestamp(run.last_time + 1)};
  const TagId tag = run.series->id();
  return (snapshot.flushing && snapshot.flushing->HasWithin(tag, range)) ||
         snapshot.active->HasWithin(tag, range);
}

bool IsInOrder(const PendingRun& run) {
  return run.ascending && run.first_time > run.series->last_time();
}

AppendResult ApplyLate(const Snapshot& earlier, const Snapshot& now, PendingRun& run,
                       Head& active) {
  // What came after the look-up is in the head of then and the one after it, which is not known
  // any more if yet another has begun. What was found may have been deleted since.
  const bool is_known = run.late && active.number() - earlier.active->number() <= 1 &&
                        now.newest_deletion == earlier.newest_deletion;
  if (!is_known) {
    auto late = LateRun::LookUp(now, *run.series, run.samples);
    // It is in the log already and cannot be refused any more: the samples are right in any case,
    // only the numbers of new and changed ones may not be. The next flush counts the new ones
    // again.
    if (!late.ok()) run.series->SetMiscounted();
    run.late =
        late.ok() ? *std::move(late) : LateRun::LookUpInMemory(now, *run.series, run.samples);
    return run.late->Store(active, now.Deleting(run.series->id()));
  }
  run.late->LookAgain(*earlier.active);
  if (earlier.active.get() != &active) run.late->LookAgain(active);
  // It is in the log behind the deletion, so a replay stores it whatever it is a duplicate of.
  return run.late->Store(active, now.Deleting(run.series->id()));
}

/// The runs at `positions`, one behind the other.
PendingRun Join(const std::vector<PendingRun>& runs, const std::vector<std::size_t>& positions) {
  auto joined = std::make_unique<SampleColumns>();
  joined->type = runs[positions.front()].samples.type;
  for (const std::size_t position : positions) {
    const SampleColumns part = ColumnsOf(runs[position].samples);
    AppendRange(part, 0, part.size(), *joined);
  }
  PendingRun run = DescribeRun(*runs[positions.front()].series, RunOf(*joined));
  run.joined = std::move(joined);
  return run;
}

}  // namespace

LateRun::LateRun(const Series& series, const SampleRun& samples)
    : tag_(series.id()),
      samples_(ColumnsOf(samples)),
      order_(OrderByTime(samples_.times)),
      stored_(samples_.type, {}) {}

Result<std::unique_ptr<LateRun>> LateRun::LookUp(const Snapshot& snapshot, const Series& series,
                                                 const SampleRun& samples) {
  std::unique_ptr<LateRun> run(new LateRun(series, samples));
  const auto times = DistinctTimes(run->samples_, run->order_);
  ASSIGN_OR_RETURN(run->stored_, FindStored(snapshot, run->tag_, samples.type, times));
  return run;
}

std::unique_ptr<LateRun> LateRun::LookUpInMemory(const Snapshot& snapshot, const Series& series,
                                                 const SampleRun& samples) {
  std::unique_ptr<LateRun> run(new LateRun(series, samples));
  const auto times = DistinctTimes(run->samples_, run->order_);
  run->stored_ = FindInHeads(snapshot, run->tag_, samples.type, times);
  return run;
}

/// Behind the samples of the same time as the one at position `begin` of the order.
std::size_t LateRun::EndOfTime(std::size_t begin) const {
  std::size_t end = begin + 1;
  while (end < order_.size() && samples_.times[order_[end]] == samples_.times[order_[begin]]) ++end;
  return end;
}

bool LateRun::AllStored() const {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < stored_.present.size(); ++at) {
    const std::size_t end = EndOfTime(begin);
    const bool is_stored =
        stored_.present[at] && SameReading(stored_.values, at, samples_, order_[end - 1]);
    if (!is_stored) return false;
    begin = end;
  }
  return true;
}

void LateRun::LookAgain(const Head& head) { FindInHead(head, tag_, stored_); }

AppendResult LateRun::Store(Head& active, const TimeRange& deleting) const {
  const std::vector<bool> is_kept = BeingDeleted(active, deleting);
  Comparison comparison(samples_, stored_, is_kept);
  std::size_t begin = 0;
  for (std::size_t at = 0; at < stored_.present.size(); ++at) {
    const std::size_t end = EndOfTime(begin);
    comparison.AddTime(at, std::span(order_).subspan(begin, end - begin));
    begin = end;
  }
  if (!comparison.losers().empty()) {
    active.KeepReplaced(tag_, ReplacedIn(active, comparison.losers()));
  }
  active.Upsert(tag_, RunOf(comparison.changed()));
  return comparison.result();
}

/// The times at which something is being deleted: what is in the active head is spared.
std::vector<bool> LateRun::BeingDeleted(const Head& active, const TimeRange& deleting) const {
  const std::vector<std::int64_t>& times = stored_.values.times;
  std::vector<bool> being_deleted(times.size(), false);
  if (deleting.Empty()) return being_deleted;
  StoredSamples in_head(samples_.type, times);
  FindInHead(active, tag_, in_head);
  for (std::size_t i = 0; i < times.size(); ++i) {
    being_deleted[i] = deleting.Contains(Timestamp(times[i])) && !in_head.present[i];
  }
  return being_deleted;
}

/// Those of the losers that nothing else keeps: what is in a segment or in the head before stays
/// there, and is found by comparing it with `active`.
SampleColumns LateRun::ReplacedIn(const Head& active, std::span<const Loser> losers) const {
  StoredSamples in_head(samples_.type, stored_.values.times);
  FindInHead(active, tag_, in_head);
  SampleColumns replaced;
  replaced.type = samples_.type;
  for (const Loser& loser : losers) {
    if (!loser.is_stored) {
      replaced.PushFrom(samples_, loser.index);
    } else if (in_head.present[loser.index]) {
      replaced.PushFrom(stored_.values, loser.index);
    }
  }
  return replaced;
}

PendingRun DescribeRun(Series& series, const SampleRun& samples) {
  BEDPLATE_CHECK(!samples.empty());
  PendingRun run;
  run.series = &series;
  run.samples = samples;
  run.first_time = samples.TimeAt(0);
  run.last_time = run.first_time;
  run.ascending = true;
  std::int64_t before = run.first_time;
  for (std::size_t i = 1; i < samples.count; ++i) {
    const std::int64_t time = samples.TimeAt(i);
    run.ascending &= time > before;
    run.first_time = std::min(run.first_time, time);
    run.last_time = std::max(run.last_time, time);
    before = time;
  }
  return run;
}

Status LookUpLate(const Snapshot& snapshot, PendingRun& run) {
  if (IsInOrder(run) || !MayBeStored(snapshot, run)) return {};
  ASSIGN_OR_RETURN(run.late, LateRun::LookUp(snapshot, *run.series, run.samples));
  return {};
}

Status LookUpLate(const Snapshot& snapshot, std::vector<PendingRun>& runs) {
  std::map<const Series*, std::vector<std::size_t>> late;  // positions, in their order
  for (std::size_t i = 0; i < runs.size(); ++i) {
    RETURN_IF_ERROR(LookUpLate(snapshot, runs[i]));
    if (runs[i].late) late[runs[i].series].push_back(i);
  }
  bool any_joined = false;
  for (const auto& [series, positions] : late) {
    if (positions.size() == 1) continue;
    PendingRun joined = Join(runs, positions);
    RETURN_IF_ERROR(LookUpLate(snapshot, joined));
    for (const std::size_t position : positions) runs[position].samples.count = 0;
    runs[positions.front()] = std::move(joined);
    any_joined = true;
  }
  if (any_joined) std::erase_if(runs, [](const PendingRun& run) { return run.samples.empty(); });
  return {};
}

AppendResult ApplyRun(const Snapshot& earlier, const Snapshot& now, PendingRun& run, Head& active) {
  AppendResult result;
  // The common case: nothing can be stored at these times, so nothing is compared.
  const bool is_new = !run.late && run.ascending && (IsInOrder(run) || !MayBeStored(now, run));
  if (is_new) {
    active.Upsert(run.series->id(), run.samples);
    result.stored = run.samples.count;
  } else {
    result = ApplyLate(earlier, now, run, active);
  }
  run.series->Count(result, run.first_time, run.last_time);
  return result;
}

}  // namespace bedplate::historian
