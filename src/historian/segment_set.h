#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "historian/manifest.h"
#include "historian/snapshot.h"

namespace bedplate {
struct CheckReport;
}

namespace bedplate::historian {

/// One step from a manifest to the next.
struct ManifestChange {
  std::vector<SegmentInfo> added;
  std::vector<std::uint64_t> removed;  // ids
  /// What a flush brings besides: the totals up to it and the first WAL file still needed.
  struct Flushed {
    std::vector<SeriesRecord> series;
    std::uint64_t wal_low_water = 0;
  };
  std::optional<Flushed> flushed;
  /// What of the segments is deleted, and what that makes of the totals of the series in them.
  struct Deleted {
    Tombstone tombstone;
    std::uint64_t samples = 0;            // distinct times that are gone
    std::int64_t first_time = INT64_MAX;  // of what is left of the series in segments
    std::int64_t last_time = INT64_MIN;
  };
  std::vector<Deleted> deleted;
  std::vector<SeriesRecord> totals;  // counted anew, by a repair; instead of those there are
};

/// The live segments of a store and its manifest. Safe from any thread.
class SegmentSet {
 public:
  SegmentSet(FileSystem& files, std::string directory, Manifest manifest);

  [[nodiscard]] const std::string& segment_directory() const noexcept { return segment_directory_; }
  [[nodiscard]] std::shared_ptr<const SegmentList> List() const;
  [[nodiscard]] std::uint64_t NextId() noexcept { return next_id_++; }
  /// The last number that was given away.
  [[nodiscard]] std::uint64_t NewestId() const noexcept { return next_id_ - 1; }
  /// The manifest with the segments that it names, whose files stay as long as the list is held.
  [[nodiscard]] std::pair<Manifest, std::shared_ptr<const SegmentList>> Current() const;
  /// Reads both copies of the manifest while no change is written, as between two reads there could
  /// be many.
  void CheckManifest(CheckReport& report) const;

  /// Makes the change durable, then calls `show` with the new list while no other change can come
  /// between. On error the list is as before; the files of what was added must then stay, as the
  /// new manifest may or may not have become durable. Not so that of a deletion: it is taken back,
  /// and where even that fails the error is kUnavailable and says so.
  Status Publish(ManifestChange change,
                 const std::function<void(std::shared_ptr<const SegmentList>)>& show);

 private:
  [[nodiscard]] Error TakeBack(Error failure);
  [[nodiscard]] SharedSegment MakeReader(const SegmentInfo& info);
  [[nodiscard]] SegmentList MakeList(const SegmentList& known);

  FileSystem& files_;
  const std::string directory_;
  const std::string segment_directory_;
  SegmentCache cache_;
  std::atomic<std::uint64_t> next_id_;
  mutable std::mutex publish_mutex_;
  Manifest manifest_;  // guarded by publish_mutex_
  mutable std::mutex list_mutex_;
  std::shared_ptr<const SegmentList> list_;
};

}  // namespace bedplate::historian
