#include "base/fault_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"

namespace bedplate {
namespace {

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error NotFound(const std::string& path) {
  return Error(ErrorCode::kNotFound, "no such file or directory").At(path);
}

}  // namespace

class FaultFileSystem::MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(FaultFileSystem& files, SharedNode node, std::string path)
      : files_(files),
        node_(std::move(node)),
        path_(std::move(path)),
        epoch_(files.epoch_),
        size_(node_->data.size()) {}

  Status Append(std::span<const std::byte> bytes) override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(CheckOpen());
    Status appended = files_.AppendTo(*node_, path_, bytes);
    size_ = node_->data.size();
    return appended;
  }

  Status Sync() override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(CheckOpen());
    return files_.SyncNode(*node_, path_);
  }

  Status Close() override { return {}; }

  Status CheckLinked() const override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(CheckOpen());
    for (const auto& [path, node] : files_.names_) {
      if (node == node_) return {};
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
  const SharedNode node_;
  const std::string path_;
  const std::uint64_t epoch_;
  std::uint64_t size_;
};

class FaultFileSystem::MemoryRandomAccessFile final : public RandomAccessFile {
 public:
  MemoryRandomAccessFile(FaultFileSystem& files, SharedNode node, std::string path)
      : files_(files), node_(std::move(node)), path_(std::move(path)), size_(node_->data.size()) {}

  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::lock_guard lock(files_.mutex_);
    RETURN_IF_ERROR(files_.BeginLook(Operation::kRead, path_));
    if (offset > node_->data.size() || out.size() > node_->data.size() - offset) {
      return Error(ErrorCode::kCorruption, fmt::format("file ends at byte {}, before {} more",
                                                       node_->data.size(), offset + out.size()))
          .At(path_);
    }
    if (!out.empty()) std::memcpy(out.data(), node_->data.data() + offset, out.size());
    return {};
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

 private:
  FaultFileSystem& files_;
  const SharedNode node_;
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

FaultFileSystem::FaultFileSystem(std::uint64_t seed) : random_(seed) {}

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
  for (auto& [directory, changes] : pending_) {
    const std::uint64_t kept = unsynced == Unsynced::kTorn ? Random(changes.size() + 1) : 0;
    for (std::uint64_t i = 0; i < kept; ++i) {
      if (!changes[i].removed.empty()) durable_names_.erase(changes[i].removed);
      if (!changes[i].added.empty()) durable_names_[changes[i].added] = changes[i].node;
    }
  }
  pending_.clear();
  names_ = durable_names_;
  for (auto& [path, node] : names_) {
    if (unsynced == Unsynced::kTorn) TearNode(*node);
    node->data = node->durable;
    node->lost_from = node->lost_to = 0;
  }
}

/// Lets a random part of what was not synced reach the disk.
void FaultFileSystem::TearNode(Node& node) {
  if (node.data.size() <= node.durable.size()) return;
  const std::uint64_t missing = node.data.size() - node.durable.size();
  const std::uint64_t kept = Random(missing + 1);
  node.durable += node.data.substr(node.durable.size(), kept);
  const std::uint64_t rest = Random(missing - kept + 1);
  switch (Random(3)) {
    case 0: break;
    case 1: node.durable.append(rest, '\0'); break;
    default:
      for (std::uint64_t i = 0; i < rest; ++i) node.durable += static_cast<char>(Random(256));
  }
}

void FaultFileSystem::SetCapacity(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_bytes_ = bytes;
}

void FaultFileSystem::FlipByte(const std::string& path, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  Node& node = *names_.at(path);
  for (std::string* content : {&node.data, &node.durable}) {
    if (offset < content->size()) (*content)[offset] = static_cast<char>(~(*content)[offset]);
  }
}

std::vector<std::string> FaultFileSystem::Paths() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> paths;
  for (const auto& [path, node] : names_) paths.push_back(path);
  return paths;
}

Status FaultFileSystem::Begin(Operation operation, const std::string& path) {
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

Status FaultFileSystem::AppendTo(Node& node, const std::string& path,
                                 std::span<const std::byte> bytes) {
  const std::string_view text = AsText(bytes);
  if (Status begun = Begin(Operation::kAppend, path); !begun.ok()) {
    // With the power off nothing is written any more; otherwise a part may have been.
    if (operations_ <= cut_at_) node.data += text.substr(0, Random(text.size() + 1));
    return begun;
  }
  const std::uint64_t used = UsedBytes();
  const std::uint64_t room = capacity_bytes_ > used ? capacity_bytes_ - used : 0;
  node.data += text.substr(0, room);
  if (text.size() <= room) return {};
  return Error(ErrorCode::kResourceExhausted, "cannot write: No space left on device").At(path);
}

Status FaultFileSystem::SyncNode(Node& node, const std::string& path) {
  if (Status begun = Begin(Operation::kSync, path); !begun.ok()) {
    if (operations_ <= cut_at_) {
      node.lost_from = node.durable.size();
      node.lost_to = node.data.size();
    }
    return begun;
  }
  if (node.data.size() < node.durable.size()) {
    node.durable = node.data;
  } else {
    node.durable += node.data.substr(node.durable.size());
  }
  for (std::uint64_t i = node.lost_from; i < std::min(node.lost_to, node.durable.size()); ++i) {
    node.durable[i] = '\0';
  }
  return {};
}

std::uint64_t FaultFileSystem::UsedBytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, node] : names_) bytes += node->data.size();
  return bytes;
}

