#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "historian/roll_up_cuts.h"
#include "historian/segment_format.h"
#include "historian/segment_info.h"
#include "model/sample.h"

namespace bedplate::historian {

/// Writes one segment file under a temporary name. Add series in ascending order of tag, then
/// Finish. Left unfinished it removes what it wrote.
class SegmentWriter {
 public:
  static Result<std::unique_ptr<SegmentWriter>> Create(FileSystem& files,
                                                       const std::string& directory,
                                                       std::uint64_t id);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  /// Adds samples of `tag`, in strictly ascending time over all calls for it.
  Status Add(TagId tag, const SampleColumns& samples);
  /// Adds what samples of `tag` took the place of, once all of those are added (CHECK), in
  /// ascending time over all calls for it, those of one time from the oldest on.
  Status AddReplaced(TagId tag, const SampleColumns& samples);

  /// Completes, syncs and renames the file. The caller syncs the directory. `generation` and
  /// `level` of the result are left 0. At least one sample must have been added (CHECK).
  Result<SegmentInfo> Finish();

 private:
  SegmentWriter(FileSystem& files, std::string path, std::uint64_t id,
                std::unique_ptr<WritableFile> file);

  Status BeginSeries(TagId tag, ValueType type, bool replaced);
  Status EndSeries();
  Status WriteBlocks(bool is_end);
  [[nodiscard]] std::size_t NextBlock(std::size_t begin, bool is_end) const;
  SampleColumns TakePending();
  Status WriteBlock(SampleColumns samples);
  void ClosePage();
  Status Write(ByteView bytes);
  Status FlushBuffer();
  Status WriteIndex();

  FileSystem& files_;
  const std::string path_;
  std::unique_ptr<WritableFile> file_;  // null once finished
  Bytes buffer_;
  std::uint64_t offset_ = 0;  // of the file, buffer included
  SegmentInfo info_;

  SampleColumns pending_;  // samples of the current series that are not in a block yet
  SeriesBlocks series_;    // the current series
  RollUpCuts cuts_;        // of it
  Bytes pages_;            // every index page so far
  std::size_t page_start_ = 0;
  TagId page_first_tag_;
  SeriesBlocks previous_;             // the series before in the page; without a tag at its start
  std::vector<PageEntry> directory_;  // offsets relative to the first page until the end
  bool has_replaced_ = false;         // some series has replaced values
};

}  // namespace bedplate::historian
