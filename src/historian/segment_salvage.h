#pragma once

#include <cstdint>
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
/// the entry's checksum, and the manifest says where the directory ends. Errors: kCorruption when
/// no page can be told, or when the file is not proven to be this segment and not another; kIo.
Result<SegmentIndex> ReadIndex(const SegmentReader& segment);

}  // namespace bedplate::historian
