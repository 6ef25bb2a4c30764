#include "historian/segment_format.h"

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/format.h"
#include "historian/numbered_file.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kSegmentMagic = "BEDPLSEG";
constexpr std::uint32_t kSegmentVersion = 2;
constexpr std::uint32_t kFooterMagic1 = 0x46534C42;  // "BLSF"
constexpr std::uint32_t kFooterMagic2 = 0x32534C42;  // "BLS2"
constexpr std::uint32_t kFooterMagic3 = 0x33534C42;  // "BLS3"
constexpr std::size_t kHeaderCrcOffset = kSegmentHeaderBytes - sizeof(std::uint32_t);
constexpr std::size_t kFooterCrcOffset = kSegmentFooterBytes - 2 * sizeof(std::uint32_t);
constexpr std::size_t kFooterMagicOffset = kSegmentFooterBytes - sizeof(std::uint32_t);

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

std::uint32_t FooterMagic(std::uint32_t version) {
  if (version == 1) return kFooterMagic1;
  return version == 2 ? kFooterMagic2 : kFooterMagic3;
}

/// 0 for what is no magic.
std::uint32_t VersionOf(std::uint32_t magic) {
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    if (FooterMagic(version) == magic) return version;
  }
  return 0;
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
  if (const auto version = in.Fixed<std::uint32_t>(); version == 0 || version > kSegmentVersion) {
    return Error(
        ErrorCode::kUnsupported,
        fmt::format("segment version {}, this program reads 1 to {}", version, kSegmentVersion));
  }
  in.Take(sizeof(std::uint32_t));
  return in.Fixed<std::uint64_t>();
}

void PutPageEntry(Bytes& out, const PageEntry& entry) {
  PutFixed(out, entry.first_tag.value());
  PutFixed(out, entry.last_tag.value());
  PutFixed(out, entry.offset);
  PutFixed(out, entry.bytes);
  PutFixed(out, entry.crc);
}

PageEntry ParsePageEntry(ByteView bytes) {
  BEDPLATE_CHECK(bytes.size() >= kPageEntryBytes);
  ByteReader in(bytes);
  return TakePageEntry(in);
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
  PutFixed(out, FooterMagic(footer.version));
}

Result<SegmentFooter> ParseSegmentFooter(ByteView bytes, std::uint64_t file_bytes) {
  const auto magic = bytes.size() == kSegmentFooterBytes
                         ? LoadFixed<std::uint32_t>(bytes.data() + kFooterMagicOffset)
                         : 0;
  if (VersionOf(magic) == 0) {
    return Damaged("the file does not end with a segment's footer");
  }
  if (Crc32c(bytes.first(kFooterCrcOffset)) !=
      LoadFixed<std::uint32_t>(bytes.data() + kFooterCrcOffset)) {
    return Damaged("the footer's checksum does not match");
  }
  ByteReader in(bytes);
  SegmentFooter footer;
  footer.version = VersionOf(magic);
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
