#include "historian/wal_writer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/crc32c.h"
#include "historian/format.h"
#include "historian/newest_log.h"

namespace bedplate::historian {
namespace {

void FillFrameHeader(Bytes& frame, std::uint64_t group, std::uint64_t durable_group,
                     std::uint64_t salt) {
  const ByteView payload = ByteView(frame).subspan(kFrameHeaderBytes);
  Bytes header;
  PutFrameHeader(header,
                 {.payload_bytes = static_cast<std::uint32_t>(payload.size()),
                  .payload_crc = Crc32c(payload),
                  .group = group,
                  .durable_group = durable_group},
                 salt);
  std::copy(header.begin(), header.end(), frame.begin());
}

/// Frames of what a file takes over; the header is put in front when their size is known.
Bytes FramesOf(std::span<const ByteView> payloads, std::uint64_t salt) {
  Bytes frames;
  std::uint64_t group = 0;
  for (const ByteView payload : payloads) {
    Bytes frame = WalWriter::NewFrame();
    PutBytes(frame, payload);
    FillFrameHeader(frame, ++group, 0, salt);
    PutBytes(frames, frame);
  }
  return frames;
}

}  // namespace

Result<std::unique_ptr<WalWriter>> WalWriter::Create(FileSystem& files, const Clock& clock,
                                                     const std::string& directory,
                                                     const WalStart& start) {
  WalHeader header;
  header.sequence = start.sequence;
  header.salt = static_cast<std::uint64_t>(clock.Now().nanoseconds()) + start.sequence * kSaltStep;
  header.previous_end = start.previous_end;
  std::vector<ByteView> payloads(start.carried.begin(), start.carried.end());
  if (!start.preface.empty()) payloads.insert(payloads.begin(), start.preface);
  const Bytes frames = FramesOf(payloads, header.salt);
  header.published_end = kWalHeaderBytes + frames.size();
  Bytes content;
  PutWalHeader(content, header);
  PutBytes(content, frames);

  const std::string path = JoinPath(directory, WalFileName(start.sequence));
  const std::string temporary = path + kTemporarySuffix;
  ASSIGN_OR_RETURN(auto file, files.OpenWritable(temporary, OpenMode::kTruncate));
  RETURN_IF_ERROR(file->Append(content));
  RETURN_IF_ERROR(file->Sync());
  RETURN_IF_ERROR(files.Rename(temporary, path));
  RETURN_IF_ERROR(files.SyncDirectory(directory));
  RETURN_IF_ERROR(WriteNewestLog(files, directory, {.sequence = start.sequence, .end = 0}));
  const std::uint64_t preface_bytes =
      start.preface.empty() ? 0 : kFrameHeaderBytes + start.preface.size();
  return std::unique_ptr<WalWriter>(
      new WalWriter(std::move(file), header, kWalHeaderBytes + preface_bytes, payloads.size()));
}

Status WalWriter::AppendFrame(Bytes& frame, bool sync) {
  FillFrameHeader(frame, group_ + 1, durable_group_, header_.salt);
  RETURN_IF_ERROR(file_->Append(frame));
  if (sync) {
    RETURN_IF_ERROR(file_->Sync());
    // A file without a name is lost with this process, however well it was synced.
    RETURN_IF_ERROR(file_->CheckLinked());
  }
  ++group_;
  counted_end_ += frame.size();
  if (sync) NoteDurable();
  return {};
}

Status WalWriter::Sync() {
  RETURN_IF_ERROR(file_->Sync());
  NoteDurable();
  return {};
}

void WalWriter::NoteDurable() noexcept {
  durable_group_ = group_;
  durable_end_ = counted_end_;
}

}  // namespace bedplate::historian
