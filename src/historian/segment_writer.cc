#include "historian/segment_writer.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/crc32c.h"
#include "historian/block.h"
#include "historian/columns.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kBufferBytes = 1U << 20U;

/// How many strings from `begin` make one block: no more than reach kBlockStringBytes.
std::size_t StringBlockSize(const SampleColumns& samples, std::size_t begin) {
  const std::size_t limit = std::min(kMaxBlockSamples, samples.size() - begin);
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < limit && bytes < kBlockStringBytes) {
    bytes += samples.strings[begin + count].size();
    ++count;
  }
  return count;
}

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Create(FileSystem& files,
                                                             const std::string& directory,
                                                             std::uint64_t id) {
  const std::string temporary = JoinPath(directory, SegmentFileName(id)) + kTemporarySuffix;
  ASSIGN_OR_RETURN(auto file, files.OpenWritable(temporary, OpenMode::kTruncate));
  std::unique_ptr<SegmentWriter> writer(
      new SegmentWriter(files, JoinPath(directory, SegmentFileName(id)), id, std::move(file)));
  Bytes header;
  PutSegmentHeader(header, id);
  RETURN_IF_ERROR(writer->Write(header));
  return writer;
}

SegmentWriter::SegmentWriter(FileSystem& files, std::string path, std::uint64_t id,
                             std::unique_ptr<WritableFile> file)
    : files_(files), path_(std::move(path)), file_(std::move(file)) {
  info_.id = id;
  info_.first_time = INT64_MAX;
  info_.last_time = INT64_MIN;
}

SegmentWriter::~SegmentWriter() {
  if (file_) static_cast<void>(files_.Remove(path_ + kTemporarySuffix));
}

Status SegmentWriter::Add(TagId tag, const SampleColumns& samples) {
  if (samples.empty()) return {};
  if (tag != series_.tag) {
    BEDPLATE_CHECK(tag > series_.tag);
    RETURN_IF_ERROR(BeginSeries(tag, samples.type, false));
  }
  BEDPLATE_CHECK(!series_.replaced);
  AppendRange(samples, 0, samples.size(), pending_);
  return WriteBlocks(false);
}

Status SegmentWriter::AddReplaced(TagId tag, const SampleColumns& samples) {
  if (samples.empty()) return {};
  BEDPLATE_CHECK(tag == series_.tag);
  if (!series_.replaced) RETURN_IF_ERROR(BeginSeries(tag, samples.type, true));
  AppendRange(samples, 0, samples.size(), pending_);
  return WriteBlocks(false);
}

Status SegmentWriter::BeginSeries(TagId tag, ValueType type, bool replaced) {
  RETURN_IF_ERROR(EndSeries());
  if (!replaced && pages_.size() - page_start_ >= kPageTargetBytes) ClosePage();
  series_.tag = tag;
  series_.type = type;
  series_.replaced = replaced;
  pending_.type = type;
  cuts_ = {};
  return {};
}

Status SegmentWriter::EndSeries() {
  RETURN_IF_ERROR(WriteBlocks(true));
  if (series_.blocks.empty()) return {};
  if (page_start_ == pages_.size()) {
    page_first_tag_ = series_.tag;
    previous_ = {};
  }
  PutSeriesBlocks(pages_, previous_, series_);
  if (series_.replaced) {
    has_replaced_ = true;
  } else {
    ++info_.series;
  }
  previous_ = series_;
  series_.blocks.clear();
  return {};
}

/// Writes the blocks that are settled by what is pending; all of it at the end of the series.
Status SegmentWriter::WriteBlocks(bool is_end) {
  std::size_t begin = 0;
  while (begin < pending_.size()) {
    const std::size_t count = NextBlock(begin, is_end);
    if (count == 0) break;
    cuts_.Take(std::span(pending_.times).subspan(begin, count));
    if (count == pending_.size()) return WriteBlock(TakePending());
    SampleColumns block;
    block.type = pending_.type;
    AppendRange(pending_, begin, begin + count, block);
    RETURN_IF_ERROR(WriteBlock(std::move(block)));
    begin += count;
  }
  if (begin == 0) return {};
  const SampleColumns all = TakePending();
  AppendRange(all, begin, all.size(), pending_);
  return {};
}

