#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace bedplate {

/// A file being written from its end. Not safe for concurrent use.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  /// Adds bytes at the end. After an error the file's length is unknown up to `bytes.size()`.
  virtual Status Append(std::span<const std::byte> bytes) = 0;
  /// Returns when everything appended so far survives a power cut (fdatasync).
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
  /// kIo when the file's name is gone, so that what is written is lost when it is closed.
  [[nodiscard]] virtual Status CheckLinked() const { return {}; }
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// A file that does not change while it is open. Safe for concurrent reads.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  /// Fills `out` from `offset`; kCorruption when the file ends before that.
  virtual Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

/// Held for as long as this process owns the locked file.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode { kCreate /* must not exist */, kTruncate, kAppend };

/// The operations that the stores need, so that tests can make each of them fail and can drop what
/// was not synced. Paths are absolute or relative to the working directory. Errors: kNotFound,
/// kAlreadyExists, kPermissionDenied, kResourceExhausted (disk full, too many files), kIo; each
/// names the path and the system's reason.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                             OpenMode mode) = 0;
  virtual Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) = 0;
  /// Reads a whole file of at most `limit_bytes`; a larger one, or a directory, is an error.
  virtual Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) = 0;
  /// Names (not paths) in a directory, sorted.
  virtual Result<std::vector<std::string>> ListDirectory(const std::string& path) = 0;
  /// Creates `path` and what is missing above it; new directories are durable on return.
  virtual Status CreateDirectories(const std::string& path) = 0;
  /// Atomic within one file system; durable only after SyncDirectory of the target's folder.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  virtual Status Truncate(const std::string& path, std::uint64_t size) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
  [[nodiscard]] virtual bool Exists(const std::string& path) = 0;
  virtual Result<std::uint64_t> FileSize(const std::string& path) = 0;
  /// Bytes an ordinary user may still write below `path`.
  virtual Result<std::uint64_t> AvailableBytes(const std::string& path) = 0;
  /// Takes an exclusive lock without waiting; kConflict when another process holds it.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
  /// Takes a lock that excludes Lock but not its like, and makes and writes nothing: kNotFound when
  /// `path` does not exist, kConflict when another process holds it for itself.
  virtual Result<std::unique_ptr<FileLock>> LockShared(const std::string& path) {
    return Lock(path);
  }
};

/// The operating system's files.
std::unique_ptr<FileSystem> MakePosixFileSystem();

/// Publishes `content` at `path` so that a reader, also after a power cut, sees the old file or the
/// whole new one: temporary file, sync, rename, directory sync. Mode 0600.
Status WriteFileAtomically(FileSystem& files, const std::string& path, std::string_view content);

/// `directory/name`, without doubling the separator.
std::string JoinPath(std::string_view directory, std::string_view name);

/// The directory that `path` stands in: `.` for a bare name.
std::string DirectoryOf(std::string_view path);

}  // namespace bedplate
