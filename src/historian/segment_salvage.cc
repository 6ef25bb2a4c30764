#include "historian/segment_salvage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/salvage_file.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kWindowBytes = 64U << 10U;  // of the file that are looked through at once

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

/// What a damaged part of a file says about whose it is.
enum class Identity { kUnknown, kThis, kOther };

/// A page with the entry that proves it.
struct ProvenPage {
  PageEntry entry;
  IndexPage page;
};

bool HasTotals(const SegmentFooter& footer, const SegmentInfo& info) {
  return footer.series == info.series && footer.blocks == info.blocks &&
         footer.samples == info.samples && footer.first_time == info.first_time &&
         footer.last_time == info.last_time;
}

/// Series and samples count as in the footer: without what was replaced.
void Add(IndexPage page, SegmentIndex& index) {
  for (const SeriesBlocks& series : page) {
    index.blocks += series.blocks.size();
    if (series.replaced) continue;
    ++index.series;
    for (const BlockHeader& block : series.blocks) index.samples += block.count;
  }
  index.pages.push_back(std::move(page));
}

class IndexSalvage {
 public:
  IndexSalvage(const RandomAccessFile& file, const SegmentInfo& info) : file_(file), info_(info) {}

  Result<SegmentIndex> Run() {
    RETURN_IF_ERROR(Identify());
    RETURN_IF_ERROR(FindPages());
    if (pages_.empty()) return Damaged("no index page can be found, so no block can be told");
    SegmentIndex index;
    for (auto& [tag, proven] : pages_) Add(std::move(proven.page), index);
    const bool is_whole = index.series == info_.series && index.blocks == info_.blocks &&
                          index.samples == info_.samples;
    if (!is_proven_ && !is_whole) {
      return Damaged("neither header nor footer say that this is the segment");
    }
    if (!is_whole) index.lost = LostSpans();
    return index;
  }

 private:
  /// Another segment's samples under this one's generation would bring back what was replaced.
  Status Identify() {
    if (info_.bytes < kSegmentHeaderBytes + kSegmentFooterBytes) return Damaged("it is too short");
    ASSIGN_OR_RETURN(const Identity header, HeaderSays());
    ASSIGN_OR_RETURN(const Identity footer, FooterSays());
    if (header == Identity::kOther || footer == Identity::kOther) {
      return Damaged("the file holds another segment");
    }
    is_proven_ = header == Identity::kThis || footer == Identity::kThis;
    return {};
  }

  Result<Identity> HeaderSays() {
    ASSIGN_OR_RETURN(const Bytes bytes, ReadUpTo(0, kSegmentHeaderBytes));
    const auto id = ParseSegmentHeader(bytes);
    if (!id.ok() && id.error().code() == ErrorCode::kUnsupported) return id.error();
    if (!id.ok()) return Identity::kUnknown;
    return *id == info_.id ? Identity::kThis : Identity::kOther;
  }

  Result<Identity> FooterSays() {
    ASSIGN_OR_RETURN(const Bytes bytes, ReadUpTo(FooterOffset(), kSegmentFooterBytes));
    if (bytes.size() < kSegmentFooterBytes) return Identity::kUnknown;
    const auto footer = ParseSegmentFooter(bytes, info_.bytes);
    if (!footer.ok()) return Identity::kUnknown;
    if (!HasTotals(*footer, info_)) return Identity::kOther;
    versions_ = {footer->version};
    footer_ = *footer;
    return Identity::kThis;
  }

  /// From the last entry of the directory towards the first, whose place nobody needs to know: it
  /// is behind all pages.
  Status FindPages() {
    std::uint64_t lowest = kSegmentHeaderBytes;
    for (std::uint64_t end = FooterOffset(); end >= lowest + kPageEntryBytes;
         end -= kPageEntryBytes) {
      ASSIGN_OR_RETURN(const auto entry, EntryAt(end - kPageEntryBytes));
      if (!entry) continue;
      ASSIGN_OR_RETURN(auto page, PageOf(*entry));
      if (!page) continue;
      lowest = std::max(lowest, entry->offset + entry->bytes);
      Keep({*entry, *std::move(page)});
    }
    return {};
  }

