#include "base/fault_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"

namespace bedplate {
namespace {

Error NotFound(const std::string& path) {
  return Error(ErrorCode::kNotFound, "no such file or directory").At(path);
}

}  // namespace

class FaultFileSystem::MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(FaultFileSystem& files, MemoryDisk::File file, std::string path)
      : files_(files),
        file_(std::move(file)),
        path_(std::move(path)),
        epoch_(files.epoch_),
        size_(file_->data().size()) {}

  Status Append(std::span<const std::byte> bytes) override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(CheckOpen());
    Status appended = files_.AppendTo(*file_, path_, bytes);
    size_ = file_->data().size();
    return appended;
  }

  Status Sync() override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(CheckOpen());
    return files_.SyncFile(*file_, path_);
  }

  Status Close() override { return {}; }

  Status CheckLinked() const override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(CheckOpen());
    for (const auto& [path, file] : files_.disk_.files()) {
      if (file == file_) return {};
    }
    return Error(ErrorCode::kIo, "the file was deleted while it was in use").At(path_);
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  Status CheckOpen() const {
    if (epoch_ == files_.epoch_) return {};
    return Error(ErrorCode::kIo, "the machine was restarted").At(path_);
  }

  FaultFileSystem& files_;
  const MemoryDisk::File file_;
  const std::string path_;
  const std::uint64_t epoch_;
  std::uint64_t size_;
};

class FaultFileSystem::MemoryRandomAccessFile final : public RandomAccessFile {
 public:
  MemoryRandomAccessFile(FaultFileSystem& files, MemoryDisk::File file, std::string path)
      : files_(files),
        file_(std::move(file)),
        path_(std::move(path)),
        size_(file_->data().size()) {}

  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(files_.BeginLook(Operation::kRead, path_));
    if (offset > file_->data().size() || out.size() > file_->data().size() - offset) {
      return Error(ErrorCode::kCorruption, fmt::format("file ends at byte {}, before {} more",
                                                       file_->data().size(), offset + out.size()))
          .At(path_);
    }
    if (!out.empty()) std::memcpy(out.data(), file_->data().data() + offset, out.size());
    return {};
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  FaultFileSystem& files_;
  const MemoryDisk::File file_;
  const std::string path_;
  const std::uint64_t size_;
};

class FaultFileSystem::MemoryLock final : public FileLock {
 public:
  MemoryLock(FaultFileSystem& files, std::string path, bool is_shared)
      : files_(files), path_(std::move(path)), is_shared_(is_shared), epoch_(files.epoch_) {}
  ~MemoryLock() override { files_.Unlock(path_, is_shared_, epoch_); }

 private:
  FaultFileSystem& files_;
  const std::string path_;
  const bool is_shared_;
  const std::uint64_t epoch_;
};

FaultFileSystem::FaultFileSystem(std::uint64_t seed, MemoryDisk disk)
    : random_(seed), disk_(std::move(disk)) {}

FaultFileSystem::~FaultFileSystem() = default;

std::uint64_t FaultFileSystem::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

void FaultFileSystem::FailAfter(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  fail_at_ = operations_ + count;
}

void FaultFileSystem::FailAfter(Operation operation, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  fail_kind_at_[operation] = operations_by_kind_[operation] + count;
}

void FaultFileSystem::CutPowerAfter(std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  cut_at_ = operations_ + count;
}

void FaultFileSystem::Restart(Unsynced unsynced) {
  const std::lock_guard lock(mutex_);
  ++epoch_;
  cut_at_ = UINT64_MAX;
  fail_at_ = UINT64_MAX;
  fail_kind_at_.clear();
  locked_.clear();
  shared_locks_.clear();
  if (unsynced == Unsynced::kLost) {
    OldestChoices oldest;
    disk_ = disk_.Image(oldest);
  } else {
    DrawnChoices drawn(random_());
    disk_ = disk_.Image(drawn);
  }
}

