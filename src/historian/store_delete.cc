#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "historian/check.h"
#include "historian/columns.h"
#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/merge_cursor.h"
#include "historian/readable.h"
#include "historian/store.h"
#include "historian/stored_samples.h"

namespace bedplate::historian {
namespace {

/// The segments of a store without what is in memory.
Snapshot OnlySegments(const Snapshot& snapshot) {
  return {snapshot.segments, nullptr, std::make_shared<const Head>()};
}

Snapshot OnlyActive(const Snapshot& snapshot) {
  return {std::make_shared<const SegmentList>(), nullptr, snapshot.active};
}

/// The distinct times of a series in a range.
Result<std::vector<std::int64_t>> TimesIn(const Snapshot& snapshot, const Series& series,
                                          const TimeRange& range) {
  std::vector<std::int64_t> times;
  ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, series.id(), series.type(), range));
  MergeCursor cursor(std::move(sources), range);
  while (true) {
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (!run) return times;
    RETURN_IF_ERROR(cursor.Load(*run));
    const auto& found = run->columns->times;
    times.insert(times.end(), found.begin() + static_cast<std::ptrdiff_t>(run->begin),
                 found.begin() + static_cast<std::ptrdiff_t>(run->end));
  }
}

std::int64_t TimeOf(const std::optional<Sample>& sample, std::int64_t otherwise) {
  return sample ? sample->time.nanoseconds() : otherwise;
}

/// The first and the last time of a series that are not in `range`.
Result<std::int64_t> FirstOutside(const Snapshot& snapshot, const Series& series,
                                  const TimeRange& range) {
  ASSIGN_OR_RETURN(auto first, FindAtOrAfter(snapshot, series.id(), series.type(), kMinTimestamp));
  if (first && range.Contains(first->time)) {
    ASSIGN_OR_RETURN(first, FindAtOrAfter(snapshot, series.id(), series.type(), range.stop));
  }
  return TimeOf(first, INT64_MAX);
}

Result<std::int64_t> LastOutside(const Snapshot& snapshot, const Series& series,
                                 const TimeRange& range) {
  ASSIGN_OR_RETURN(auto last, FindBefore(snapshot, series.id(), series.type(), kMaxTimestamp));
  if (last && range.Contains(last->time)) {
    ASSIGN_OR_RETURN(last, FindBefore(snapshot, series.id(), series.type(), range.start));
  }
  return TimeOf(last, INT64_MIN);
}

/// What a deletion does to one series.
struct Deletion {
  Series* series = nullptr;
  TimeRange range;
  Snapshot segments;        // of which the series can be read
  bool is_partial = false;  // these are not all
  ManifestChange::Deleted deleted;
  std::uint64_t stays = 0;      // times of it that are in the active head too
  std::uint64_t conflicts = 0;  // of these: counted, as there was another value until now
  SeriesTotals totals;          // of the series afterwards, head and all
};

/// What cannot be read now may be some day.
bool HidesAnything(const Deletion& deletion) {
  return deletion.deleted.samples > 0 || deletion.is_partial;
}

Result<Deletion> PlanDeletion(const Snapshot& segments, bool is_partial, Series& series,
                              const TimeRange& range) {
  Deletion deletion;
  deletion.series = &series;
  deletion.range = range;
  deletion.segments = segments;
  deletion.is_partial = is_partial;
  deletion.deleted.tombstone = {.tag = series.id(),
                                .first_time = range.start.nanoseconds(),
                                .last_time = range.stop.nanoseconds() - 1,
                                .generation = 0};
  ASSIGN_OR_RETURN(deletion.deleted.samples, CountTimes(segments, series, range));
  if (!HidesAnything(deletion)) return deletion;
  ASSIGN_OR_RETURN(deletion.deleted.first_time, FirstOutside(segments, series, range));
  ASSIGN_OR_RETURN(deletion.deleted.last_time, LastOutside(segments, series, range));
  return deletion;
}

/// The same where a segment is damaged, missing or on a bad sector: what it holds of the series is
/// hidden by the tombstone as well, but is not counted.
Result<Deletion> PlanWhatCanBeRead(const Snapshot& segments, Series& series,
                                   const TimeRange& range) {
  return ReadWhatIsThere(
      segments, series,
      [&](const Snapshot& rest) {
        const bool is_partial = rest.segments->size() < segments.segments->size();
        return PlanDeletion(rest, is_partial, series, range);
      },
      [](const Error& error) {
        return error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kIo;
      });
}

