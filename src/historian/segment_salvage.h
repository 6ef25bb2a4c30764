#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "historian/segment_reader.h"

namespace bedplate::historian {

/// Tags from `first` to `last`, both included.
struct TagSpan {
  TagId first;
  TagId last;

  bool operator==(const TagSpan&) const = default;
};

/// The index of a segment, as far as its checksums hold.
struct SegmentIndex {
  std::vector<IndexPage> pages;  // by ascending tag
  std::uint64_t series = 0;      // in these pages
  std::uint64_t blocks = 0;
  std::uint64_t samples = 0;
  std::vector<Error> damage;  // what else the file should have, each naming it
  std::vector<TagSpan> lost;  // which tags the missing pages may be about; empty: none is missing
};

/// Reads every index page of a segment anew. Where header, footer, page directory or a page are
/// damaged it goes without them: an entry of the directory counts if the page that it points to has
/// the entry's checksum, and the manifest says where the directory ends. What cannot be read of the
/// file is damaged. Errors: kCorruption when no page can be told, or when the file is not proven to
/// be this segment and not another; kIo when it cannot be opened, kResourceExhausted.
Result<SegmentIndex> ReadIndex(const SegmentReader& segment);

// What a check complains of is what a repair mends: both judge with these.

/// A block as it is read.
struct JudgedBlock {
  Result<SampleColumns> columns;  // else they are lost, when IsDamage
  std::optional<Error> fault;     // what is wrong though the samples are whole
};
JudgedBlock JudgeBlock(const SegmentReader& segment, ValueType type, const BlockHeader& header);

/// What an index says that is whole, if it is something else than the manifest does.
std::optional<Error> JudgeTotals(const SegmentReader& segment, const SegmentIndex& index);

}  // namespace bedplate::historian
