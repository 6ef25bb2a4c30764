#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/result.h"
#include "historian/head.h"
#include "historian/segment_reader.h"

namespace bedplate::historian {

using SharedSegment = std::shared_ptr<const SegmentReader>;

/// The live segments, by ascending generation.
using SegmentList = std::vector<SharedSegment>;

/// Everything a reader needs, unchanged for as long as it holds it, but for samples that are
/// appended to the active head before the reader asks that for its chunks.
struct Snapshot {
  std::shared_ptr<const SegmentList> segments;
  std::shared_ptr<const Head> flushing;  // null when no flush is under way
  std::shared_ptr<const Head> active;
  std::uint64_t newest_deletion = 0;  // its generation: what was found before may be gone since
  /// What is being deleted, but for what is appended from now on; null when nothing is.
  std::shared_ptr<const std::map<TagId, TimeRange>> deleting;

  /// What of `tag` is being deleted; an empty range when nothing is.
  [[nodiscard]] TimeRange Deleting(TagId tag) const;
};

/// A run of samples of one series, in a segment or in a head.
struct SourceBlock {
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
  const BlockHeader* header = nullptr;  // null for samples of a head
  SharedColumns columns;                // null until a segment's block is read
};

/// One place that has samples of a series: blocks in ascending time without overlap.
class SampleSource {
 public:
  /// The blocks of `found` that overlap `range`, without what is deleted. Errors: those of reading
  /// a block of which a part is deleted.
  static Result<SampleSource> Open(SharedSegment segment, FoundSeries found,
                                   const TimeRange& range);
  explicit SampleSource(std::vector<SharedColumns> chunks);

  [[nodiscard]] const std::vector<SourceBlock>& blocks() const noexcept { return blocks_; }
  /// The samples of block `index`; read anew each time where they are in a segment.
  [[nodiscard]] Result<SharedColumns> Load(std::size_t index) const;
  /// The numbers of block `index`, which is in a segment (CHECK), into memory that is used again.
  Status LoadNumbers(std::size_t index, Bytes& payload, NumberBlock& out) const;

 private:
  SampleSource(SharedSegment segment, FoundSeries found, const TimeRange& range);

  Status Hide(const std::vector<HiddenRange>& hidden, const TimeRange& range);

  SharedSegment segment_;
  FoundSeries found_;
  std::vector<SourceBlock> blocks_;
};

/// The series of `tag` in one segment, checked to be of the expected type.
Result<FoundSeries> FindInSegment(const SegmentReader& segment, TagId tag, ValueType type);

/// Every place that has samples of `tag` in `range`. Where two have the same time, the one that
/// stands later in the list wins.
Result<std::vector<SampleSource>> CollectSources(const Snapshot& snapshot, TagId tag,
                                                 ValueType type, const TimeRange& range);

}  // namespace bedplate::historian