MemoryDisk FaultFileSystem::Image(CutChoices& choices) const {
  const std::lock_guard lock(mutex_);
  return disk_.Image(choices);
}

void FaultFileSystem::Observe(std::function<void(const MemoryDisk&)> look) {
  const std::lock_guard lock(mutex_);
  look_ = std::move(look);
}

void FaultFileSystem::SetCapacity(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_bytes_ = bytes;
}

void FaultFileSystem::FlipByte(const std::string& path, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  disk_.files().at(path)->FlipByte(offset);
}

std::vector<std::string> FaultFileSystem::Paths() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, file] : disk_.files()) paths.push_back(path);
  return paths;
}

Status FaultFileSystem::Begin(Operation operation, const std::string& path) {
  if (look_ && operations_ < cut_at_) look_(disk_);
  const std::uint64_t number = operations_++;
  if (number >= cut_at_) return Error(ErrorCode::kIo, "the power is off").At(path);
  return CountKind(operation, path, number == fail_at_);
}

/// The same for what changes nothing, which a power cut stops too.
Status FaultFileSystem::BeginLook(Operation operation, const std::string& path) {
  if (operations_ > cut_at_) return Error(ErrorCode::kIo, "the power is off").At(path);
  return CountKind(operation, path, false);
}

Status FaultFileSystem::CountKind(Operation operation, const std::string& path, bool fails) {
  const std::uint64_t number = operations_by_kind_[operation]++;
  const auto fail_kind = fail_kind_at_.find(operation);
  fails |= fail_kind != fail_kind_at_.end() && fail_kind->second == number;
  if (!fails) return {};
  return Error(ErrorCode::kIo, "the operation was made to fail").At(path);
}

Status FaultFileSystem::AppendTo(MemoryFile& file, const std::string& path,
                                 std::span<const std::byte> bytes) {
  const std::string_view text = AsText(bytes);
  if (Status begun = Begin(Operation::kAppend, path); !begun.ok()) {
    // With the power off nothing is written any more; otherwise a part may have been.
    if (operations_ <= cut_at_) file.Append(text.substr(0, Random(text.size() + 1)));
    return begun;
  }
  const std::uint64_t room = FreeBytes();
  file.Append(text.substr(0, room));
  if (text.size() <= room) return {};
  return Error(ErrorCode::kResourceExhausted, "cannot write: No space left on device")
      .Retryable()
      .At(path);
}

Status FaultFileSystem::SyncFile(MemoryFile& file, const std::string& path) {
  if (Status begun = Begin(Operation::kSync, path); !begun.ok()) {
    DrawnChoices drawn(random_());
    if (operations_ <= cut_at_) file.FailSync(drawn);
    return begun;
  }
  file.Sync();
  return {};
}

std::uint64_t FaultFileSystem::FreeBytes() const {
  const std::uint64_t used = capacity_bytes_ == UINT64_MAX ? 0 : disk_.used_bytes();
  return capacity_bytes_ > used ? capacity_bytes_ - used : 0;
}

Result<MemoryDisk::File> FaultFileSystem::FindFile(const std::string& path) const {
  MemoryDisk::File file = disk_.Find(path);
  if (!file) return NotFound(path);
  return file;
}

Result<std::unique_ptr<WritableFile>> FaultFileSystem::OpenWritable(const std::string& path,
                                                                    OpenMode mode) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kOpen, path));
  if (!disk_.directories().contains(DirectoryOf(path))) return NotFound(path);
  MemoryDisk::File file = disk_.Find(path);
  if (file && mode == OpenMode::kCreate) {
    return Error(ErrorCode::kAlreadyExists, "the file exists").At(path);
  }
  if (!file) {
    file = disk_.Create(path);
  } else if (mode == OpenMode::kTruncate) {
    disk_.Truncate(path);
  }
  return std::unique_ptr<WritableFile>(
      std::make_unique<MemoryWritableFile>(*this, std::move(file), path));
}

