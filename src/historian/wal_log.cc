#include "historian/wal_log.h"

#include <utility>

namespace bedplate::historian {

WalLog::WalLog(FileSystem& files, const Clock& clock, std::string directory,
               std::map<std::uint64_t, std::uint64_t> older, std::unique_ptr<WalWriter> writer)
    : files_(files),
      clock_(clock),
      directory_(std::move(directory)),
      older_(std::move(older)),
      writer_(std::move(writer)) {
  UpdateBytes();
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
  const std::uint64_t previous_end = writer_->counted_end();
  const WalStart start{.sequence = writer_->sequence() + 1, .previous_end = previous_end};
  ASSIGN_OR_RETURN(auto next, WalWriter::Create(files_, clock_, directory_, start));
  older_[writer_->sequence()] = previous_end;
  writer_ = std::move(next);
  writer_failed_ = false;
  UpdateBytes();
  return {};
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
