#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/source_table.h"
#include "historian/wal_writer.h"

namespace bedplate::historian {

/// The sequence of WAL files from the low-water mark to the one being written. The caller makes
/// calls one at a time; bytes() and syncs() may be read from any thread.
class WalLog {
 public:
  /// `older` maps the sequence of each file before `writer`'s to its size in bytes.
  WalLog(FileSystem& files, const Clock& clock, std::string directory,
         std::map<std::uint64_t, std::uint64_t> older, std::unique_ptr<WalWriter> writer,
         SourceTable marks);
  /// Notes how much of the newest file is durable, so that what is cut off it later is missed.
  ~WalLog();
  WalLog(const WalLog&) = delete;
  WalLog& operator=(const WalLog&) = delete;

  /// The marks of what was written; each new file begins with them.
  [[nodiscard]] SourceTable& marks() noexcept { return marks_; }

  /// Writes one frame (from WalWriter::NewFrame), durably when `sync` is set. After an error none
  /// of it counts, and the next call goes to a new file, which takes over the frames that were
  /// written without a sync: a file whose write or sync failed is never trusted again.
  Status Append(Bytes& frame, bool sync);

  /// Makes what is written durable and starts a new file, whose sequence it returns.
  Result<std::uint64_t> Rotate();

  /// Removes the files below `sequence`. What cannot be removed is left for the next opening.
  void DropBelow(std::uint64_t sequence);

  /// Whether a frame was written since the log was last dropped up to here.
  [[nodiscard]] bool HoldsFrames() const noexcept {
    return !older_.empty() || writer_failed_ || writer_->counted_end() > writer_->preface_end();
  }
  /// Where the frames of the current file end that count.
  [[nodiscard]] std::uint64_t counted_end() const noexcept { return writer_->counted_end(); }
  /// The path of every file with the bytes of it that count.
  [[nodiscard]] std::map<std::string, std::uint64_t> CountedBytes() const;
  [[nodiscard]] std::uint64_t sequence() const noexcept { return writer_->sequence(); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(); }
  [[nodiscard]] std::uint64_t syncs() const noexcept { return syncs_.load(); }

 private:
  Status StartNextFile();
  [[nodiscard]] Result<std::string> ReadUnproven() const;
  void UpdateBytes();

  FileSystem& files_;
  const Clock& clock_;
  const std::string directory_;
  std::map<std::uint64_t, std::uint64_t> older_;
  std::unique_ptr<WalWriter> writer_;
  SourceTable marks_;
  bool writer_failed_ = false;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> syncs_ = 0;
};

}  // namespace bedplate::historian
