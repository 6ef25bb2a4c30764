#include "historian/segment_set.h"

#include <algorithm>
#include <utility>

#include "historian/format.h"

namespace bedplate::historian {
namespace {

template <typename T>
bool Contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

Manifest Changed(const Manifest& manifest, ManifestChange& change, std::uint64_t next_id) {
  Manifest next = manifest;
  next.next_segment_id = next_id;
  std::erase_if(next.segments,
                [&](const SegmentInfo& segment) { return Contains(change.removed, segment.id); });
  next.segments.insert(next.segments.end(), change.added.begin(), change.added.end());
  std::stable_sort(
      next.segments.begin(), next.segments.end(),
      [](const SegmentInfo& a, const SegmentInfo& b) { return a.generation < b.generation; });
  if (change.flushed) {
    next.series = std::move(change.flushed->series);
    next.wal_low_water = change.flushed->wal_low_water;
  }
  return next;
}

}  // namespace

SegmentSet::SegmentSet(FileSystem& files, std::string directory, Manifest manifest)
    : files_(files),
      directory_(std::move(directory)),
      segment_directory_(JoinPath(directory_, kSegmentDirectory)),
      next_id_(manifest.next_segment_id),
      manifest_(std::move(manifest)) {
  SegmentList list;
  for (const SegmentInfo& info : manifest_.segments) list.push_back(MakeReader(info));
  list_ = std::make_shared<const SegmentList>(std::move(list));
}

std::shared_ptr<const SegmentList> SegmentSet::List() const {
  const std::lock_guard lock(list_mutex_);
  return list_;
}

Status SegmentSet::Publish(ManifestChange change,
                           const std::function<void(std::shared_ptr<const SegmentList>)>& show) {
  const std::lock_guard publishing(publish_mutex_);
  Manifest next = Changed(manifest_, change, next_id_);
  RETURN_IF_ERROR(WriteManifest(files_, directory_, next));
  manifest_ = std::move(next);

  const auto old_list = List();
  SegmentList list;
  for (const SegmentInfo& info : manifest_.segments) {
    const auto known = std::find_if(old_list->begin(), old_list->end(), [&](const auto& segment) {
      return segment->info().id == info.id;
    });
    list.push_back(known != old_list->end() ? *known : MakeReader(info));
  }
  for (const SharedSegment& segment : *old_list) {
    if (Contains(change.removed, segment->info().id)) segment->MarkObsolete();
  }
  auto shared = std::make_shared<const SegmentList>(std::move(list));
  {
    const std::lock_guard lock(list_mutex_);
    list_ = shared;
  }
  show(std::move(shared));
  return {};
}

SharedSegment SegmentSet::MakeReader(const SegmentInfo& info) {
  return std::make_shared<const SegmentReader>(files_, cache_, segment_directory_, info);
}

}  // namespace bedplate::historian
