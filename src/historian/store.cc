#include "historian/store.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "historian/aggregate.h"
#include "historian/columns.h"
#include "historian/format.h"
#include "historian/merge_cursor.h"
#include "historian/replaced_cursor.h"
#include "historian/sample_applier.h"
#include "historian/stored_samples.h"
#include "historian/time_in_state.h"

namespace bedplate::historian {
namespace {

constexpr std::uint64_t kMaxGroupBytes = 64ULL << 20U;

Error Invalid(std::string message) {
  return Error(ErrorCode::kInvalidArgument, std::move(message));
}

Status CheckLengths(const SampleColumns& samples) {
  const std::size_t count = samples.size();
  const bool fits = samples.value_count() == count &&
                    (samples.qualities.empty() || samples.qualities.size() == count);
  if (fits) return {};
  return Invalid(fmt::format("{} times, {} values and {} qualities, expected as many of each",
                             count, samples.value_count(), samples.qualities.size()));
}

Status CheckTimes(const PendingRun& run) {
  for (const std::int64_t time : {run.first_time, run.last_time}) {
    if (IsStorable(Timestamp(time))) continue;
    return Invalid(fmt::format("time {} ns is outside of 1970-01-01 to 2200-01-01", time));
  }
  return {};
}

/// Whether no double is infinite or NaN: those have all bits of the exponent set.
bool AreFinite(const SampleRun& samples) {
  constexpr std::uint64_t kExponent = 0x7FF0'0000'0000'0000;
  bool all = true;
  for (std::size_t i = 0; i < samples.count; ++i) {
    const auto bits = LoadFixed<std::uint64_t>(samples.values + i * sizeof(std::uint64_t));
    all &= (bits & kExponent) != kExponent;
  }
  return all;
}

Status CheckDoubles(const SampleRun& samples) {
  if (AreFinite(samples)) return {};
  for (std::size_t i = 0; i < samples.count; ++i) {
    const auto value = LoadFixed<double>(samples.values + i * sizeof(double));
    if (!std::isfinite(value)) return Invalid(fmt::format("value {}, expected a number", value));
  }
  return {};
}

Status CheckBools(const SampleRun& samples) {
  for (std::size_t i = 0; i < samples.count; ++i) {
    const auto value = std::to_integer<unsigned>(samples.values[i]);
    if (value > 1) return Invalid(fmt::format("bool {}, expected 0 or 1", value));
  }
  return {};
}

Status CheckTexts(const SampleRun& samples) {
  for (const std::string& text : std::span(samples.texts, samples.count)) {
    if (text.size() <= kMaxStringBytes) continue;
    return Invalid(
        fmt::format("string of {} bytes, expected at most {}", text.size(), kMaxStringBytes));
  }
  return {};
}

Status CheckValues(const SampleRun& samples) {
  switch (samples.type) {
    case ValueType::kDouble: return CheckDoubles(samples);
    case ValueType::kBool: return CheckBools(samples);
    case ValueType::kString: return CheckTexts(samples);
    case ValueType::kInt64: break;
  }
  return {};
}

Status CheckRun(const PendingRun& run) {
  if (run.samples.type != run.series->type()) {
    return Invalid(fmt::format("samples of type {}, expected {}", ValueTypeName(run.samples.type),
                               ValueTypeName(run.series->type())));
  }
  RETURN_IF_ERROR(CheckTimes(run));
  return CheckValues(run.samples);
}

Status CheckMark(const AppendMark& mark) {
  if (!mark.source.empty() && mark.source.size() <= kMaxMarkSourceBytes) return {};
  return Invalid(
      fmt::format("source of {} bytes, expected 1 to {}", mark.source.size(), kMaxMarkSourceBytes));
}

/// A series without samples may be replaced until an append to it has its turn.
Status CheckCurrent(const Commit& commit) {
  for (const PendingRun& run : commit.runs) {
    if (!run.series->replaced()) continue;
    return Error(ErrorCode::kUnavailable, "the tag was given another type meanwhile; resolve again")
        .At(run.series->definition().path)
        .Retryable();
  }
  return {};
}

AppendResult Repeated() {
  AppendResult result;
  result.repeated = true;
  return result;
}

/// The commit of the group that has the same mark, or null.
const Commit* FindTwin(const Commit& commit, std::span<Commit* const> group) {
  const auto twin = std::find_if(group.begin(), group.end(), [&](const Commit* other) {
    return other->mark && other->mark->source == commit.mark->source &&
           other->mark->sequence == commit.mark->sequence;
  });
  return twin == group.end() ? nullptr : *twin;
}

TimeRange Storable(const TimeRange& range) {
  return {std::max(range.start, kMinTimestamp), std::min(range.stop, kMaxTimestamp)};
}

/// Passes on no more than `limit` samples, which is at least one. `sink` must outlive it.
ScanSink AtMost(std::uint64_t limit, const ScanSink& sink) {
  return [left = limit, &sink](const SampleColumns& block) mutable {
    if (block.size() < left) {
      left -= block.size();
      return sink(block);
    }
    SampleColumns cut = block;
    TruncateColumns(left, cut);
    sink(cut);
    return false;
  };
}

}  // namespace

Store::Store(std::unique_ptr<SyncLatch> latch, const Clock& clock, std::string directory,
             const HistorianOptions& options, std::unique_ptr<FileLock> lock,
             RecoveredStore recovered)
    : latch_(std::move(latch)),
      clock_(clock),
      directory_(std::move(directory)),
      options_(options),
      room_(*latch_, directory_, options.reserve_bytes),
      lock_(std::move(lock)),
      read_only_log_bytes_(std::move(recovered.counted_log_bytes)),
      findings_(recovered.Findings()),
      registry_(std::move(recovered.registry)),
      segments_(std::move(recovered.segments)),
      state_(segments_->List(), std::move(recovered.head), options.head_limit_bytes),
      health_(directory_, std::move(recovered.damage)),
      log_(std::move(recovered.log)),
      commits_([this](GroupCommit::Group group) { WriteGroup(group); },
               [this](GroupCommit::Group group) { ApplyGroup(group); }),
      compactor_(*latch_, clock, room_, *segments_, options.compaction_bytes_per_second,
                 [this](ManifestChange change) { return Publish(std::move(change)); }) {
  if (!state_.active()->empty()) state_.NoteAppended(clock_.Monotonic());
  if (log_) counters_.NoteMarkSources(log_->marks().size(), log_->marks().forgotten());
  if (!options_.background) return;
  maintenance_ = std::thread([this] { RunMaintenance(); });
  compactor_.Start();
}

Store::~Store() {
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (maintenance_.joinable()) maintenance_.join();
}

/// In a store that is only read there is no log.
Status Store::CheckWritable() const {
  if (log_) return latch_->CheckWritable();
  return Error(ErrorCode::kUnsupported, "the historian is open for reading only").At(directory_);
}

Result<TagId> Store::Resolve(std::string_view path, ValueType type) {
  const Status writable = CheckWritable();
  if (!writable.ok() && registry_->Find(path) == nullptr) return writable.error();
  auto series = registry_->Resolve(path, type);
  if (!series.ok() && series.error().code() == ErrorCode::kConflict) {
    // An append that was refused, or never came, must not have settled the type.
    const auto pause = commits_.Pause();
    series = registry_->ResolveAnew(path, type);
  }
  if (!series.ok()) return std::move(series).error();
  return (*series)->id();
}

std::optional<SeriesInfo> Store::Find(std::string_view path) const {
  const Series* const series = registry_->Find(path);
  return series == nullptr ? std::nullopt : std::optional(series->Info());
}

std::optional<SeriesInfo> Store::Find(TagId tag) const {
  const Series* const series = registry_->Find(tag);
  return series == nullptr ? std::nullopt : std::optional(series->Info());
}

std::vector<SeriesInfo> Store::List(const Glob& glob) const {
  std::vector<SeriesInfo> infos;
  for (const Series* const series : registry_->Match(glob)) infos.push_back(series->Info());
  return infos;
}

Result<AppendResult> Store::Append(std::span<const TagBatch> batches) {
  std::vector<TagRun> runs;
  runs.reserve(batches.size());
  for (const TagBatch& batch : batches) {
    if (Status lengths = CheckLengths(batch.samples); !lengths.ok()) {
      const Series* const series = registry_->Find(batch.tag);
      if (series == nullptr) return std::move(lengths).error();
      return std::move(lengths).error().At(series->definition().path);
    }
    runs.push_back({batch.tag, RunOf(batch.samples)});
  }
  return AppendRuns(runs, std::nullopt);
}

Result<AppendResult> Store::AppendRuns(std::span<const TagRun> runs,
                                       const std::optional<AppendMark>& mark) {
  auto result = AppendUncounted(runs, mark);
  CountAppend(result);
  return result;
}

void Store::CountAppend(const Result<AppendResult>& result) {
  if (result.ok()) {
    counters_.CountStored(*result);
    return;
  }
  const AppendRefusal reason =
      CheckWritable().ok() ? RefusalOf(result.error().code()) : AppendRefusal::kReadOnly;
  counters_.CountRefused(reason);
}

Result<AppendResult> Store::AppendUncounted(std::span<const TagRun> runs,
                                            const std::optional<AppendMark>& mark) {
  RETURN_IF_ERROR(CheckWritable());
  ASSIGN_OR_RETURN(Commit commit, PrepareCommit(runs, mark));
  if (commit.frame.size() == kFrameHeaderBytes) {
    AppendResult nothing_new;
    nothing_new.duplicates = commit.duplicates;
    return nothing_new;
  }
  RETURN_IF_ERROR(WaitForHead());
  counters_.CountLogged();
  return commits_.Submit(commit);
}

/// Checks every run, looks up what may be stored of it, and makes the records of all, so that
/// nothing can be refused later. What is stored already does not go into the log again.
Result<Commit> Store::PrepareCommit(std::span<const TagRun> runs,
                                    const std::optional<AppendMark>& mark) const {
  if (mark) RETURN_IF_ERROR(CheckMark(*mark));
  ASSIGN_OR_RETURN(std::vector<PendingRun> pending, DescribeRuns(runs));
  Commit commit;
  commit.mark = mark;
  commit.earlier = TakeSnapshot();
  std::size_t bytes = kFrameHeaderBytes;
  RETURN_IF_ERROR(LookUpLate(commit.earlier, pending));
  for (PendingRun& run : pending) {
    if (run.late && run.late->AllStored()) {
      commit.duplicates += run.samples.count;
      continue;
    }
    bytes += SamplesRecordBound(run.samples);
    commit.runs.push_back(std::move(run));
  }
  commit.frame = WalWriter::NewFrame();
  commit.frame.reserve(bytes);
  for (const PendingRun& run : commit.runs) {
    if (!run.series->logged()) PutSeriesRecord(commit.frame, run.series->definition());
    PutSamplesRecord(commit.frame, {run.series->id(), run.samples});
  }
  if (mark) PutMarkRecord(commit.frame, mark->source, {mark->sequence, 1});
  if (commit.frame.size() > kMaxFrameBytes) {
    return Invalid(fmt::format("append of {} bytes, expected at most {}", commit.frame.size(),
                               kMaxFrameBytes));
  }
  return commit;
}

Result<std::vector<PendingRun>> Store::DescribeRuns(std::span<const TagRun> runs) const {
  std::vector<PendingRun> pending;
  pending.reserve(runs.size());
  const SeriesRegistry::Reader series_by_id(*registry_);
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i + kAhead < runs.size()) {
      if (const Series* const ahead = series_by_id.Find(runs[i + kAhead].tag)) ahead->Prefetch();
    }
    const TagRun& run = runs[i];
    Series* const series = series_by_id.Find(run.tag);
    if (series == nullptr) {
      return Invalid(fmt::format("tag {} does not exist", run.tag.value()));
    }
    if (run.samples.empty()) continue;
    pending.push_back(DescribeRun(*series, run.samples));
    if (Status checked = CheckRun(pending.back()); !checked.ok()) {
      return std::move(checked).error().At(series->definition().path);
    }
  }
  return pending;
}