/// What the active head holds at `times`, all of which are in it, before anything was replaced.
Result<SampleColumns> FirstInActive(const Snapshot& active, const Series& series,
                                    const TimeRange& range, std::span<const std::int64_t> times) {
  ASSIGN_OR_RETURN(StoredSamples found, FindStored(active, series.id(), series.type(), times));
  for (const SharedColumns& replaced : active.active->Replaced(series.id(), range)) {
    // Of one time the oldest comes first, so it is the last to be put there.
    for (std::size_t i = replaced->size(); i-- > 0;) {
      const auto time = std::lower_bound(times.begin(), times.end(), replaced->times[i]);
      ReplaceSample(*replaced, i, static_cast<std::size_t>(time - times.begin()), found.values);
    }
  }
  return std::move(found.values);
}

/// Compares the active head with what is deleted. What is in the head is later than that: it is
/// new, and took the place of nothing.
Status CompareActive(const Snapshot& active, Deletion& deletion) {
  const Series& series = *deletion.series;
  ASSIGN_OR_RETURN(const auto times, TimesIn(active, series, deletion.range));
  ASSIGN_OR_RETURN(const StoredSamples stored,
                   FindStored(deletion.segments, series.id(), series.type(), times));
  ASSIGN_OR_RETURN(const SampleColumns first, FirstInActive(active, series, deletion.range, times));
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!stored.present[i]) continue;
    ++deletion.stays;
    if (!SameReading(stored.values, i, first, i)) ++deletion.conflicts;
  }
  return {};
}

/// Adds what the active head means for it, while nothing is appended.
Status RegardActive(const Snapshot& active, Deletion& deletion) {
  RETURN_IF_ERROR(CompareActive(active, deletion));
  const Series& series = *deletion.series;
  ASSIGN_OR_RETURN(const auto first,
                   FindAtOrAfter(active, series.id(), series.type(), kMinTimestamp));
  ASSIGN_OR_RETURN(const auto last, FindBefore(active, series.id(), series.type(), kMaxTimestamp));
  deletion.totals = series.totals();
  SeriesTotals& totals = deletion.totals;
  totals.samples -= std::min(totals.samples, deletion.deleted.samples - deletion.stays);
  totals.conflicts -= std::min(totals.conflicts, deletion.conflicts);
  totals.first_time = std::min(deletion.deleted.first_time, TimeOf(first, INT64_MAX));
  totals.last_time = std::max(deletion.deleted.last_time, TimeOf(last, INT64_MIN));
  totals = Consistent(totals);
  return {};
}

Status CheckRanges(const SeriesRegistry& registry, std::span<const TagRange> ranges) {
  std::set<TagId> seen;
  for (const TagRange& entry : ranges) {
    if (registry.Find(entry.tag) == nullptr) {
      return Error(ErrorCode::kNotFound, fmt::format("tag {} does not exist", entry.tag.value()));
    }
    if (entry.range.Empty()) {
      return Error(ErrorCode::kInvalidArgument, "a range that ends before it begins");
    }
    if (!seen.insert(entry.tag).second) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("tag {} stands twice in one deletion", entry.tag.value()));
    }
  }
  return {};
}

std::vector<std::string> ProblemsOfLog(FileSystem& files, const std::string& path,
                                       std::uint64_t counted_bytes) {
  CheckReport report;
  CheckLog(files, {{path, counted_bytes}}, report);
  return std::move(report.problems);
}

Result<std::vector<std::string>> ProblemsOfSegment(const SegmentReader& segment,
                                                   const SeriesTable& series,
                                                   const CancelToken& cancel) {
  CheckReport report;
  RETURN_IF_ERROR(CheckSegment(segment, series, cancel, report));
  return std::move(report.problems);
}

}  // namespace

