#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/forwarding_file_system.h"

namespace bedplate::historian {

/// The files of a store, of which nothing is changed any more once a sync has failed. The kernel
/// may have dropped what it could not write and say at the next sync that all is well; so nobody
/// knows what is on the disk until the store is opened again, and nothing may build on it. A full
/// disk (kResourceExhausted) is no such failure. Safe from any thread. docs/decisions/0013.
class SyncLatch final : public ForwardingFileSystem {
 public:
  /// Both must outlive it.
  SyncLatch(FileSystem& files, const Clock& clock) : ForwardingFileSystem(files), clock_(clock) {}

  /// kUnavailable, not retryable, naming the file, the failure and what to do, since a sync failed.
  [[nodiscard]] Status CheckWritable() const;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override;
  Status CreateDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status Truncate(const std::string& path, std::uint64_t size) override;
  Status SyncDirectory(const std::string& path) override;

 private:
  class LatchedFile;

  /// The result of a sync, or what CheckWritable says from then on.
  Status NoteSync(Status synced);

  const Clock& clock_;
  std::atomic<bool> is_closed_ = false;
  mutable std::mutex mutex_;
  std::optional<Error> failure_;  // guarded by mutex_; the first one
};

}  // namespace bedplate::historian
