#include "historian/segment_format.h"

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/format.h"
#include "historian/numbered_file.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kSegmentMagic = "BEDPLSEG";
constexpr std::uint32_t kSegmentVersion = 1;
constexpr std::uint32_t kFooterMagic = 0x46534C42;  // "BLSF"
constexpr std::size_t kHeaderCrcOffset = kSegmentHeaderBytes - sizeof(std::uint32_t);
constexpr std::size_t kFooterCrcOffset = kSegmentFooterBytes - 2 * sizeof(std::uint32_t);
/// The least that a block header takes; bounds what a hostile count may allocate.
constexpr std::size_t kMinBlockHeaderBytes = 9;

enum BlockFlags : std::uint8_t { kNotAllGood = 1, kHasStatistics = 2 };
constexpr std::uint8_t kKnownFlags = kNotAllGood | kHasStatistics;

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

void PutStatistics(Bytes& out, const BlockStatistics& statistics) {
  for (const double value :
       {statistics.min, statistics.max, statistics.sum, statistics.first, statistics.last,
        statistics.step_integral, statistics.linear_integral}) {
    PutFixed(out, value);
  }
}

BlockStatistics TakeStatistics(ByteReader& in) {
  BlockStatistics statistics;
  for (double* value : {&statistics.min, &statistics.max, &statistics.sum, &statistics.first,
                        &statistics.last, &statistics.step_integral, &statistics.linear_integral}) {
    *value = in.Fixed<double>();
  }
  return statistics;
}

/// `previous_last` is the last time of the block before, or 0.
void PutBlockHeader(Bytes& out, const BlockHeader& block, std::int64_t previous_last) {
  std::uint8_t flags = block.AllGood() ? 0 : kNotAllGood;
  if (block.has_statistics) flags |= kHasStatistics;
  out.push_back(static_cast<std::byte>(flags));
  PutVarint(out, block.count);
  if (!block.AllGood()) PutVarint(out, block.good_count);
  PutVarint(out, static_cast<std::uint64_t>(block.first_time - previous_last));
  PutVarint(out, static_cast<std::uint64_t>(block.last_time - block.first_time));
  PutVarint(out, block.payload_bytes);
  PutFixed(out, block.payload_crc);
  if (block.has_statistics) PutStatistics(out, block.statistics);
}

/// Adds a time distance without overflow; both results must be storable times.
bool Advance(std::int64_t from, std::uint64_t distance, std::int64_t& to) {
  if (distance >= static_cast<std::uint64_t>(kMaxTimestamp.nanoseconds())) return false;
  to = from + static_cast<std::int64_t>(distance);
  return IsStorable(Timestamp(to));
}

bool TakeBlockHeader(ByteReader& in, std::int64_t previous_last, bool is_first,
                     BlockHeader& block) {
  const auto flags = in.Fixed<std::uint8_t>();
  const std::uint64_t count = in.Varint();
  const std::uint64_t good_count = (flags & kNotAllGood) != 0 ? in.Varint() : count;
  const std::uint64_t gap = in.Varint();
  const std::uint64_t duration = in.Varint();
  const std::uint64_t payload_bytes = in.Varint();
  block.payload_crc = in.Fixed<std::uint32_t>();
  block.has_statistics = (flags & kHasStatistics) != 0;
  if (block.has_statistics) block.statistics = TakeStatistics(in);
  if (!in.ok() || flags > kKnownFlags || count == 0 || count > kMaxBlockSamples) return false;
  if (good_count > count || payload_bytes > UINT32_MAX || (gap == 0 && !is_first)) return false;
  block.count = static_cast<std::uint32_t>(count);
  block.good_count = static_cast<std::uint32_t>(good_count);
  block.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
  return Advance(previous_last, gap, block.first_time) &&
         Advance(block.first_time, duration, block.last_time);
}

