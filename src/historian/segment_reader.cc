#include "historian/segment_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/crc32c.h"

namespace bedplate::historian {
namespace {

std::uint64_t MemoryOf(const IndexPage& page) {
  std::uint64_t bytes = 0;
  for (const SeriesBlocks& series : page) {
    bytes += sizeof(SeriesBlocks) + series.blocks.size() * sizeof(BlockHeader);
  }
  return bytes;
}

}  // namespace

SegmentReader::SegmentReader(FileSystem& files, SegmentCache& cache, const std::string& directory,
                             const SegmentInfo& info)
    : SegmentReader(files, cache, info, JoinPath(directory, SegmentFileName(info.id))) {}

SegmentReader::SegmentReader(FileSystem& files, SegmentCache& cache, const SegmentInfo& info,
                             std::string path)
    : files_(files), cache_(cache), path_(std::move(path)), info_(info) {}

SegmentReader::~SegmentReader() {
  if (!obsolete_) return;
  cache_.files.Erase(info_.id);
  static_cast<void>(files_.Remove(path_));  // else the next opening of the store removes it
}

Result<FoundSeries> SegmentReader::Find(TagId tag) const {
  ASSIGN_OR_RETURN(const auto layout, GetLayout());
  const auto& directory = layout->directory;
  const auto entry =
      std::lower_bound(directory.begin(), directory.end(), tag,
                       [](const PageEntry& page, TagId wanted) { return page.last_tag < wanted; });
  if (entry == directory.end() || entry->first_tag > tag) return FoundSeries{};
  ASSIGN_OR_RETURN(const auto page, Page(static_cast<std::size_t>(entry - directory.begin())));
  const auto series = std::lower_bound(
      page->begin(), page->end(), tag,
      [](const SeriesBlocks& blocks, TagId wanted) { return blocks.tag < wanted; });
  if (series == page->end() || series->tag != tag) return FoundSeries{};
  FoundSeries found{page, &*series, nullptr};
  if (const auto next = std::next(series); next != page->end() && next->replaced) {
    found.replaced = &*next;
  }
  return found;
}

Result<SampleColumns> SegmentReader::Read(ValueType type, const BlockHeader& block) const {
  ASSIGN_OR_RETURN(const Bytes payload, ReadBytes(block.payload_offset, block.payload_bytes));
  auto columns = DecodeBlock(block, type, payload);
  if (columns.ok()) return columns;
  return std::move(columns).error().At(fmt::format("{} at byte {}", path_, block.payload_offset));
}

Status SegmentReader::ReadNumbers(ValueType type, const BlockHeader& block, Bytes& payload,
                                  NumberBlock& out) const {
  ASSIGN_OR_RETURN(const auto file, File());
  payload.resize(block.payload_bytes);
  RETURN_IF_ERROR(file->ReadAt(block.payload_offset, payload));
  Status decoded = DecodeNumbers(block, type, payload, out);
  if (decoded.ok()) return {};
  return std::move(decoded).error().At(fmt::format("{} at byte {}", path_, block.payload_offset));
}

std::vector<HiddenRange> SegmentReader::Hidden(TagId tag) const {
  const auto now = tombstones();
  return now->empty() ? std::vector<HiddenRange>() : now->Of(tag, info_);
}

void SegmentReader::SetTombstones(std::shared_ptr<const TombstoneSet> tombstones) const {
  const std::lock_guard lock(tombstones_mutex_);
  tombstones_ = std::move(tombstones);
}

std::shared_ptr<const TombstoneSet> SegmentReader::tombstones() const {
  const std::lock_guard lock(tombstones_mutex_);
  return tombstones_;
}

Result<std::size_t> SegmentReader::CheckStructure() const {
  const auto header = ReadBytes(0, kSegmentHeaderBytes);
  if (!header.ok()) return Located(header.error());
  const auto id = ParseSegmentHeader(*header);
  if (!id.ok()) return Located(id.error());
  auto read = ReadLayout();
  if (!read.ok()) return std::move(read).error().At(path_);
  return (*read)->directory.size();
}

Result<IndexPage> SegmentReader::LoadPage(std::size_t number) const {
  ASSIGN_OR_RETURN(const auto layout, GetLayout());
  auto read = ReadPage(layout->directory[number], *layout);
  if (!read.ok()) return std::move(read).error().At(path_);
  return read;
}

Result<std::shared_ptr<const IndexPage>> SegmentReader::Page(std::size_t number) const {
  const std::pair<std::uint64_t, std::uint64_t> key(info_.id, number);
  if (auto page = cache_.pages.Find(key)) return page;
  ASSIGN_OR_RETURN(IndexPage loaded, LoadPage(number));
  auto page = std::make_shared<const IndexPage>(std::move(loaded));
  cache_.pages.Insert(key, page, MemoryOf(*page));
  return page;
}

Result<IndexPage> SegmentReader::ReadPage(const PageEntry& entry, const Layout& layout) const {
  ASSIGN_OR_RETURN(const Bytes bytes, ReadBytes(entry.offset, entry.bytes));
  if (Crc32c(bytes) != entry.crc) {
    return Error(
        ErrorCode::kCorruption,
        fmt::format("the index page at byte {} does not match its checksum", entry.offset));
  }
  ASSIGN_OR_RETURN(IndexPage page, ParsePage(bytes, layout.PayloadEnd(), layout.footer.version));
  if (page.empty() || page.front().tag != entry.first_tag || page.back().tag != entry.last_tag) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("the index page at byte {} does not hold the series that the "
                             "directory says",
                             entry.offset));
  }
  return page;
}

