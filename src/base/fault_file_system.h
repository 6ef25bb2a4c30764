#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/memory_disk.h"

namespace bedplate {

/// Files in memory that fail on demand, for tests of what stores make of it. What a power cut may
/// leave of them is said at MemoryDisk. Everything random comes from the seed. Safe from any
/// thread.
class FaultFileSystem final : public FileSystem {
 public:
  /// The first group changes something; the second, from kOpenRead on, only looks.
  enum class Operation {
    kOpen,
    kAppend,
    kSync,
    kRename,
    kRemove,
    kTruncate,
    kSyncDirectory,
    kCreateDirectory,
    kOpenRead,
    kRead,
    kList
  };

  /// What a power cut leaves of what was not synced.
  enum class Unsynced {
    kLost,  // nothing
    kTorn   // any of the images that there may be
  };

  explicit FaultFileSystem(std::uint64_t seed, MemoryDisk disk = {});
  ~FaultFileSystem() override;

  /// Operations that change something, so far.
  [[nodiscard]] std::uint64_t operations() const;
  /// Makes the operation after `count` further ones fail once with kIo; of a failed append a random
  /// part is written, and some of what a failed sync should have made durable never will be.
  void FailAfter(std::uint64_t count);
  /// The same, counting operations of one kind only; the way to make reading fail.
  void FailAfter(Operation operation, std::uint64_t count);
  /// From the operation after `count` further ones on every one fails, until Restart.
  void CutPowerAfter(std::uint64_t count);
  /// The machine starts again after a power cut: open files and locks are void.
  void Restart(Unsynced unsynced);
  /// What a power cut at this moment may leave.
  [[nodiscard]] MemoryDisk Image(CutChoices& choices) const;
  /// Shows `look` the disk before each operation that changes it; null for no longer.
  void Observe(std::function<void(const MemoryDisk&)> look);
  /// Appends fail with kResourceExhausted, after writing what fits, once all files together would
  /// exceed this.
  void SetCapacity(std::uint64_t bytes);
  /// Changes one byte of a file, durably.
  void FlipByte(const std::string& path, std::uint64_t offset);
  /// Every file's path.
  [[nodiscard]] std::vector<std::string> Paths() const;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override;
  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override;
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override;
  Result<std::vector<std::string>> ListDirectory(const std::string& path) override;
  Status CreateDirectories(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status Truncate(const std::string& path, std::uint64_t size) override;
  Status SyncDirectory(const std::string& path) override;
  [[nodiscard]] bool Exists(const std::string& path) override;
  Result<std::uint64_t> FileSize(const std::string& path) override;
  Result<std::uint64_t> AvailableBytes(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> LockShared(const std::string& path) override;

 private:
  class MemoryWritableFile;
  class MemoryRandomAccessFile;
  class MemoryLock;

  Status Begin(Operation operation, const std::string& path);
  Status BeginLook(Operation operation, const std::string& path);
  [[nodiscard]] Status CountKind(Operation operation, const std::string& path, bool fails);
  Status AppendTo(MemoryFile& file, const std::string& path, std::span<const std::byte> bytes);
  Status SyncFile(MemoryFile& file, const std::string& path);
  [[nodiscard]] std::uint64_t FreeBytes() const;
  [[nodiscard]] Result<MemoryDisk::File> FindFile(const std::string& path) const;
  void Unlock(const std::string& path, bool is_shared, std::uint64_t epoch);
  std::uint64_t Random(std::uint64_t below);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  MemoryDisk disk_;
  std::function<void(const MemoryDisk&)> look_;
  std::set<std::string> locked_;
  std::map<std::string, std::uint64_t> shared_locks_;  // holders by path
  std::uint64_t epoch_ = 0;                            // of the machine: one more with each restart
  std::uint64_t operations_ = 0;
  std::uint64_t fail_at_ = UINT64_MAX;
  std::uint64_t cut_at_ = UINT64_MAX;
  std::map<Operation, std::uint64_t> operations_by_kind_;
  std::map<Operation, std::uint64_t> fail_kind_at_;
  std::uint64_t capacity_bytes_ = UINT64_MAX;
};

}  // namespace bedplate