  /// Sectors that stand there twice give a page twice.
  void Keep(ProvenPage proven) {
    const auto next = pages_.lower_bound(proven.entry.first_tag);
    const bool fits_next = next == pages_.end() || proven.entry.last_tag < next->first;
    const bool fits_previous =
        next == pages_.begin() || std::prev(next)->second.entry.last_tag < proven.entry.first_tag;
    if (fits_next && fits_previous) pages_.emplace(proven.entry.first_tag, std::move(proven));
  }

  /// What stands at `offset` as an entry, if it may be one.
  Result<std::optional<PageEntry>> EntryAt(std::uint64_t offset) {
    ASSIGN_OR_RETURN(const ByteView bytes, Window(offset));
    if (bytes.size() < kPageEntryBytes) return std::optional<PageEntry>();
    const PageEntry entry = ParsePageEntry(bytes);
    const bool may_be = entry.first_tag.value() > 0 && entry.first_tag <= entry.last_tag &&
                        entry.offset >= kSegmentHeaderBytes && entry.bytes > 0 &&
                        entry.offset <= offset && entry.bytes <= offset - entry.offset &&
                        entry.bytes <= kMaxPageBytes;
    return may_be ? std::optional(entry) : std::nullopt;
  }

  Result<std::optional<IndexPage>> PageOf(const PageEntry& entry) {
    ASSIGN_OR_RETURN(const Bytes bytes, ReadUpTo(entry.offset, entry.bytes));
    if (bytes.size() < entry.bytes || Crc32c(bytes) != entry.crc) return std::optional<IndexPage>();
    for (const std::uint32_t version : versions_) {
      auto page = ParsePage(bytes, entry.offset, version);
      const bool fits = page.ok() && !page->empty() && page->front().tag == entry.first_tag &&
                        page->back().tag == entry.last_tag;
      if (fits) return std::optional<IndexPage>(*std::move(page));
    }
    return std::optional<IndexPage>();
  }

  /// The tags of the pages that a whole directory names; else those between the pages there are.
  std::vector<TagSpan> LostSpans() {
    std::vector<TagSpan> spans;
    if (const auto directory = WholeDirectory()) {
      for (const PageEntry& entry : *directory) {
        if (pages_.count(entry.first_tag) == 0) spans.push_back({entry.first_tag, entry.last_tag});
      }
      return spans;
    }
    std::uint64_t next = 1;
    for (const auto& [tag, proven] : pages_) {
      if (tag.value() > next) spans.push_back({TagId(next), TagId(tag.value() - 1)});
      next = proven.entry.last_tag.value() + 1;
    }
    spans.push_back({TagId(next), TagId(UINT64_MAX)});
    return spans;
  }

  std::optional<std::vector<PageEntry>> WholeDirectory() {
    if (!footer_) return std::nullopt;
    const auto bytes = ReadUpTo(footer_->directory_offset, footer_->pages * kPageEntryBytes);
    if (!bytes.ok()) return std::nullopt;
    auto directory = ParseDirectory(*bytes, *footer_);
    if (!directory.ok()) return std::nullopt;
    return *std::move(directory);
  }

  /// The bytes from `offset` on, at least an entry unless the file ends; entries are asked for
  /// towards the start of the file.
  Result<ByteView> Window(std::uint64_t offset) {
    const bool is_inside =
        offset >= window_offset_ && offset + kPageEntryBytes <= window_offset_ + window_.size();
    if (!is_inside) {
      const std::uint64_t end = offset + kPageEntryBytes;
      window_offset_ = end - std::min<std::uint64_t>(end, kWindowBytes);
      ASSIGN_OR_RETURN(window_, ReadUpTo(window_offset_, end - window_offset_));
    }
    if (offset - window_offset_ >= window_.size()) return ByteView();
    return ByteView(window_).subspan(offset - window_offset_);
  }