/// The files of the system name their path themselves, others do not.
Error SegmentReader::Located(const Error& error) const {
  return error.context().starts_with(path_) ? error : Error(error).At(path_);
}

Result<std::shared_ptr<const RandomAccessFile>> SegmentReader::File() const {
  if (auto file = cache_.files.Find(info_.id)) return file;
  auto opened = files_.OpenRandomAccess(path_);
  if (!opened.ok() && opened.error().code() == ErrorCode::kNotFound) {
    return Error(ErrorCode::kCorruption, "the file is missing, the manifest names it");
  }
  if (!opened.ok()) return std::move(opened).error();
  std::shared_ptr<const RandomAccessFile> file = *std::move(opened);
  cache_.files.Insert(info_.id, file, 1);
  return file;
}

Result<std::shared_ptr<const SegmentReader::Layout>> SegmentReader::GetLayout() const {
  const std::lock_guard lock(layout_mutex_);
  if (layout_) return layout_;
  auto read = ReadLayout();
  if (!read.ok()) return std::move(read).error().At(path_);
  layout_ = *read;
  return layout_;
}

Result<std::shared_ptr<const SegmentReader::Layout>> SegmentReader::ReadLayout() const {
  ASSIGN_OR_RETURN(const auto file, File());
  if (file->size() < kSegmentHeaderBytes + kSegmentFooterBytes || file->size() != info_.bytes) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("file has {} bytes, expected {}", file->size(), info_.bytes));
  }
  Layout layout;
  Bytes bytes(kSegmentFooterBytes);
  RETURN_IF_ERROR(file->ReadAt(file->size() - kSegmentFooterBytes, bytes));
  ASSIGN_OR_RETURN(layout.footer, ParseSegmentFooter(bytes, file->size()));
  RETURN_IF_ERROR(CheckIdentity(layout.footer));
  bytes.resize(layout.footer.pages * kPageEntryBytes);
  RETURN_IF_ERROR(file->ReadAt(layout.footer.directory_offset, bytes));
  ASSIGN_OR_RETURN(layout.directory, ParseDirectory(bytes, layout.footer));
  return std::make_shared<const Layout>(std::move(layout));
}

/// Another segment in this one's place has sound checksums, and samples of another time or of
/// before they were replaced. A header that is damaged says nothing about that.
Status SegmentReader::CheckIdentity(const SegmentFooter& footer) const {
  ASSIGN_OR_RETURN(const Bytes header, ReadBytes(0, kSegmentHeaderBytes));
  const auto id = ParseSegmentHeader(header);
  const bool same = (!id.ok() || *id == info_.id) && footer.series == info_.series &&
                    footer.blocks == info_.blocks && footer.samples == info_.samples &&
                    footer.first_time == info_.first_time && footer.last_time == info_.last_time;
  if (same) return {};
  return Error(ErrorCode::kCorruption,
               fmt::format("segment {} has {} series, {} blocks and {} samples, the manifest "
                           "expects segment {} with {}, {} and {}",
                           id.ok() ? *id : info_.id, footer.series, footer.blocks, footer.samples,
                           info_.id, info_.series, info_.blocks, info_.samples));
}

Result<Bytes> SegmentReader::ReadBytes(std::uint64_t offset, std::uint64_t count) const {
  ASSIGN_OR_RETURN(const auto file, File());
  Bytes bytes(count);
  RETURN_IF_ERROR(file->ReadAt(offset, bytes));
  return bytes;
}

}  // namespace bedplate::historian
