#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/file_system.h"

namespace bedplate {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;

ErrorCode CodeOf(int number) {
  switch (number) {
    case ENOENT: return ErrorCode::kNotFound;
    case EEXIST: return ErrorCode::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::kPermissionDenied;
    case ENOSPC:
    case EDQUOT: return ErrorCode::kResourceExhausted;
    // Nothing that room on the disk would help.
    case EMFILE:
    case ENFILE: return ErrorCode::kUnavailable;
    default: return ErrorCode::kIo;
  }
}

Error SystemError(std::string_view action, const std::string& path, int number) {
  Error error(CodeOf(number),
              fmt::format("cannot {}: {}", action, std::generic_category().message(number)));
  const bool may_end_by_itself =
      error.code() == ErrorCode::kResourceExhausted || error.code() == ErrorCode::kUnavailable;
  return may_end_by_itself ? std::move(error).Retryable().At(path) : std::move(error).At(path);
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return number_; }
  int Release() noexcept { return std::exchange(number_, -1); }

 private:
  int number_;
};

Result<Descriptor> OpenDescriptor(const std::string& path, int flags) {
  int number = -1;
  do {
    // A pipe with nobody at its other end would keep us waiting for ever; files are not affected.
    number = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, kFileMode);
  } while (number < 0 && errno == EINTR);
  if (number < 0) return SystemError("open", path, errno);
  return Descriptor(number);
}

