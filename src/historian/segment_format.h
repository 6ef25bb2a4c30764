#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "historian/block.h"

namespace bedplate::historian {

// A segment's bytes (docs/formats/segment.md): header, payloads, index pages, page directory,
// footer.

inline constexpr std::size_t kSegmentHeaderBytes = 32;
inline constexpr std::size_t kSegmentFooterBytes = 64;
inline constexpr std::size_t kPageEntryBytes = 32;
/// A page is closed when it reaches this; one series is never split over two.
inline constexpr std::size_t kPageTargetBytes = 8U << 10U;
inline constexpr std::uint64_t kMaxPageBytes = 1ULL << 30U;

/// "0000000007.seg".
std::string SegmentFileName(std::uint64_t id);
/// The id in a name of that form, or 0.
std::uint64_t ParseSegmentFileName(std::string_view name);

/// Where an index page lies and which series it holds.
struct PageEntry {
  TagId first_tag;
  TagId last_tag;
  std::uint64_t offset = 0;
  std::uint32_t bytes = 0;
  std::uint32_t crc = 0;
};

struct SegmentFooter {
  std::uint32_t version = 2;
  std::uint64_t directory_offset = 0;
  std::uint32_t pages = 0;
  std::uint32_t directory_crc = 0;
  std::uint64_t series = 0;
  std::uint64_t blocks = 0;
  std::uint64_t samples = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
};

/// The blocks of one series in a segment, in ascending time without overlap: of its values or,
/// right behind those, of the values that they took the place of.
struct SeriesBlocks {
  TagId tag;
  ValueType type = ValueType::kDouble;
  std::vector<BlockHeader> blocks;
  bool replaced = false;
};

void PutSegmentHeader(Bytes& out, std::uint64_t id);
/// The segment's id. Errors: kCorruption, kUnsupported for a later version.
Result<std::uint64_t> ParseSegmentHeader(ByteView bytes);

/// Adds one series to a page, in the format of version 2, and of version 3 for replaced values.
/// `previous` is the series before it in the page; without a tag where there is none.
void PutSeriesBlocks(Bytes& page, const SeriesBlocks& previous, const SeriesBlocks& series);
/// Every series of a page of a segment of that version. Errors: kCorruption. `payload_end` bounds
/// where payloads may lie.
Result<std::vector<SeriesBlocks>> ParsePage(ByteView page, std::uint64_t payload_end,
                                            std::uint32_t version);

void PutPageEntry(Bytes& out, const PageEntry& entry);
/// What the first kPageEntryBytes say; nothing proves that it is true. There must be as many
/// (CHECK).
PageEntry ParsePageEntry(ByteView bytes);
/// Errors: kCorruption when the entries do not ascend or do not lie before the directory.
Result<std::vector<PageEntry>> ParseDirectory(ByteView bytes, const SegmentFooter& footer);

void PutSegmentFooter(Bytes& out, const SegmentFooter& footer);
/// `bytes` are the file's last kSegmentFooterBytes. Errors: kCorruption.
Result<SegmentFooter> ParseSegmentFooter(ByteView bytes, std::uint64_t file_bytes);

}  // namespace bedplate::historian