Result<FaultFileSystem::SharedNode> FaultFileSystem::FindNode(const std::string& path) const {
  const auto found = names_.find(path);
  if (found == names_.end()) return NotFound(path);
  return found->second;
}

Result<std::unique_ptr<WritableFile>> FaultFileSystem::OpenWritable(const std::string& path,
                                                                    OpenMode mode) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kOpen, path));
  if (!directories_.contains(DirectoryOf(path))) return NotFound(path);
  SharedNode& node = names_[path];
  if (node && mode == OpenMode::kCreate) {
    return Error(ErrorCode::kAlreadyExists, "the file exists").At(path);
  }
  if (!node) {
    node = std::make_shared<Node>();
    pending_[DirectoryOf(path)].push_back({.removed = "", .added = path, .node = node});
  } else if (mode == OpenMode::kTruncate) {
    // The old bytes may go at once: no promise is made about a file that is truncated in place.
    *node = Node();
  }
  return std::unique_ptr<WritableFile>(std::make_unique<MemoryWritableFile>(*this, node, path));
}

Result<std::unique_ptr<RandomAccessFile>> FaultFileSystem::OpenRandomAccess(
    const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(BeginLook(Operation::kOpenRead, path));
  ASSIGN_OR_RETURN(SharedNode node, FindNode(path));
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<MemoryRandomAccessFile>(*this, std::move(node), path));
}

Result<std::string> FaultFileSystem::ReadFile(const std::string& path, std::uint64_t limit_bytes) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(BeginLook(Operation::kOpenRead, path));
  RETURN_IF_ERROR(BeginLook(Operation::kRead, path));
  ASSIGN_OR_RETURN(const SharedNode node, FindNode(path));
  if (node->data.size() <= limit_bytes) return node->data;
  return Error(ErrorCode::kResourceExhausted, fmt::format("file has {} bytes, at most {} are read",
                                                          node->data.size(), limit_bytes))
      .At(path);
}

Result<std::vector<std::string>> FaultFileSystem::ListDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(BeginLook(Operation::kList, path));
  if (!directories_.contains(path)) return NotFound(path);
  std::vector<std::string> names;
  for (const auto& [file, node] : names_) {
    if (DirectoryOf(file) == path) names.push_back(file.substr(path.size() + 1));
  }
  for (const std::string& directory : directories_) {
    if (directory != path && DirectoryOf(directory) == path) {
      names.push_back(directory.substr(path.size() + 1));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status FaultFileSystem::CreateDirectories(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (directories_.contains(path)) return {};
  RETURN_IF_ERROR(Begin(Operation::kCreateDirectory, path));
  for (std::size_t end = path.find('/', 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    directories_.insert(path.substr(0, end));
  }
  directories_.insert(path);
  return {};
}

Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kRename, from));
  ASSIGN_OR_RETURN(SharedNode node, FindNode(from));
  names_.erase(from);
  names_[to] = node;
  pending_[DirectoryOf(to)].push_back({.removed = from, .added = to, .node = std::move(node)});
  return {};
}

Status FaultFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kRemove, path));
  if (names_.erase(path) == 0) return NotFound(path);
  pending_[DirectoryOf(path)].push_back({.removed = path, .added = "", .node = nullptr});
  return {};
}

Status FaultFileSystem::Truncate(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kTruncate, path));
  ASSIGN_OR_RETURN(const SharedNode node, FindNode(path));
  node->data.resize(size);
  return {};
}

Status FaultFileSystem::SyncDirectory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Begin(Operation::kSyncDirectory, path));
  for (const NameChange& change : pending_[path]) {
    if (!change.removed.empty()) durable_names_.erase(change.removed);
    if (!change.added.empty()) durable_names_[change.added] = change.node;
  }
  pending_[path].clear();
  return {};
}

bool FaultFileSystem::Exists(const std::string& path) {
  const std::lock_guard lock(mutex_);
  return names_.contains(path) || directories_.contains(path);
}

Result<std::uint64_t> FaultFileSystem::FileSize(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(const SharedNode node, FindNode(path));
  return node->data.size();
}

Result<std::uint64_t> FaultFileSystem::AvailableBytes(const std::string&) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t used = UsedBytes();
  return capacity_bytes_ > used ? capacity_bytes_ - used : 0;
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