/// Cuts a group into frames of sensible size; has the turn.
void Store::WriteGroup(std::span<Commit* const> commits) {
  const std::vector<Commit*> valid = TakeValid(commits);
  std::span<Commit* const> group = valid;
  while (!group.empty()) {
    std::size_t count = 1;
    std::uint64_t bytes = group[0]->frame.size();
    while (count < group.size() && bytes + group[count]->frame.size() <= kMaxGroupBytes) {
      bytes += group[count++]->frame.size();
    }
    WriteFrame(group.first(count));
    group = group.subspan(count);
  }
  for (Commit* const commit : commits) {
    if (commit->result || std::find(valid.begin(), valid.end(), commit) != valid.end()) continue;
    // What the twin's append came to is the answer to this one too.
    const Commit* const twin = FindTwin(*commit, valid);
    commit->result = twin->result ? *twin->result : Result<AppendResult>(Repeated());
  }
}

/// The commits to be written. The others have a result already, or a twin among these.
std::vector<Commit*> Store::TakeValid(std::span<Commit* const> commits) {
  std::vector<Commit*> valid;
  for (Commit* const commit : commits) {
    if (commit->mark && log_->marks().Has(*commit->mark)) {
      commit->result = Repeated();
      continue;
    }
    if (commit->mark && FindTwin(*commit, valid) != nullptr) continue;
    Status checked = CheckCurrent(*commit);
    if (checked.ok() && commit->mark) checked = log_->marks().CheckNew(*commit->mark);
    if (checked.ok()) {
      valid.push_back(commit);
    } else {
      commit->result = checked.error();
    }
  }
  return valid;
}

