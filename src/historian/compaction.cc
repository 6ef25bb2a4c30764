#include "historian/compaction.h"

#include <algorithm>
#include <map>
#include <utility>

#include "historian/format.h"
#include "historian/head_flush.h"
#include "historian/merge_cursor.h"
#include "historian/replaced_cursor.h"
#include "historian/segment_writer.h"

namespace bedplate::historian {
namespace {

using Segments = std::vector<const SegmentInfo*>;

std::int64_t FirstDay(const SegmentInfo& segment) {
  return segment.first_time / kNanosecondsPerDay;
}
std::int64_t LastDay(const SegmentInfo& segment) { return segment.last_time / kNanosecondsPerDay; }

/// Splits segments, sorted by first day, wherever no segment reaches over to the next.
std::vector<Segments> SplitByDays(const Segments& segments) {
  std::vector<Segments> clusters;
  std::int64_t last_day = INT64_MIN;
  for (const SegmentInfo* segment : segments) {
    if (FirstDay(*segment) > last_day) clusters.emplace_back();
    clusters.back().push_back(segment);
    last_day = std::max(last_day, LastDay(*segment));
  }
  return clusters;
}

Segments SmallOnes(const Segments& segments) {
  Segments small;
  for (const SegmentInfo* segment : segments) {
    if (segment->samples < kSharedSegmentSamples) small.push_back(segment);
  }
  return small;
}

bool Overlap(const SegmentInfo& a, const SegmentInfo& b) {
  return a.first_time <= b.last_time && b.first_time <= a.last_time;
}

/// Whether merging would lift older values of a member over those of `other`: `other` lies between
/// that member and the merged segment, which takes the greatest generation of all members.
bool Interferes(const SegmentInfo& other, const Segments& members, std::uint64_t generation) {
  if (other.generation > generation) return false;
  return std::any_of(members.begin(), members.end(), [&](const SegmentInfo* member) {
    return member->generation < other.generation && Overlap(*member, other);
  });
}

/// Adds whatever interferes until nothing does.
void Close(const std::vector<SegmentInfo>& all, Segments& members) {
  std::uint64_t generation = 0;
  for (const SegmentInfo* member : members) generation = std::max(generation, member->generation);
  for (bool grew = true; grew;) {
    grew = false;
    for (const SegmentInfo& other : all) {
      if (std::find(members.begin(), members.end(), &other) != members.end()) continue;
      if (!Interferes(other, members, generation)) continue;
      members.push_back(&other);
      grew = true;
    }
  }
}

/// Adds the sets that are due among the segments of one month and level. The small ones of a month
/// only count where no day is due, as they may be of that day too.
void AddSets(Segments segments, const CompactionLimits& limits, std::vector<Segments>& sets) {
  std::sort(segments.begin(), segments.end(), [](const SegmentInfo* a, const SegmentInfo* b) {
    return std::pair(a->first_time, a->id) < std::pair(b->first_time, b->id);
  });
  bool any = false;
  for (Segments& cluster : SplitByDays(segments)) {
    if (cluster.size() <= limits.per_day) continue;
    sets.push_back(std::move(cluster));
    any = true;
  }
  if (any) return;
  Segments small = SmallOnes(segments);
  if (small.size() > limits.small_per_month) sets.push_back(std::move(small));
}

/// Every set that is due, before whatever lies between its members is added.
std::vector<Segments> DueSets(const std::vector<SegmentInfo>& segments,
                              const std::set<std::uint64_t>& excluded,
                              const CompactionLimits& limits) {
  std::map<std::pair<std::int64_t, std::uint32_t>, Segments> by_month_and_level;
  for (const SegmentInfo& segment : segments) {
    if (excluded.contains(segment.id) || segment.generation > limits.until) continue;
    const std::uint32_t level = limits.keep_levels ? segment.level : 0;
    by_month_and_level[{MonthOf(FirstDay(segment)), level}].push_back(&segment);
  }
  std::vector<Segments> sets;
  for (auto& [key, candidates] : by_month_and_level) {
    AddSets(std::move(candidates), limits, sets);
  }
  return sets;
}

/// What a merge must know of a series before it.
struct InputSeries {
  ValueType type = ValueType::kDouble;
  bool has_replaced = false;  // some input keeps replaced values of it
};

/// Every series of the inputs.
Result<std::map<TagId, InputSeries>> CollectSeries(const SegmentList& inputs) {
  std::map<TagId, InputSeries> series;
  for (const SharedSegment& input : inputs) {
    ASSIGN_OR_RETURN(const std::size_t pages, input->CheckStructure());
    for (std::size_t number = 0; number < pages; ++number) {
      ASSIGN_OR_RETURN(const IndexPage page, input->LoadPage(number));
      for (const SeriesBlocks& blocks : page) {
        InputSeries& entry = series[blocks.tag];
        entry.type = blocks.type;
        entry.has_replaced |= blocks.replaced;
      }
    }
  }
  return series;
}

/// Tells the watch of a merge what each block cost: its share of what is read and, since a merged
/// segment is about as large as its parts, as much again that is written.
class MergeMeter {
 public:
  MergeMeter(const SegmentList& inputs, const MergeWatch& watch) : watch_(watch) {
    for (const SharedSegment& input : inputs) {
      bytes_ += static_cast<double>(input->info().bytes);
      samples_ += static_cast<double>(input->info().samples);
    }
  }

