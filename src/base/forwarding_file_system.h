#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"

namespace bedplate {

/// Passes every call on to other files, which must outlive it: the base of what changes a few.
class ForwardingFileSystem : public FileSystem {
 public:
  explicit ForwardingFileSystem(FileSystem& files) : files_(files) {}

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    return files_.OpenWritable(path, mode);
  }
  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    return files_.OpenRandomAccess(path);
  }
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override {
    return files_.ReadFile(path, limit_bytes);
  }
  Result<std::vector<std::string>> ListDirectory(const std::string& path) override {
    return files_.ListDirectory(path);
  }
  Status CreateDirectories(const std::string& path) override {
    return files_.CreateDirectories(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return files_.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return files_.Remove(path); }
  Status Truncate(const std::string& path, std::uint64_t size) override {
    return files_.Truncate(path, size);
  }
  Status SyncDirectory(const std::string& path) override { return files_.SyncDirectory(path); }
  [[nodiscard]] bool Exists(const std::string& path) override { return files_.Exists(path); }
  Result<std::uint64_t> FileSize(const std::string& path) override { return files_.FileSize(path); }
  Result<std::uint64_t> AvailableBytes(const std::string& path) override {
    return files_.AvailableBytes(path);
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    return files_.Lock(path);
  }
  Result<std::unique_ptr<FileLock>> LockShared(const std::string& path) override {
    return files_.LockShared(path);
  }

 protected:
  [[nodiscard]] FileSystem& files() noexcept { return files_; }

 private:
  FileSystem& files_;
};

}  // namespace bedplate
