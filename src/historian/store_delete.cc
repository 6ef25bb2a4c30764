#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/merge_cursor.h"
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

/// How many distinct times of a series are in a range; whole blocks are counted unread.
Result<std::uint64_t> CountIn(const Snapshot& snapshot, const Series& series,
                              const TimeRange& range) {
  std::uint64_t count = 0;
  ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, series.id(), series.type(), range));
  MergeCursor cursor(std::move(sources), range);
  while (true) {
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (!run) return count;
    count += run->columns ? run->end - run->begin : run->header->count;
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

}  // namespace

Result<std::uint64_t> Store::Delete(std::span<const TagRange> ranges) {
  RETURN_IF_ERROR(CheckWritable());
  const std::lock_guard flushing(flush_mutex_);
  for (const TagRange& entry : ranges) {
    if (registry_->Find(entry.tag) == nullptr) {
      return Error(ErrorCode::kNotFound, fmt::format("tag {} does not exist", entry.tag.value()));
    }
    if (entry.range.Empty()) {
      return Error(ErrorCode::kInvalidArgument, "a range that ends before it begins");
    }
  }
  RETURN_IF_ERROR(FlushAndNote());
  // From here on whatever is appended is later than the deletion, and stays.
  std::uint64_t samples = 0;
  for (const TagRange& entry : ranges) {
    ASSIGN_OR_RETURN(const std::uint64_t deleted, DeleteRange(entry));
    samples += deleted;
  }
  const std::lock_guard lock(wake_mutex_);
  wake_.notify_all();
  return samples;
}

/// Under flush_mutex_, with nothing in the flushing head.
Result<std::uint64_t> Store::DeleteRange(const TagRange& entry) {
  Series& series = *registry_->Find(entry.tag);
  const TimeRange range{std::max(entry.range.start, kMinTimestamp),
                        std::min(entry.range.stop, kMaxTimestamp)};
  // The segments do not get samples meanwhile, so most of the work needs nobody to wait.
  const Snapshot segments = OnlySegments(TakeSnapshot());
  ASSIGN_OR_RETURN(const std::uint64_t samples, CountIn(segments, series, range));
  if (samples == 0) return 0;
  ASSIGN_OR_RETURN(const auto first, FirstOutside(segments, series, range));
  ASSIGN_OR_RETURN(const auto last, LastOutside(segments, series, range));
  ManifestChange change;
  change.deleted.push_back({.tombstone = {.tag = entry.tag,
                                          .first_time = range.start.nanoseconds(),
                                          .last_time = range.stop.nanoseconds() - 1,
                                          .generation = segments_->NextId()},
                            .samples = samples,
                            .first_time = first,
                            .last_time = last});

  const auto pause = commits_.Pause();
  const Snapshot active = OnlyActive(TakeSnapshot());
  ASSIGN_OR_RETURN(const auto times, TimesIn(active, series, range));
  ASSIGN_OR_RETURN(const StoredSamples stored,
                   FindStored(segments, series.id(), series.type(), times));
  const auto stays =
      static_cast<std::uint64_t>(std::count(stored.present.begin(), stored.present.end(), true));
  ASSIGN_OR_RETURN(const auto active_first,
                   FindAtOrAfter(active, series.id(), series.type(), kMinTimestamp));
  ASSIGN_OR_RETURN(const auto active_last,
                   FindBefore(active, series.id(), series.type(), kMaxTimestamp));
  RETURN_IF_ERROR(Publish(std::move(change)));
  SeriesTotals totals = series.totals();
  totals.samples -= samples - stays;
  totals.first_time = std::min(first, TimeOf(active_first, INT64_MAX));
  totals.last_time = std::max(last, TimeOf(active_last, INT64_MIN));
  series.SetTotals(totals);
  return samples - stays;
}

Status Store::Backup(const std::function<Status(const BackupFile&)>& copy) {
  RETURN_IF_ERROR(CheckWritable());
  std::shared_ptr<const SegmentList> segments;
  {
    // The log's files stay while no flush ends.
    const std::lock_guard flushing(flush_mutex_);
    RETURN_IF_ERROR(FlushAndNote());
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
                            .is_immutable = false}));
    }
    std::string content(AsText(EncodeManifest(manifest)));
    const std::uint64_t bytes = content.size();
    RETURN_IF_ERROR(copy({.name = kManifestName,
                          .path = {},
                          .content = std::move(content),
                          .bytes = bytes,
                          .is_immutable = false}));
  }
  for (const SharedSegment& segment : *segments) {
    RETURN_IF_ERROR(copy({.name = JoinPath(kSegmentDirectory, SegmentFileName(segment->info().id)),
                          .path = segment->path(),
                          .content = {},
                          .bytes = segment->info().bytes,
                          .is_immutable = true}));
  }
  return {};
}

}  // namespace bedplate::historian