void Store::WriteFrame(std::span<Commit* const> commits) {
  const Status logged = LogFrame(commits);
  for (Commit* const commit : commits) {
    if (!logged.ok()) {
      commit->result = logged.error();
    } else if (commit->mark) {
      log_->marks().Add(*commit->mark);
    }
  }
  counters_.NoteMarkSources(log_->marks().size(), log_->marks().forgotten());
}

/// Stores what was written; in the order of the log.
void Store::ApplyGroup(std::span<Commit* const> commits) {
  bool any = false;
  for (Commit* const commit : commits) {
    if (commit->result) continue;
    commit->result = Apply(*commit);
    any = true;
  }
  if (!any) return;
  state_.NoteAppended(clock_.Monotonic());
  if (FlushIsDue()) {
    const std::lock_guard lock(wake_mutex_);
    flush_wanted_ = true;
    wake_.notify_all();
  }
}

Status Store::LogFrame(std::span<Commit* const> commits) {
  Bytes& frame = commits.front()->frame;
  for (Commit* const commit : commits.subspan(1)) {
    PutBytes(frame, ByteView(commit->frame).subspan(kFrameHeaderBytes));
  }
  RETURN_IF_ERROR(room_.Check(frame.size()));
  Status written = AppendToLog(frame);
  health_.NoteLogWrite(written);
  return written;
}

