#include "historian/stored_samples.h"

#include <algorithm>

#include "historian/columns.h"
#include "historian/format.h"
#include "historian/merge_cursor.h"

namespace bedplate::historian {
namespace {

void ResizeValues(std::size_t size, SampleColumns& columns) {
  switch (columns.type) {
    case ValueType::kDouble: columns.doubles.resize(size); break;
    case ValueType::kInt64: columns.int64s.resize(size); break;
    case ValueType::kBool: columns.bools.resize(size); break;
    case ValueType::kString: columns.strings.resize(size); break;
  }
}

/// Notes the samples of one block that stand at the wanted times [begin, end).
void MatchBlock(const SampleColumns& block, std::span<const std::int64_t> times, std::size_t begin,
                std::size_t end, StoredSamples& stored) {
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t at = LowerBound(block, times[i]);
    if (at == block.size() || block.times[at] != times[i]) continue;
    stored.present[i] = true;
    ReplaceSample(block, at, i, stored.values);
  }
}

/// Damage is no error here; whatever else keeps a block from being read may pass.
Status UnlessDamaged(const Error& error) {
  if (error.code() == ErrorCode::kCorruption) return {};
  return Error(ErrorCode::kUnavailable,
               "what is stored at these times cannot be read: " + error.ToString())
      .Retryable();
}

Status MatchSource(const SampleSource& source, std::span<const std::int64_t> times,
                   StoredSamples& stored) {
  for (std::size_t b = 0; b < source.blocks().size(); ++b) {
    const SourceBlock& block = source.blocks()[b];
    const auto begin = std::lower_bound(times.begin(), times.end(), block.first_time);
    const auto end = std::upper_bound(begin, times.end(), block.last_time);
    if (begin == end) continue;
    const auto columns = source.Load(b);
    if (columns.ok()) {
      MatchBlock(**columns, times, static_cast<std::size_t>(begin - times.begin()),
                 static_cast<std::size_t>(end - times.begin()), stored);
    } else {
      RETURN_IF_ERROR(UnlessDamaged(columns.error()));
    }
  }
  return {};
}

void MatchHeads(const Snapshot& snapshot, TagId tag, StoredSamples& stored) {
  if (snapshot.flushing) FindInHead(*snapshot.flushing, tag, stored);
  FindInHead(*snapshot.active, tag, stored);
}

bool AnyWithin(std::span<const std::int64_t> times, const SegmentInfo& info) {
  const auto first = std::lower_bound(times.begin(), times.end(), info.first_time);
  return first != times.end() && *first <= info.last_time;
}

/// The latest sample seen before some time, and the rank of where it is from.
struct Latest {
  std::optional<Sample> sample;
  std::size_t rank = 0;

  [[nodiscard]] bool IsAfter(std::int64_t time) const {
    return sample && sample->time.nanoseconds() > time;
  }
};

/// Takes the last sample before `time` of one source if it is later, or of equal time and greater
/// rank.
Status Improve(const SampleSource& source, std::size_t rank, Timestamp time, Latest& best) {
  if (source.blocks().empty()) return {};
  const std::size_t last = source.blocks().size() - 1;
  if (best.IsAfter(source.blocks()[last].last_time)) return {};
  ASSIGN_OR_RETURN(const SharedColumns columns, source.Load(last));
  const std::size_t end = LowerBound(*columns, time.nanoseconds());
  if (end == 0 || best.IsAfter(columns->times[end - 1])) return {};
  const bool same_time = best.sample && best.sample->time.nanoseconds() == columns->times[end - 1];
  if (same_time && best.rank > rank) return {};
  best = {columns->At(end - 1), rank};
  return {};
}

/// Indexes of the segments that begin before `time`, by descending last time, as the first of them
/// that has the series mostly ends the search.
std::vector<std::size_t> SegmentsBefore(const SegmentList& segments, Timestamp time) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i]->info().first_time < time.nanoseconds()) found.push_back(i);
  }
  std::sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
    return segments[a]->info().last_time > segments[b]->info().last_time;
  });
  return found;
}

bool HasGood(const SourceBlock& block) {
  if (block.header != nullptr) return block.header->good_count > 0;
  const SampleColumns& columns = *block.columns;
  return columns.qualities.empty() ||
         std::ranges::any_of(columns.qualities,
                             [](std::uint32_t code) { return Quality(code).IsGood(); });
}

/// Where the last block that has a good sample and begins before `stop` begins.
std::optional<Timestamp> StartOfLastGood(const std::vector<SampleSource>& sources, Timestamp stop) {
  std::optional<Timestamp> latest;
  for (const SampleSource& source : sources) {
    for (const SourceBlock& block : source.blocks()) {
      const Timestamp first(block.first_time);
      if (first < stop && (!latest || first > *latest) && HasGood(block)) latest = first;
    }
  }
  return latest;
}

Result<std::optional<Sample>> LastGoodWithin(const Snapshot& snapshot, TagId tag, ValueType type,
                                             const TimeRange& range) {
  ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, tag, type, range));
  MergeCursor cursor(std::move(sources), range);
  std::optional<Sample> last;
  while (true) {
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (!run) return last;
    if (run->header != nullptr && run->header->good_count == 0) continue;
    RETURN_IF_ERROR(cursor.Load(*run));
    for (std::size_t i = run->end; i > run->begin; --i) {
      Sample sample = run->columns->At(i - 1);
      if (!sample.quality.IsGood()) continue;
      last = std::move(sample);
      break;
    }
  }
}

