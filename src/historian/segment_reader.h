#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "historian/lru_cache.h"
#include "historian/segment_format.h"
#include "historian/segment_info.h"
#include "historian/tombstones.h"

namespace bedplate::historian {

using IndexPage = std::vector<SeriesBlocks>;

/// Open files and index pages of all segments of a store, both bounded.
struct SegmentCache {
  SegmentCache() : files(kMaxOpenFiles), pages(kMaxPageBytesKept) {}

  static constexpr std::uint64_t kMaxOpenFiles = 64;
  static constexpr std::uint64_t kMaxPageBytesKept = 32ULL << 20U;

  LruCache<std::uint64_t, RandomAccessFile> files;                     // by segment
  LruCache<std::pair<std::uint64_t, std::uint64_t>, IndexPage> pages;  // by segment and page
};

/// The blocks of one series, kept alive with the page they stand in.
struct FoundSeries {
  std::shared_ptr<const IndexPage> page;
  const SeriesBlocks* series = nullptr;    // null: the segment has none of it
  const SeriesBlocks* replaced = nullptr;  // what its values took the place of, or null
};

/// Reads one segment. Nothing is opened before it is needed. Safe from any thread. Errors of every
/// call: kCorruption and kIo, naming the file.
class SegmentReader {
 public:
  /// All arguments but `info` must outlive the reader.
  SegmentReader(FileSystem& files, SegmentCache& cache, const std::string& directory,
                const SegmentInfo& info);
  /// The same for a file at `path`, whatever it is called.
  SegmentReader(FileSystem& files, SegmentCache& cache, const SegmentInfo& info, std::string path);
  /// Removes the file when the segment is obsolete.
  ~SegmentReader();
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;

  [[nodiscard]] const SegmentInfo& info() const noexcept { return info_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  [[nodiscard]] Result<FoundSeries> Find(TagId tag) const;
  [[nodiscard]] Result<SampleColumns> Read(ValueType type, const BlockHeader& block) const;
  /// As DecodeNumbers; `payload` is memory that is used again.
  Status ReadNumbers(ValueType type, const BlockHeader& block, Bytes& payload,
                     NumberBlock& out) const;

  /// Reads header, footer and page directory anew, checks them against the manifest and returns the
  /// number of index pages.
  [[nodiscard]] Result<std::size_t> CheckStructure() const;
  /// The file itself, for who does not trust what is in it.
  [[nodiscard]] Result<std::shared_ptr<const RandomAccessFile>> File() const;
  /// Reads an index page anew.
  [[nodiscard]] Result<IndexPage> LoadPage(std::size_t number) const;

  /// What is deleted of a series but still in the file: ascending, without overlap.
  [[nodiscard]] std::vector<HiddenRange> Hidden(TagId tag) const;
  /// The deletions that count from now on.
  void SetTombstones(std::shared_ptr<const TombstoneSet> tombstones) const;
  [[nodiscard]] std::shared_ptr<const TombstoneSet> tombstones() const;

  /// The file is removed when the last user of this reader is gone.
  void MarkObsolete() const noexcept { obsolete_ = true; }

 private:
  struct Layout {
    SegmentFooter footer;
    std::vector<PageEntry> directory;

    [[nodiscard]] std::uint64_t PayloadEnd() const {
      return directory.empty() ? footer.directory_offset : directory.front().offset;
    }
  };

  [[nodiscard]] Error Located(const Error& error) const;
  [[nodiscard]] Result<std::shared_ptr<const Layout>> GetLayout() const;
  [[nodiscard]] Result<std::shared_ptr<const Layout>> ReadLayout() const;
  [[nodiscard]] Status CheckIdentity(const SegmentFooter& footer) const;
  [[nodiscard]] Result<Bytes> ReadBytes(std::uint64_t offset, std::uint64_t count) const;
  [[nodiscard]] Result<std::shared_ptr<const IndexPage>> Page(std::size_t number) const;
  [[nodiscard]] Result<IndexPage> ReadPage(const PageEntry& entry, const Layout& layout) const;

  FileSystem& files_;
  SegmentCache& cache_;
  const std::string path_;
  const SegmentInfo info_;
  mutable std::atomic<bool> obsolete_ = false;
  mutable std::mutex tombstones_mutex_;
  mutable std::shared_ptr<const TombstoneSet> tombstones_ =
      std::make_shared<const TombstoneSet>();  // never null
  mutable std::mutex layout_mutex_;
  mutable std::shared_ptr<const Layout> layout_;
};

}  // namespace bedplate::historian
