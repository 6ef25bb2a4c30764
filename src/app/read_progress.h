#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/forwarding_file_system.h"

namespace bedplate {

/// Passes files on, and tells how far what reads all that stands in some directories has come.
/// What is read of a file beyond its size, because it is read again, does not count.
class ReadProgress final : public ForwardingFileSystem {
 public:
  /// Is called with the bytes that were read and those that there are, by one thread at a time.
  using Show = std::function<void(std::uint64_t done, std::uint64_t total)>;

  /// `files` must outlive it, and it what was opened through it. A directory that cannot be listed
  /// counts for nothing.
  ReadProgress(FileSystem& files, const std::vector<std::string>& directories, Show show);

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override;
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override;

 private:
  class MeteredFile;

  void NoteRead(const std::string& path, std::uint64_t bytes);

  const Show show_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> unread_;  // bytes by path; guarded by mutex_
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;  // guarded by mutex_
};

}  // namespace bedplate
