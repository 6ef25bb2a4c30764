#include "historian/readable.h"

#include <memory>
#include <utility>

#include "historian/merge_cursor.h"

namespace bedplate::historian {
namespace {

Status TryBlocks(const SharedSegment& segment, FoundSeries found) {
  ASSIGN_OR_RETURN(const SampleSource source,
                   SampleSource::Open(segment, std::move(found), kAllTime));
  for (std::size_t i = 0; i < source.blocks().size(); ++i) {
    ASSIGN_OR_RETURN([[maybe_unused]] const SharedColumns columns, source.Load(i));
  }
  return {};
}

bool IsReadable(const SharedSegment& segment, const Series& series, ReadabilityTest test) {
  auto found = FindInSegment(*segment, series.id(), series.type());
  if (!found.ok()) return false;
  if (test == ReadabilityTest::kSeries || found->series == nullptr) return true;
  return TryBlocks(segment, *std::move(found)).ok();
}

}  // namespace

Snapshot OnlyReadable(const Snapshot& snapshot, const Series& series, ReadabilityTest test) {
  SegmentList readable;
  for (const SharedSegment& segment : *snapshot.segments) {
    if (IsReadable(segment, series, test)) readable.push_back(segment);
  }
  Snapshot rest = snapshot;
  rest.segments = std::make_shared<const SegmentList>(std::move(readable));
  return rest;
}

Result<std::uint64_t> CountTimes(const Snapshot& snapshot, const Series& series,
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

Result<std::uint64_t> CountReadableTimes(const Snapshot& snapshot, const Series& series) {
  return ReadWhatIsThere(
      snapshot, series, [&](const Snapshot& rest) { return CountTimes(rest, series, kAllTime); },
      [](const Error& error) { return error.code() == ErrorCode::kCorruption; });
}

}  // namespace bedplate::historian
