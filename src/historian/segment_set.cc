#include "historian/segment_set.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "historian/check.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

template <typename T>
bool Contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void Apply(const ManifestChange::Deleted& deleted, Manifest& manifest) {
  manifest.tombstones.push_back(deleted.tombstone);
  const TagId tag = deleted.tombstone.tag;
  const auto record = std::lower_bound(
      manifest.series.begin(), manifest.series.end(), tag,
      [](const SeriesRecord& entry, TagId wanted) { return entry.definition.id < wanted; });
  if (record == manifest.series.end() || record->definition.id != tag) return;
  SeriesTotals& totals = record->totals;
  totals.samples -= std::min(totals.samples, deleted.samples);
  totals.first_time = deleted.first_time;
  totals.last_time = deleted.last_time;
  totals = Consistent(totals);
}

/// A tombstone goes when there is no segment left in which it hides something.
void DropOldTombstones(Manifest& manifest) {
  std::erase_if(manifest.tombstones, [&](const Tombstone& tombstone) {
    return std::none_of(manifest.segments.begin(), manifest.segments.end(),
                        [&](const SegmentInfo& segment) { return Applies(tombstone, segment); });
  });
}

/// So does one whose times are deleted again, or they would become ever more while a segment that
/// cannot be read, and so not be cleaned, keeps them.
void DropCoveredTombstones(const std::vector<ManifestChange::Deleted>& deleted,
                           Manifest& manifest) {
  std::map<TagId, Tombstone> newest;
  for (const ManifestChange::Deleted& entry : deleted)
    newest[entry.tombstone.tag] = entry.tombstone;
  std::erase_if(manifest.tombstones, [&](const Tombstone& tombstone) {
    const auto later = newest.find(tombstone.tag);
    return later != newest.end() && tombstone.generation < later->second.generation &&
           tombstone.first_time >= later->second.first_time &&
           tombstone.last_time <= later->second.last_time;
  });
}

Manifest Changed(const Manifest& manifest, ManifestChange& change, std::uint64_t next_id) {
  Manifest next = manifest;
  // The same number for each attempt, so that the copies are never more than one apart.
  ++next.edition;
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
  if (!change.totals.empty()) next.series = std::move(change.totals);
  for (SeriesRecord& record : next.series) record.totals = Consistent(record.totals);
  for (const ManifestChange::Deleted& deleted : change.deleted) Apply(deleted, next);
  DropCoveredTombstones(change.deleted, next);
  DropOldTombstones(next);
  return next;
}

}  // namespace

SegmentSet::SegmentSet(FileSystem& files, std::string directory, Manifest manifest)
    : files_(files),
      directory_(std::move(directory)),
      segment_directory_(JoinPath(directory_, kSegmentDirectory)),
      next_id_(manifest.next_segment_id),
      manifest_(std::move(manifest)) {
  list_ = std::make_shared<const SegmentList>(MakeList({}));
}

/// The readers of the manifest's segments, of which `known` stay the same.
SegmentList SegmentSet::MakeList(const SegmentList& known) {
  const auto tombstones = std::make_shared<const TombstoneSet>(manifest_.tombstones);
  SegmentList list;
  for (const SegmentInfo& info : manifest_.segments) {
    const auto same = std::find_if(known.begin(), known.end(), [&](const auto& segment) {
      return segment->info().id == info.id;
    });
    list.push_back(same != known.end() ? *same : MakeReader(info));
    list.back()->SetTombstones(tombstones);
  }
  return list;
}

std::shared_ptr<const SegmentList> SegmentSet::List() const {
  const std::lock_guard lock(list_mutex_);
  return list_;
}

std::pair<Manifest, std::shared_ptr<const SegmentList>> SegmentSet::Current() const {
  const std::lock_guard publishing(publish_mutex_);
  return {manifest_, List()};
}

void SegmentSet::CheckManifest(CheckReport& report) const {
  const std::lock_guard publishing(publish_mutex_);
  historian::CheckManifest(files_, directory_, report);
}

Status SegmentSet::Publish(ManifestChange change,
                           const std::function<void(std::shared_ptr<const SegmentList>)>& show) {
  const std::lock_guard publishing(publish_mutex_);
  Manifest next = Changed(manifest_, change, next_id_);
  if (Status written = WriteManifest(files_, directory_, next); !written.ok()) {
    return change.deleted.empty() ? std::move(written).error()
                                  : TakeBack(std::move(written).error());
  }
  manifest_ = std::move(next);

  const auto old_list = List();
  SegmentList list = MakeList(*old_list);
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

/// A deletion that is said to have failed must not be found at the next start, so the first copy
/// becomes what it was; of one edition it counts. Under publish_mutex_.
Error SegmentSet::TakeBack(Error failure) {
  Manifest before = manifest_;
  ++before.edition;
  if (WriteFirstManifest(files_, directory_, before).ok()) return failure;
  const auto stored = ReadManifest(files_, directory_);
  if (stored.ok() && stored->manifest == manifest_) return failure;  // it did not get that far
  Error unknown =
      Error(ErrorCode::kUnavailable,
            fmt::format("nothing is deleted now, but it may be after the next start, as the "
                        "manifest could not be put back; delete again, or flush, when the disk "
                        "can be written ({})",
                        failure.ToString()))
          .At(directory_);
  return failure.retryable() ? std::move(unknown).Retryable() : std::move(unknown);
}

SharedSegment SegmentSet::MakeReader(const SegmentInfo& info) {
  return std::make_shared<const SegmentReader>(files_, cache_, segment_directory_, info);
}

}  // namespace bedplate::historian