  /// As many of `count` bytes as the file has.
  Result<Bytes> ReadUpTo(std::uint64_t offset, std::uint64_t count) const {
    const std::uint64_t size = file_.size();
    Bytes bytes(offset >= size ? 0 : std::min(count, size - offset));
    if (!bytes.empty()) RETURN_IF_ERROR(file_.ReadAt(offset, bytes));
    return bytes;
  }

  [[nodiscard]] std::uint64_t FooterOffset() const { return info_.bytes - kSegmentFooterBytes; }

  const RandomAccessFile& file_;
  const SegmentInfo& info_;
  bool is_proven_ = false;                        // header or footer say that it is this segment
  std::vector<std::uint32_t> versions_{3, 2, 1};  // of the pages, while nobody knows
  std::optional<SegmentFooter> footer_;
  std::map<TagId, ProvenPage> pages_;  // by first tag
  std::uint64_t window_offset_ = 0;
  Bytes window_;
};

/// What is wrong with a file, read as the store reads it; empty when nothing is.
std::vector<Error> ReadAll(const SegmentReader& segment, SegmentIndex& index) {
  index = {};
  std::vector<Error> damage;
  const auto pages = segment.CheckStructure();
  if (!pages.ok()) return {pages.error()};
  for (std::size_t number = 0; number < *pages; ++number) {
    auto page = segment.LoadPage(number);
    if (!page.ok()) {
      damage.push_back(page.error());
      continue;
    }
    Add(*std::move(page), index);
  }
  return damage;
}

}  // namespace

Result<SegmentIndex> ReadIndex(const SegmentReader& segment) {
  SegmentIndex index;
  std::vector<Error> damage = ReadAll(segment, index);
  const bool may_pass = std::any_of(damage.begin(), damage.end(), [](const Error& error) {
    return error.code() == ErrorCode::kIo;
  });
  if (may_pass) damage = ReadAll(segment, index);
  if (damage.empty()) return index;
  for (const Error& error : damage) {
    if (!IsDamage(error)) return error;
  }
  const auto file = segment.File();
  if (!file.ok()) return damage.front();
  auto salvaged = IndexSalvage(SalvageFile(*file), segment.info()).Run();
  if (!salvaged.ok()) {
    return Error(salvaged.error().code(),
                 fmt::format("{}; {}", damage.front().ToString(), salvaged.error().message()));
  }
  salvaged->damage = std::move(damage);
  return salvaged;
}

JudgedBlock JudgeBlock(const SegmentReader& segment, ValueType type, const BlockHeader& header) {
  JudgedBlock judged{segment.Read(type, header), {}};
  const bool may_pass = !judged.columns.ok() && judged.columns.error().code() == ErrorCode::kIo;
  if (may_pass) judged.columns = segment.Read(type, header);
  if (judged.columns.ok() && !Describes(header, *judged.columns)) {
    judged.fault = Error(ErrorCode::kCorruption, "the block's header does not describe its samples")
                       .At(fmt::format("{} at byte {}", segment.path(), header.payload_offset));
  }
  return judged;
}

std::optional<Error> JudgeTotals(const SegmentReader& segment, const SegmentIndex& index) {
  const SegmentInfo& info = segment.info();
  if (index.series == info.series && index.blocks == info.blocks && index.samples == info.samples) {
    return std::nullopt;
  }
  return Error(ErrorCode::kCorruption,
               fmt::format("{} series, {} blocks and {} samples were found, expected {}, {} and {}",
                           index.series, index.blocks, index.samples, info.series, info.blocks,
                           info.samples))
      .At(segment.path());
}

}  // namespace bedplate::historian