Status Store::AppendToLog(Bytes& frame) {
  if (log_->counted_end() >= options_.wal_file_bytes) {
    ASSIGN_OR_RETURN([[maybe_unused]] const auto sequence, log_->Rotate());
  }
  const auto begun = clock_.Monotonic();
  Status written = log_->Append(frame, options_.durability == Durability::kPower);
  counters_.CountLogWrite(clock_.Monotonic() - begun);
  return written;
}

AppendResult Store::Apply(Commit& commit) {
  const Snapshot now = TakeSnapshot();
  const auto active = state_.active();  // only changes while commits are paused
  AppendResult total;
  total.duplicates = commit.duplicates;
  std::vector<PendingRun>& runs = commit.runs;
  ForEachAhead(
      runs.size(), *active, [&](std::size_t i) -> const Series& { return *runs[i].series; },
      [&](std::size_t i) {
        const AppendResult result = ApplyRun(commit.earlier, now, runs[i], *active);
        runs[i].series->SetLogged();
        total.stored += result.stored;
        total.duplicates += result.duplicates;
        total.conflicts += result.conflicts;
      });
  return total;
}

Status Store::Health() const {
  RETURN_IF_ERROR(latch_->CheckWritable());
  RETURN_IF_ERROR(room_.Check(0));
  RETURN_IF_ERROR(health_.Check());
  return compactor_.Health();
}