/// By how much stretches that are searched grow while nothing is found.
constexpr std::int64_t kStretchGrowth = 8;

}  // namespace

StoredSamples::StoredSamples(ValueType type, std::span<const std::int64_t> times)
    : present(times.size(), false) {
  values.type = type;
  values.times.assign(times.begin(), times.end());
  ResizeValues(times.size(), values);
}

Result<StoredSamples> FindStored(const Snapshot& snapshot, TagId tag, ValueType type,
                                 std::span<const std::int64_t> times) {
  StoredSamples stored(type, times);
  if (times.empty()) return stored;
  const TimeRange range{Timestamp(times.front()), Timestamp(times.back() + 1)};
  for (const SharedSegment& segment : *snapshot.segments) {
    if (!AnyWithin(times, segment->info())) continue;
    auto found = FindInSegment(*segment, tag, type);
    if (!found.ok()) {
      RETURN_IF_ERROR(UnlessDamaged(found.error()));
      continue;
    }
    if (found->series == nullptr) continue;
    auto source = SampleSource::Open(segment, *std::move(found), range);
    if (source.ok()) {
      RETURN_IF_ERROR(MatchSource(*source, times, stored));
    } else {
      RETURN_IF_ERROR(UnlessDamaged(source.error()));
    }
  }
  MatchHeads(snapshot, tag, stored);
  return stored;
}

StoredSamples FindInHeads(const Snapshot& snapshot, TagId tag, ValueType type,
                          std::span<const std::int64_t> times) {
  StoredSamples stored(type, times);
  MatchHeads(snapshot, tag, stored);
  return stored;
}

void FindInHead(const Head& head, TagId tag, StoredSamples& stored) {
  head.Match(tag, stored.values.times, stored.present, stored.values);
}

Result<std::optional<Sample>> FindBefore(const Snapshot& snapshot, TagId tag, ValueType type,
                                         Timestamp time) {
  Latest best;
  const TimeRange range{kMinTimestamp, time};
  const SegmentList& segments = *snapshot.segments;
  std::size_t rank = segments.size();
  for (const Head* head : {snapshot.flushing.get(), snapshot.active.get()}) {
    if (head == nullptr) continue;
    SharedColumns last = head->LastChunk(tag, range);
    const std::size_t head_rank = rank++;
    if (!last) continue;
    RETURN_IF_ERROR(Improve(SampleSource({std::move(last)}), head_rank, time, best));
  }
  for (const std::size_t index : SegmentsBefore(segments, time)) {
    if (best.IsAfter(segments[index]->info().last_time)) break;
    ASSIGN_OR_RETURN(FoundSeries found, FindInSegment(*segments[index], tag, type));
    if (found.series == nullptr) continue;
    ASSIGN_OR_RETURN(const SampleSource source,
                     SampleSource::Open(segments[index], std::move(found), range));
    RETURN_IF_ERROR(Improve(source, index, time, best));
  }
  return best.sample;
}

Result<std::optional<Sample>> FindGoodBefore(const Snapshot& snapshot, TagId tag, ValueType type,
                                             Timestamp time, const CancelToken& cancel) {
  std::int64_t width = kNanosecondsPerDay;
  for (Timestamp stop = time; stop > kMinTimestamp;) {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "search cancelled");
    const std::int64_t left = (stop - kMinTimestamp).count();
    const TimeRange stretch{stop - std::chrono::nanoseconds(std::min(width, left)), stop};
    ASSIGN_OR_RETURN(const auto sources, CollectSources(snapshot, tag, type, stretch));
    const std::optional<Timestamp> start = StartOfLastGood(sources, stop);
    if (start) {
      ASSIGN_OR_RETURN(auto found, LastGoodWithin(snapshot, tag, type, {*start, stop}));
      if (found) return found;
    }
    // Its good samples come later than `stop`, or others that are not good took their place.
    stop = start.value_or(stretch.start);
    width = std::min(width, kMaxTimestamp.nanoseconds() / kStretchGrowth) * kStretchGrowth;
  }
  return std::optional<Sample>();
}

Result<std::optional<Sample>> FindAtOrAfter(const Snapshot& snapshot, TagId tag, ValueType type,
                                            Timestamp time) {
  // Searched in stretches that grow, as the next sample mostly is near and the rest of a long
  // history need not be looked at.
  std::int64_t width = kNanosecondsPerDay;
  for (std::int64_t start = time.nanoseconds(); start < kMaxTimestamp.nanoseconds();) {
    const std::int64_t left = kMaxTimestamp.nanoseconds() - start;
    const std::int64_t stop = start + std::min(width, left);
    const TimeRange range{Timestamp(start), Timestamp(stop)};
    ASSIGN_OR_RETURN(auto sources, CollectSources(snapshot, tag, type, range));
    MergeCursor cursor(std::move(sources), range);
    ASSIGN_OR_RETURN(auto run, cursor.Next());
    if (run) {
      RETURN_IF_ERROR(cursor.Load(*run));
      return std::optional<Sample>(run->columns->At(run->begin));
    }
    start = stop;
    width = std::min(width, kMaxTimestamp.nanoseconds() / kStretchGrowth) * kStretchGrowth;
  }
  return std::optional<Sample>();
}

}  // namespace bedplate::historian
