#include "historian/snapshot.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "historian/columns.h"

namespace bedplate::historian {
namespace {

bool Overlaps(std::int64_t first, std::int64_t last, const TimeRange& range) {
  return first < range.stop.nanoseconds() && last >= range.start.nanoseconds();
}

SharedColumns WithoutHidden(const SampleColumns& columns, const std::vector<HiddenRange>& hidden) {
  auto rest = std::make_shared<SampleColumns>();
  rest->type = columns.type;
  std::size_t begin = 0;
  for (const HiddenRange& range : hidden) {
    const std::size_t end = std::max(begin, LowerBound(columns, range.first_time));
    AppendRange(columns, begin, end, *rest);
    begin = std::max(begin, LowerBound(columns, range.last_time + 1));
  }
  AppendRange(columns, begin, columns.size(), *rest);
  return rest;
}

void AddHead(const Head* head, TagId tag, const TimeRange& range,
             std::vector<SampleSource>& sources) {
  if (head == nullptr) return;
  auto chunks = head->Chunks(tag, range);
  if (!chunks.empty()) sources.emplace_back(std::move(chunks));
}

}  // namespace

TimeRange Snapshot::Deleting(TagId tag) const {
  if (!deleting) return {};
  const auto found = deleting->find(tag);
  return found == deleting->end() ? TimeRange{} : found->second;
}

SampleSource::SampleSource(SharedSegment segment, FoundSeries found, const TimeRange& range)
    : segment_(std::move(segment)), found_(std::move(found)) {
  const auto& headers = found_.series->blocks;
  auto header = std::lower_bound(
      headers.begin(), headers.end(), range.start.nanoseconds(),
      [](const BlockHeader& block, std::int64_t start) { return block.last_time < start; });
  for (; header != headers.end() && header->first_time < range.stop.nanoseconds(); ++header) {
    blocks_.push_back({header->first_time, header->last_time, &*header, nullptr});
  }
}

Result<SampleSource> SampleSource::Open(SharedSegment segment, FoundSeries found,
                                        const TimeRange& range) {
  const auto hidden = segment->Hidden(found.series->tag);
  SampleSource source(std::move(segment), std::move(found), range);
  if (!hidden.empty()) RETURN_IF_ERROR(source.Hide(hidden, range));
  return source;
}

/// A block of which a part is deleted becomes one in memory, as its header describes all of it.
/// What is left of it may lie outside the range that its header reaches into.
Status SampleSource::Hide(const std::vector<HiddenRange>& hidden, const TimeRange& range) {
  std::vector<SourceBlock> kept;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const auto entry = std::find_if(hidden.begin(), hidden.end(), [&](const HiddenRange& one) {
      return one.last_time >= blocks_[i].first_time;
    });
    if (entry == hidden.end() || entry->first_time > blocks_[i].last_time) {
      kept.push_back(blocks_[i]);
      continue;
    }
    if (entry->first_time <= blocks_[i].first_time && entry->last_time >= blocks_[i].last_time) {
      continue;
    }
    ASSIGN_OR_RETURN(const SharedColumns columns, Load(i));
    SharedColumns rest = WithoutHidden(*columns, hidden);
    if (rest->empty()) continue;
    const std::int64_t first = rest->times.front();
    const std::int64_t last = rest->times.back();
    if (last < range.start.nanoseconds() || first >= range.stop.nanoseconds()) continue;
    kept.push_back({first, last, nullptr, std::move(rest)});
  }
  blocks_ = std::move(kept);
  return {};
}

SampleSource::SampleSource(std::vector<SharedColumns> chunks) {
  for (SharedColumns& chunk : chunks) {
    const std::int64_t first = chunk->times.front();
    const std::int64_t last = chunk->times.back();
    blocks_.push_back({first, last, nullptr, std::move(chunk)});
  }
}

Result<SharedColumns> SampleSource::Load(std::size_t index) const {
  const SourceBlock& block = blocks_[index];
  if (block.columns) return block.columns;
  ASSIGN_OR_RETURN(SampleColumns columns, segment_->Read(found_.series->type, *block.header));
  return std::make_shared<const SampleColumns>(std::move(columns));
}

Status SampleSource::LoadNumbers(std::size_t index, Bytes& payload, NumberBlock& out) const {
  BEDPLATE_CHECK(segment_ != nullptr);
  return segment_->ReadNumbers(found_.series->type, *blocks_[index].header, payload, out);
}

Result<FoundSeries> FindInSegment(const SegmentReader& segment, TagId tag, ValueType type) {
  ASSIGN_OR_RETURN(FoundSeries found, segment.Find(tag));
  if (found.series != nullptr && found.series->type != type) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("series {} has the type {}, the manifest expects {}", tag.value(),
                             ValueTypeName(found.series->type), ValueTypeName(type)))
        .At(segment.path());
  }
  return found;
}

Result<std::vector<SampleSource>> CollectSources(const Snapshot& snapshot, TagId tag,
                                                 ValueType type, const TimeRange& range) {
  std::vector<SampleSource> sources;
  for (const SharedSegment& segment : *snapshot.segments) {
    if (!Overlaps(segment->info().first_time, segment->info().last_time, range)) continue;
    ASSIGN_OR_RETURN(FoundSeries found, FindInSegment(*segment, tag, type));
    if (found.series == nullptr) continue;
    ASSIGN_OR_RETURN(SampleSource source, SampleSource::Open(segment, std::move(found), range));
    if (!source.blocks().empty()) sources.push_back(std::move(source));
  }
  AddHead(snapshot.flushing.get(), tag, range, sources);
  AddHead(snapshot.active.get(), tag, range, sources);
  return sources;
}

}  // namespace bedplate::historian