bool TakeBlocks(ByteReader& in, std::uint64_t payload_end, SeriesBlocks& series) {
  const std::uint64_t block_count = in.Varint();
  std::uint64_t offset = in.Varint();
  if (!in.ok() || block_count == 0 || block_count > in.remaining() / kMinBlockHeaderBytes) {
    return false;
  }
  std::int64_t previous_last = 0;
  for (std::uint64_t i = 0; i < block_count; ++i) {
    BlockHeader block;
    if (!TakeBlockHeader(in, previous_last, i == 0, block)) return false;
    if (offset > payload_end || block.payload_bytes > payload_end - offset) return false;
    block.payload_offset = offset;
    offset += block.payload_bytes;
    previous_last = block.last_time;
    series.blocks.push_back(block);
  }
  return true;
}

bool TakeSeries(ByteReader& in, std::uint64_t payload_end, std::uint64_t previous_tag,
                SeriesBlocks& series) {
  const std::uint64_t step = in.Varint();
  const auto type = in.Fixed<std::uint8_t>();
  if (!in.ok() || step == 0 || step > UINT64_MAX - previous_tag) return false;
  if (type < static_cast<std::uint8_t>(ValueType::kDouble) ||
      type > static_cast<std::uint8_t>(ValueType::kString)) {
    return false;
  }
  series.tag = TagId(previous_tag + step);
  series.type = static_cast<ValueType>(type);
  return TakeBlocks(in, payload_end, series);
}

PageEntry TakePageEntry(ByteReader& in) {
  PageEntry entry;
  entry.first_tag = TagId(in.Fixed<std::uint64_t>());
  entry.last_tag = TagId(in.Fixed<std::uint64_t>());
  entry.offset = in.Fixed<std::uint64_t>();
  entry.bytes = in.Fixed<std::uint32_t>();
  entry.crc = in.Fixed<std::uint32_t>();
  return entry;
}

}  // namespace

std::string SegmentFileName(std::uint64_t id) { return NumberedFileName(id, ".seg"); }

std::uint64_t ParseSegmentFileName(std::string_view name) {
  return ParseNumberedFileName(name, ".seg");
}

void PutSegmentHeader(Bytes& out, std::uint64_t id) {
  const std::size_t start = out.size();
  PutBytes(out, AsBytes(kSegmentMagic));
  PutFixed(out, kSegmentVersion);
  PutFixed<std::uint32_t>(out, 0);
  PutFixed(out, id);
  PutFixed<std::uint32_t>(out, 0);
  PutFixed(out, Crc32c(ByteView(out).subspan(start)));
}

Result<std::uint64_t> ParseSegmentHeader(ByteView bytes) {
  if (bytes.size() < kSegmentHeaderBytes ||
      AsText(bytes.first(kSegmentMagic.size())) != kSegmentMagic) {
    return Damaged("not a segment file");
  }
  if (Crc32c(bytes.first(kHeaderCrcOffset)) !=
      LoadFixed<std::uint32_t>(bytes.data() + kHeaderCrcOffset)) {
    return Damaged("the header's checksum does not match");
  }
  ByteReader in(bytes.subspan(kSegmentMagic.size()));
  if (const auto version = in.Fixed<std::uint32_t>(); version != kSegmentVersion) {
    return Error(ErrorCode::kUnsupported, fmt::format("segment version {}, this program reads {}",
                                                      version, kSegmentVersion));
  }
  in.Take(sizeof(std::uint32_t));
  return in.Fixed<std::uint64_t>();
}

void PutSeriesBlocks(Bytes& page, TagId previous, const SeriesBlocks& series) {
  PutVarint(page, series.tag.value() - previous.value());
  page.push_back(static_cast<std::byte>(series.type));
  PutVarint(page, series.blocks.size());
  PutVarint(page, series.blocks.front().payload_offset);
  std::int64_t previous_last = 0;
  for (const BlockHeader& block : series.blocks) {
    PutBlockHeader(page, block, previous_last);
    previous_last = block.last_time;
  }
}