/// How many samples from `begin` make the next block; 0 when that is not settled yet.
std::size_t SegmentWriter::NextBlock(std::size_t begin, bool is_end) const {
  if (pending_.type != ValueType::kString) {
    return cuts_.NextBlock(std::span(pending_.times).subspan(begin), is_end);
  }
  const bool is_settled = is_end || pending_.size() - begin >= kMaxBlockSamples;
  return is_settled ? StringBlockSize(pending_, begin) : 0;
}

/// All pending samples; none are pending then.
SampleColumns SegmentWriter::TakePending() {
  SampleColumns all = std::move(pending_);
  pending_ = {};
  pending_.type = all.type;
  return all;
}

Status SegmentWriter::WriteBlock(SampleColumns samples) {
  // A block of all good samples drops the column that other blocks of the series may need.
  if (std::all_of(samples.qualities.begin(), samples.qualities.end(),
                  [](std::uint32_t code) { return code == kGood.status_code(); })) {
    samples.qualities.clear();
  }
  EncodedBlock block = EncodeBlock(samples);
  block.header.payload_offset = offset_;
  block.header.may_repeat = series_.replaced;
  RETURN_IF_ERROR(Write(block.payload));
  if (!series_.replaced) info_.samples += block.header.count;
  ++info_.blocks;
  info_.first_time = std::min(info_.first_time, block.header.first_time);
  info_.last_time = std::max(info_.last_time, block.header.last_time);
  series_.blocks.push_back(block.header);
  return {};
}

void SegmentWriter::ClosePage() {
  const ByteView page = ByteView(pages_).subspan(page_start_);
  directory_.push_back({.first_tag = page_first_tag_,
                        .last_tag = previous_.tag,
                        .offset = page_start_,
                        .bytes = static_cast<std::uint32_t>(page.size()),
                        .crc = Crc32c(page)});
  page_start_ = pages_.size();
}

Status SegmentWriter::Write(ByteView bytes) {
  PutBytes(buffer_, bytes);
  offset_ += bytes.size();
  return buffer_.size() < kBufferBytes ? Status() : FlushBuffer();
}

Status SegmentWriter::FlushBuffer() {
  RETURN_IF_ERROR(file_->Append(buffer_));
  buffer_.clear();
  return {};
}

Status SegmentWriter::WriteIndex() {
  if (page_start_ < pages_.size()) ClosePage();
  const std::uint64_t pages_offset = offset_;
  RETURN_IF_ERROR(Write(pages_));
  Bytes directory;
  for (PageEntry& entry : directory_) {
    entry.offset += pages_offset;
    PutPageEntry(directory, entry);
  }
  const SegmentFooter footer{.version = has_replaced_ ? 3U : 2U,
                             .directory_offset = offset_,
                             .pages = static_cast<std::uint32_t>(directory_.size()),
                             .directory_crc = Crc32c(directory),
                             .series = info_.series,
                             .blocks = info_.blocks,
                             .samples = info_.samples,
                             .first_time = info_.first_time,
                             .last_time = info_.last_time};
  RETURN_IF_ERROR(Write(directory));
  Bytes footer_bytes;
  PutSegmentFooter(footer_bytes, footer);
  RETURN_IF_ERROR(Write(footer_bytes));
  return FlushBuffer();
}

Result<SegmentInfo> SegmentWriter::Finish() {
  RETURN_IF_ERROR(EndSeries());
  BEDPLATE_CHECK(info_.samples > 0);
  RETURN_IF_ERROR(WriteIndex());
  RETURN_IF_ERROR(file_->Sync());
  RETURN_IF_ERROR(file_->Close());
  RETURN_IF_ERROR(files_.Rename(path_ + kTemporarySuffix, path_));
  file_.reset();
  info_.bytes = offset_;
  return info_;
}

}  // namespace bedplate::historian