/// On a full disk it works out of the reserve, as flushes do.
Result<std::uint64_t> Store::Delete(std::span<const TagRange> ranges) {
  RETURN_IF_ERROR(CheckWritable());
  RETURN_IF_ERROR(CheckRanges(*registry_, ranges));
  const std::lock_guard flushing(flush_mutex_);
  state_.ShowDeleting(ranges);
  auto deleted = DeleteNow(ranges);
  state_.ShowDeleting({});
  if (deleted.ok() || deleted.error().code() != ErrorCode::kResourceExhausted) return deleted;
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("nothing was deleted, as not even the reserve is left of the disk: "
                           "make room of {} MiB for what is in memory and a new manifest by "
                           "removing something else, then delete again ({})",
                           1 + (TakeSnapshot().active->bytes() >> 20U), deleted.error().ToString()))
      .At(directory_)
      .Retryable();
}

/// Under flush_mutex_, while `ranges` are shown to be deleted.
Result<std::uint64_t> Store::DeleteNow(std::span<const TagRange> ranges) {
  RETURN_IF_ERROR(FlushAndNote());
  // From here on whatever is appended is later than the deletion, and stays. The segments do not
  // get samples meanwhile, so most of the work needs nobody to wait.
  const Snapshot segments = OnlySegments(TakeSnapshot());
  std::vector<Deletion> deletions;
  for (const TagRange& entry : ranges) {
    const TimeRange range{std::max(entry.range.start, kMinTimestamp),
                          std::min(entry.range.stop, kMaxTimestamp)};
    if (range.Empty()) continue;
    ASSIGN_OR_RETURN(auto deletion,
                     PlanWhatCanBeRead(segments, *registry_->Find(entry.tag), range));
    if (HidesAnything(deletion)) deletions.push_back(std::move(deletion));
  }
  if (deletions.empty()) return 0;
  const std::uint64_t generation = segments_->NextId();
  const auto pause = commits_.Pause();
  const Snapshot active = OnlyActive(TakeSnapshot());
  ManifestChange change;
  std::uint64_t samples = 0;
  for (Deletion& deletion : deletions) {
    RETURN_IF_ERROR(RegardActive(active, deletion));
    deletion.deleted.tombstone.generation = generation;
    change.deleted.push_back(deletion.deleted);
    samples += deletion.deleted.samples - deletion.stays;
  }
  RETURN_IF_ERROR(Publish(std::move(change)));
  for (const Deletion& deletion : deletions) {
    deletion.series->SetTotals(deletion.totals);
    if (deletion.is_partial) deletion.series->SetMiscounted();
  }
  return samples;
}

Status Store::Backup(const std::function<Status(const BackupFile&)>& copy) {
  // Where a sync failed it is what one wants most.
  if (!log_) RETURN_IF_ERROR(CheckWritable());
  std::shared_ptr<const SegmentList> segments;
  {
    // The log's files stay while no flush ends.
    const std::lock_guard flushing(flush_mutex_);
    // It keeps the log short; where it fails, on a full disk say, the log has all of it.
    static_cast<void>(FlushAndNote());
    Manifest manifest;
    std::map<std::string, std::uint64_t> counted_bytes;
    {
      const auto pause = commits_.Pause();
      std::tie(manifest, segments) = segments_->Current();
      counted_bytes = log_->CountedBytes();
    }
    for (const auto& [path, bytes] : counted_bytes) {
      const std::string name = path.substr(path.rfind('/') + 1);
      RETURN_IF_ERROR(copy({.name = JoinPath(kWalDirectory, name),
                            .path = path,
                            .content = {},
                            .bytes = bytes,
                            .is_immutable = false,
                            .check = [&, &path = path, &bytes = bytes](const CancelToken&) {
                              return ProblemsOfLog(*latch_, path, bytes);
                            }}));
    }
    std::string content(AsText(EncodeManifest(manifest)));
    const std::uint64_t bytes = content.size();
    RETURN_IF_ERROR(copy({.name = kManifestName,
                          .path = {},
                          .content = std::move(content),
                          .bytes = bytes,
                          .is_immutable = false,
                          .check = nullptr}));
  }
  const SeriesTable series = registry_->Records();
  for (const SharedSegment& segment : *segments) {
    RETURN_IF_ERROR(copy({.name = JoinPath(kSegmentDirectory, SegmentFileName(segment->info().id)),
                          .path = segment->path(),
                          .content = {},
                          .bytes = segment->info().bytes,
                          .is_immutable = true,
                          .check = [&segment = *segment, &series](const CancelToken& cancel) {
                            return ProblemsOfSegment(segment, series, cancel);
                          }}));
  }
  return {};
}

}  // namespace bedplate::historian
