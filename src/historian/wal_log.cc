#include "historian/wal_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "historian/newest_log.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {

namespace {

/// The payloads of the frames of a file behind `end`, pointing into `content`; none of no content.
Result<std::vector<ByteView>> FramesBehind(const std::string& content, std::uint64_t end) {
  std::vector<ByteView> payloads;
  if (content.empty()) return payloads;
  ASSIGN_OR_RETURN(const WalFile file, ReadWal(AsBytes(content), content.size()));
  for (const WalGroup& group : file.groups) {
    if (group.end > end) payloads.push_back(group.payload);
  }
  return payloads;
}

}  // namespace

WalLog::WalLog(FileSystem& files, const Clock& clock, std::string directory,
               std::map<std::uint64_t, std::uint64_t> older, std::unique_ptr<WalWriter> writer,
               SourceTable marks)
    : files_(files),
      clock_(clock),
      directory_(std::move(directory)),
      older_(std::move(older)),
      writer_(std::move(writer)),
      marks_(std::move(marks)) {
  UpdateBytes();
}

WalLog::~WalLog() {
  if (writer_failed_) return;
  // Where it cannot be written the log is only guarded a little less.
  static_cast<void>(WriteNewestLog(
      files_, directory_, {.sequence = writer_->sequence(), .end = writer_->durable_end()}));
}

Status WalLog::Append(Bytes& frame, bool sync) {
  if (writer_failed_) RETURN_IF_ERROR(StartNextFile());
  if (Status written = writer_->AppendFrame(frame, sync); !written.ok()) {
    writer_failed_ = true;
    return written;
  }
  if (sync) ++syncs_;
  UpdateBytes();
  return {};
}

Result<std::uint64_t> WalLog::Rotate() {
  if (!writer_failed_) {
    if (Status synced = writer_->Sync(); !synced.ok()) {
      writer_failed_ = true;
      return std::move(synced).error();
    }
    ++syncs_;
  }
  RETURN_IF_ERROR(StartNextFile());
  return writer_->sequence();
}

Status WalLog::StartNextFile() {
  // From here on the next file may exist and say how much of this one counts, even if making it
  // fails half way: nothing more may be written to this one.
  writer_failed_ = true;
  const std::uint64_t previous_end = writer_->durable_end();
  ASSIGN_OR_RETURN(const std::string content, ReadUnproven());
  ASSIGN_OR_RETURN(const auto carried, FramesBehind(content, previous_end));
  const Bytes preface = marks_.Payload();
  const WalStart start{.sequence = writer_->sequence() + 1,
                       .previous_end = previous_end,
                       .preface = preface,
                       .carried = carried};
  ASSIGN_OR_RETURN(auto next, WalWriter::Create(files_, clock_, directory_, start));
  older_[writer_->sequence()] = previous_end;
  writer_ = std::move(next);
  writer_failed_ = false;
  UpdateBytes();
  return {};
}

/// The current file up to where it counts, if it has frames that were acknowledged without a sync:
/// after a failure nobody knows whether they will reach the disk, so the next file takes them over.
Result<std::string> WalLog::ReadUnproven() const {
  if (writer_->durable_end() == writer_->counted_end()) return std::string();
  const std::string path = JoinPath(directory_, WalFileName(writer_->sequence()));
  ASSIGN_OR_RETURN(std::string content, files_.ReadFile(path, kMaxWalFileBytes));
  content.resize(std::min<std::size_t>(content.size(), writer_->counted_end()));
  return content;
}

void WalLog::DropBelow(std::uint64_t sequence) {
  while (!older_.empty() && older_.begin()->first < sequence) {
    static_cast<void>(files_.Remove(JoinPath(directory_, WalFileName(older_.begin()->first))));
    older_.erase(older_.begin());
  }
  UpdateBytes();
}

std::map<std::string, std::uint64_t> WalLog::CountedBytes() const {
  std::map<std::string, std::uint64_t> counted;
  for (const auto& [sequence, size] : older_) {
    counted[JoinPath(directory_, WalFileName(sequence))] = size;
  }
  counted[JoinPath(directory_, WalFileName(writer_->sequence()))] = writer_->counted_end();
  return counted;
}

void WalLog::UpdateBytes() {
  std::uint64_t bytes = writer_->counted_end();
  for (const auto& [sequence, size] : older_) bytes += size;
  bytes_ = bytes;
}

}  // namespace bedplate::historian