  Status Passed(std::size_t samples) const {
    const double share = static_cast<double>(samples) / samples_;
    return watch_(static_cast<std::uint64_t>(2 * bytes_ * share));
  }

 private:
  const MergeWatch& watch_;
  double bytes_ = 0;
  double samples_ = 0;
};

/// Keeps what lost against another input, and what the inputs kept so.
Status MergeReplaced(const Snapshot& inputs, TagId tag, ValueType type, const CancelToken& cancel,
                     SegmentWriter& writer) {
  ASSIGN_OR_RETURN(const auto sources, CollectReplacedSources(inputs, tag, type, kAllTime));
  Status written;
  RETURN_IF_ERROR(ReadReplaced(sources, type, kAllTime, kMaxBlockSamples, cancel,
                               [&](const SampleColumns& block) {
                                 written = writer.AddReplaced(tag, block);
                                 return written.ok();
                               }));
  return written;
}

/// Returns whether there was a sample.
Result<bool> MergeSeries(const Snapshot& inputs, TagId tag, const InputSeries& series,
                         const CancelToken& cancel, const MergeMeter& meter,
                         SegmentWriter& writer) {
  ASSIGN_OR_RETURN(auto sources, CollectSources(inputs, tag, series.type, kAllTime));
  MergeCursor cursor(std::move(sources), kAllTime);
  Status written;
  bool any = false;
  RETURN_IF_ERROR(
      ReadMerged(cursor, series.type, kMaxBlockSamples, cancel, [&](const SampleColumns& block) {
        any = true;
        written = writer.Add(tag, block);
        if (written.ok()) written = meter.Passed(block.size());
        return written.ok();
      }));
  RETURN_IF_ERROR(std::move(written));
  if (any && (series.has_replaced || cursor.met_same_times())) {
    RETURN_IF_ERROR(MergeReplaced(inputs, tag, series.type, cancel, writer));
  }
  return any;
}

}  // namespace

std::vector<std::uint64_t> PickCompaction(const std::vector<SegmentInfo>& segments,
                                          const std::set<std::uint64_t>& excluded,
                                          const CompactionLimits& limits) {
  for (Segments& picked : DueSets(segments, excluded, limits)) {
    Close(segments, picked);
    if (std::any_of(picked.begin(), picked.end(),
                    [&](const SegmentInfo* segment) { return excluded.contains(segment->id); })) {
      continue;
    }
    std::vector<std::uint64_t> ids;
    for (const SegmentInfo* segment : picked) ids.push_back(segment->id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  return {};
}

CompactionDue CountDue(const std::vector<SegmentInfo>& segments,
                       const std::set<std::uint64_t>& excluded, const CompactionLimits& limits) {
  CompactionDue due;
  for (const Segments& set : DueSets(segments, excluded, limits)) {
    ++due.merges;
    for (const SegmentInfo* segment : set) due.bytes += segment->bytes;
  }
  return due;
}

Result<std::optional<SegmentInfo>> MergeSegments(FileSystem& files, const std::string& directory,
                                                 const SegmentList& inputs, std::uint64_t id,
                                                 const CancelToken& cancel,
                                                 const MergeWatch& watch) {
  // Before anything is read: a deletion that comes meanwhile may or may not be taken into account.
  std::uint64_t cleaned = 0;
  for (const SharedSegment& input : inputs) {
    cleaned = std::max(cleaned, input->tombstones()->newest_generation());
  }
  ASSIGN_OR_RETURN(const auto series, CollectSeries(inputs));
  ASSIGN_OR_RETURN(auto writer, SegmentWriter::Create(files, directory, id));
  const Snapshot snapshot{std::make_shared<const SegmentList>(inputs), nullptr, nullptr};
  const MergeMeter meter(inputs, watch);
  bool any = false;
  for (const auto& [tag, entry] : series) {
    ASSIGN_OR_RETURN(const bool found, MergeSeries(snapshot, tag, entry, cancel, meter, *writer));
    any |= found;
  }
  if (!any) return std::optional<SegmentInfo>();
  ASSIGN_OR_RETURN(SegmentInfo info, writer->Finish());
  for (const SharedSegment& input : inputs) {
    info.generation = std::max(info.generation, input->info().generation);
    info.level = std::max(info.level, input->info().level + 1);
  }
  if (Status synced = files.SyncDirectory(directory); !synced.ok()) {
    static_cast<void>(files.Remove(JoinPath(directory, SegmentFileName(id))));
    return std::move(synced).error();
  }
  info.cleaned = cleaned;
  return std::optional(info);
}

}  // namespace bedplate::historian