Result<std::unique_ptr<RandomAccessFile>> FaultFileSystem::OpenRandomAccess(
    const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(BeginLook(Operation::kOpenRead, path));
  ASSIGN_OR_RETURN(MemoryDisk::File file, FindFile(path));
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<MemoryRandomAccessFile>(*this, std::move(file), path));
}

Result<std::string> FaultFileSystem::ReadFile(const std::string& path, std::uint64_t limit_bytes) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(BeginLook(Operation::kOpenRead, path));
  RETURN_IF_ERROR(BeginLook(Operation::kRead, path));
  ASSIGN_OR_RETURN(const MemoryDisk::File file, FindFile(path));
  if (file->data().size() <= limit_bytes) return file->data();
  return Error(ErrorCode::kResourceExhausted, fmt::format("file has {} bytes, at most {} are read",
                                                          file->data().size(), limit_bytes))
      .At(path);
}

Result<std::vector<std::string>> FaultFileSystem::ListDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(BeginLook(Operation::kList, path));
  if (!disk_.directories().contains(path)) return NotFound(path);
  std::vector<std::string> names;
  for (const auto& [file, content] : disk_.files()) {
    if (DirectoryOf(file) == path) names.push_back(file.substr(path.size() + 1));
  }
  for (const std::string& directory : disk_.directories()) {
    if (directory != path && DirectoryOf(directory) == path) {
      names.push_back(directory.substr(path.size() + 1));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status FaultFileSystem::CreateDirectories(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (disk_.directories().contains(path)) return {};
  RETURN_IF_ERROR(Begin(Operation::kCreateDirectory, path));
  if (path.starts_with('/')) disk_.AddDirectory("/");
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    disk_.AddDirectory(path.substr(0, end));
  }
  disk_.AddDirectory(path);
  return {};
}

Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kRename, from));
  RETURN_IF_ERROR(FindFile(from));
  disk_.Rename(from, to);
  return {};
}

Status FaultFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kRemove, path));
  RETURN_IF_ERROR(FindFile(path));
  disk_.Remove(path);
  return {};
}

Status FaultFileSystem::Truncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kTruncate, path));
  ASSIGN_OR_RETURN(const MemoryDisk::File file, FindFile(path));
  file->Resize(size);
  return {};
}

Status FaultFileSystem::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kSyncDirectory, path));
  disk_.SyncDirectory(path);
  return {};
}

bool FaultFileSystem::Exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return disk_.Find(path) != nullptr || disk_.directories().contains(path);
}

Result<std::uint64_t> FaultFileSystem::FileSize(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const MemoryDisk::File file, FindFile(path));
  return file->data().size();
}

Result<std::uint64_t> FaultFileSystem::AvailableBytes(const std::string&) {
  const std::lock_guard lock(mutex_);
  return FreeBytes();
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::Lock(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (shared_locks_.contains(path) || !locked_.insert(path).second) {
    return Error(ErrorCode::kConflict, "another process holds the lock").At(path);
  }
  return std::unique_ptr<FileLock>(std::make_unique<MemoryLock>(*this, path, false));
}

Result<std::unique_ptr<FileLock>> FaultFileSystem::LockShared(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (locked_.contains(path)) {
    return Error(ErrorCode::kConflict, "another process holds the lock").At(path);
  }
  ++shared_locks_[path];
  return std::unique_ptr<FileLock>(std::make_unique<MemoryLock>(*this, path, true));
}

void FaultFileSystem::Unlock(const std::string& path, bool is_shared, std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (epoch != epoch_) return;
  if (!is_shared) {
    locked_.erase(path);
  } else if (--shared_locks_[path] == 0) {
    shared_locks_.erase(path);
  }
}

std::uint64_t FaultFileSystem::Random(std::uint64_t below) { return random_() % below; }

}  // namespace bedplate