Result<std::uint64_t> RegularFileSize(const Descriptor& file, const std::string& path) {
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return SystemError("inspect", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return Error(ErrorCode::kInvalidArgument,
                 "expected a regular file, found a directory, pipe or device")
        .At(path);
  }
  return static_cast<std::uint64_t>(info.st_size);
}

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(Descriptor file, std::string path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  Status Append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return SystemError("write", path_, errno);
      size_ += static_cast<std::uint64_t>(written);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  Status Sync() override {
    // Not repeated after an error: the kernel may have dropped the pages that it could not write.
    if (::fdatasync(file_.get()) != 0) return SystemError("sync", path_, errno);
    return {};
  }

  Status Close() override {
    const int number = file_.Release();
    if (number >= 0 && ::close(number) != 0) return SystemError("close", path_, errno);
    return {};
  }

  [[nodiscard]] Status CheckLinked() const override {
    struct stat info{};
    if (::fstat(file_.get(), &info) != 0) return SystemError("inspect", path_, errno);
    if (info.st_nlink > 0) return {};
    return Error(ErrorCode::kIo, "the file was deleted while it was in use").At(path_);
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  Descriptor file_;
  std::string path_;
  std::uint64_t size_;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  PosixRandomAccessFile(Descriptor file, std::string path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
    std::uint64_t at = offset;
    while (!out.empty()) {
      const ssize_t count = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return SystemError("read", path_, errno);
      if (count == 0) return ShortFile(at, out.size());
      at += static_cast<std::uint64_t>(count);
      out = out.subspan(static_cast<std::size_t>(count));
    }
    return {};
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  [[nodiscard]] Error ShortFile(std::uint64_t at, std::size_t missing) const {
    return Error(ErrorCode::kCorruption,
                 fmt::format("file ends at byte {}, {} more were expected", at, missing))
        .At(path_);
  }

  Descriptor file_;
  std::string path_;
  std::uint64_t size_;
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;  // closing it releases the lock
};

int FlagsOf(OpenMode mode) {
  switch (mode) {
    case OpenMode::kCreate: return O_CREAT | O_EXCL;
    case OpenMode::kTruncate: return O_CREAT | O_TRUNC;
    case OpenMode::kAppend: return O_CREAT | O_APPEND;
  }
  return O_CREAT | O_EXCL;
}

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    ASSIGN_OR_RETURN(Descriptor file, OpenDescriptor(path, O_WRONLY | FlagsOf(mode)));
    ASSIGN_OR_RETURN(const std::uint64_t size, RegularFileSize(file, path));
    return std::unique_ptr<WritableFile>(
        std::make_unique<PosixWritableFile>(std::move(file), path, size));
  }

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    ASSIGN_OR_RETURN(Descriptor file, OpenDescriptor(path, O_RDONLY));
    ASSIGN_OR_RETURN(const std::uint64_t size, RegularFileSize(file, path));
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<PosixRandomAccessFile>(std::move(file), path, size));
  }

  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override {
    ASSIGN_OR_RETURN(auto file, OpenRandomAccess(path));
    if (file->size() > limit_bytes) {
      return Error(ErrorCode::kResourceExhausted,
                   fmt::format("file has {} bytes, at most {} are read", file->size(), limit_bytes))
          .At(path);
    }
    std::string content(file->size(), '\0');
    RETURN_IF_ERROR(file->ReadAt(0, std::as_writable_bytes(std::span(content))));
    return content;
  }

  Result<std::vector<std::string>> ListDirectory(const std::string& path) override {
    DIR* directory = ::opendir(path.c_str());
    if (directory == nullptr) return SystemError("list", path, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(directory, ::closedir);
    std::vector<std::string> names;
    errno = 0;
    // Safe: the stream is used by this thread only.
    while (const dirent* entry = ::readdir(directory)) {  // NOLINT(concurrency-mt-unsafe)
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return SystemError("list", path, errno);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status CreateDirectories(const std::string& path) override {
    for (std::size_t end = path.find('/', 1); end != std::string::npos;
         end = path.find('/', end + 1)) {
      RETURN_IF_ERROR(CreateDirectory(path.substr(0, end)));
    }
    return CreateDirectory(path);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return SystemError(fmt::format("rename to {}", to), from, errno);
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return SystemError("remove", path, errno);
    return {};
  }

  Status Truncate(const std::string& path, std::uint64_t size) override {
    if (::truncate(path.c_str(), static_cast<off_t>(size)) == 0) return {};
    return SystemError("truncate", path, errno);
  }

  Status SyncDirectory(const std::string& path) override {
    ASSIGN_OR_RETURN(const Descriptor directory, OpenDescriptor(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(directory.get()) != 0) return SystemError("sync", path, errno);
    return {};
  }

  [[nodiscard]] bool Exists(const std::string& path) override {
    return ::access(path.c_str(), F_OK) == 0;
  }

  Result<std::uint64_t> FileSize(const std::string& path) override {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return SystemError("inspect", path, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

  Result<std::uint64_t> AvailableBytes(const std::string& path) override {
    struct statvfs info{};
    if (::statvfs(path.c_str(), &info) != 0) return SystemError("inspect the disk of", path, errno);
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    ASSIGN_OR_RETURN(Descriptor file, OpenDescriptor(path, O_RDWR | O_CREAT));
    return LockDescriptor(std::move(file), path, LOCK_EX);
  }

  Result<std::unique_ptr<FileLock>> LockShared(const std::string& path) override {
    ASSIGN_OR_RETURN(Descriptor file, OpenDescriptor(path, O_RDONLY));
    return LockDescriptor(std::move(file), path, LOCK_SH);
  }

 private:
  /// flock belongs to the open file, so a second opening by this same process conflicts too.
  static Result<std::unique_ptr<FileLock>> LockDescriptor(Descriptor file, const std::string& path,
                                                          int kind) {
    if (::flock(file.get(), kind | LOCK_NB) == 0) {
      return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(file)));
    }
    if (errno != EWOULDBLOCK) return SystemError("lock", path, errno);
    return Error(ErrorCode::kConflict, "another process holds the lock").At(path);
  }

  Status CreateDirectory(const std::string& path) {
    if (::mkdir(path.c_str(), kDirectoryMode) == 0) return SyncDirectory(DirectoryOf(path));
    if (errno != EEXIST) return SystemError("create the directory", path, errno);
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return SystemError("inspect", path, errno);
    if (S_ISDIR(info.st_mode)) return {};
    return Error(ErrorCode::kAlreadyExists, "expected a directory, found a file").At(path);
  }
};

}  // namespace

std::unique_ptr<FileSystem> MakePosixFileSystem() { return std::make_unique<PosixFileSystem>(); }

}  // namespace bedplate