Result<std::vector<SeriesBlocks>> ParsePage(ByteView page, std::uint64_t payload_end) {
  std::vector<SeriesBlocks> all;
  ByteReader in(page);
  std::uint64_t previous_tag = 0;
  while (!in.AtEnd()) {
    const std::size_t position = in.position();
    SeriesBlocks series;
    if (!TakeSeries(in, payload_end, previous_tag, series)) {
      return Damaged(
          fmt::format("index page: the series at its byte {} does not decode", position));
    }
    previous_tag = series.tag.value();
    all.push_back(std::move(series));
  }
  return all;
}

void PutPageEntry(Bytes& out, const PageEntry& entry) {
  PutFixed(out, entry.first_tag.value());
  PutFixed(out, entry.last_tag.value());
  PutFixed(out, entry.offset);
  PutFixed(out, entry.bytes);
  PutFixed(out, entry.crc);
}

Result<std::vector<PageEntry>> ParseDirectory(ByteView bytes, const SegmentFooter& footer) {
  if (Crc32c(bytes) != footer.directory_crc) {
    return Damaged("the page directory's checksum does not match");
  }
  std::vector<PageEntry> entries;
  ByteReader in(bytes);
  std::uint64_t previous_tag = 0;
  std::uint64_t previous_end = kSegmentHeaderBytes;
  for (std::uint32_t i = 0; i < footer.pages; ++i) {
    const PageEntry entry = TakePageEntry(in);
    const bool in_order = entry.first_tag.value() > previous_tag &&
                          entry.last_tag >= entry.first_tag && entry.offset >= previous_end;
    const bool fits = entry.offset <= footer.directory_offset &&
                      entry.bytes <= footer.directory_offset - entry.offset;
    if (!in.ok() || !in_order || !fits) {
      return Damaged(fmt::format("the page directory's entry {} does not fit", i));
    }
    previous_tag = entry.last_tag.value();
    previous_end = entry.offset + entry.bytes;
    entries.push_back(entry);
  }
  return entries;
}

void PutSegmentFooter(Bytes& out, const SegmentFooter& footer) {
  const std::size_t start = out.size();
  PutFixed(out, footer.directory_offset);
  PutFixed(out, footer.pages);
  PutFixed(out, footer.directory_crc);
  PutFixed(out, footer.series);
  PutFixed(out, footer.blocks);
  PutFixed(out, footer.samples);
  PutFixed(out, footer.first_time);
  PutFixed(out, footer.last_time);
  PutFixed(out, Crc32c(ByteView(out).subspan(start)));
  PutFixed(out, kFooterMagic);
}

Result<SegmentFooter> ParseSegmentFooter(ByteView bytes, std::uint64_t file_bytes) {
  if (bytes.size() != kSegmentFooterBytes ||
      LoadFixed<std::uint32_t>(bytes.data() + kSegmentFooterBytes - sizeof(kFooterMagic)) !=
          kFooterMagic) {
    return Damaged("the file does not end with a segment's footer");
  }
  if (Crc32c(bytes.first(kFooterCrcOffset)) !=
      LoadFixed<std::uint32_t>(bytes.data() + kFooterCrcOffset)) {
    return Damaged("the footer's checksum does not match");
  }
  ByteReader in(bytes);
  SegmentFooter footer;
  footer.directory_offset = in.Fixed<std::uint64_t>();
  footer.pages = in.Fixed<std::uint32_t>();
  footer.directory_crc = in.Fixed<std::uint32_t>();
  footer.series = in.Fixed<std::uint64_t>();
  footer.blocks = in.Fixed<std::uint64_t>();
  footer.samples = in.Fixed<std::uint64_t>();
  footer.first_time = in.Fixed<std::int64_t>();
  footer.last_time = in.Fixed<std::int64_t>();
  const std::uint64_t directory_end = file_bytes - kSegmentFooterBytes;
  if (footer.directory_offset > directory_end ||
      directory_end - footer.directory_offset != footer.pages * kPageEntryBytes) {
    return Damaged(
        fmt::format("the footer's directory of {} pages does not fit the file", footer.pages));
  }
  return footer;
}

}  // namespace bedplate::historian