Result<const Series*> Store::SeriesOf(TagId tag) const {
  const Series* const series = registry_->Find(tag);
  if (series != nullptr) return series;
  return Error(ErrorCode::kNotFound, fmt::format("tag {} does not exist", tag.value()));
}

Status Store::Scan(const ScanRequest& request, const ScanSink& sink) const {
  ASSIGN_OR_RETURN(const Series* const series, SeriesOf(request.tag));
  const TimeRange range = Storable(request.range);
  if (range.Empty() || request.limit == 0) return {};
  ASSIGN_OR_RETURN(auto sources,
                   CollectSources(TakeSnapshot(), request.tag, series->type(), range));
  MergeCursor cursor(std::move(sources), range);
  const std::size_t block_samples = std::min<std::uint64_t>(kMaxBlockSamples, request.limit);
  return ReadMerged(cursor, series->type(), block_samples, request.cancel,
                    AtMost(request.limit, sink));
}

Status Store::Replaced(const ReplacedRequest& request, const ScanSink& sink) const {
  ASSIGN_OR_RETURN(const Series* const series, SeriesOf(request.tag));
  const TimeRange range = Storable(request.range);
  if (range.Empty() || request.limit == 0) return {};
  ASSIGN_OR_RETURN(const auto sources,
                   CollectReplacedSources(TakeSnapshot(), request.tag, series->type(), range));
  const std::size_t block_samples = std::min<std::uint64_t>(kMaxBlockSamples, request.limit);
  return ReadReplaced(sources, series->type(), range, block_samples, request.cancel,
                      AtMost(request.limit, sink));
}

Result<AggregateColumns> Store::Aggregate(const AggregateRequest& request) const {
  ASSIGN_OR_RETURN(const Series* const series, SeriesOf(request.tag));
  if (Status checked = CheckAggregate(request, series->type()); !checked.ok()) {
    return std::move(checked).error().At(series->definition().path);
  }
  return ComputeAggregate(TakeSnapshot(), series->type(), request, clock_.Now());
}

Result<StateColumns> Store::TimeInState(const StateRequest& request) const {
  ASSIGN_OR_RETURN(const Series* const series, SeriesOf(request.tag));
  if (Status checked = CheckStateRequest(request, series->type()); !checked.ok()) {
    return std::move(checked).error().At(series->definition().path);
  }
  return ComputeTimeInState(TakeSnapshot(), series->type(), request, clock_.Now());
}

Result<std::optional<Sample>> Store::Last(TagId tag) const {
  ASSIGN_OR_RETURN(const Series* const series, SeriesOf(tag));
  return FindBefore(TakeSnapshot(), tag, series->type(), kMaxTimestamp);
}

HistorianStats Store::Stats() const {
  HistorianStats stats;
  for (const SeriesRecord& record : registry_->Records()) {
    ++stats.series;
    stats.samples += record.totals.samples;
  }
  const Snapshot snapshot = TakeSnapshot();
  stats.head_bytes = snapshot.active->bytes();
  if (snapshot.flushing) stats.head_bytes += snapshot.flushing->bytes();
  for (const SharedSegment& segment : *snapshot.segments) {
    stats.segment_bytes += segment->info().bytes;
    ++stats.segments;
  }
  for (const auto& [path, bytes] : read_only_log_bytes_) stats.wal_bytes += bytes;
  if (log_) {
    stats.wal_bytes = log_->bytes();
    stats.syncs = log_->syncs();
  }
  counters_.AddTo(stats);
  compactor_.AddTo(stats);
  stats.waiting_appends = commits_.waiting();
  stats.head_limit_bytes = kHeadLimitFactor * options_.head_limit_bytes;
  return stats;
}

}  // namespace bedplate::historian
