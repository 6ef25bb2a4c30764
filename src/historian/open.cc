#include <algorithm>

#include <fmt/format.h>

#include "historian/check.h"
#include "historian/format.h"
#include "historian/historian.h"
#include "historian/manifest.h"
#include "historian/recovery.h"
#include "historian/repair.h"
#include "historian/store.h"
#include "historian/waiting_store.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kMinHeadBytes = 4096;
constexpr std::uint64_t kMaxHeadBytes = 64ULL << 30U;
constexpr std::uint64_t kMinWalFileBytes = 4096;
constexpr std::uint64_t kLargestWalFileBytes = 1ULL << 30U;
constexpr std::uint64_t kMinCompactionRate = 1ULL << 20U;
constexpr std::uint64_t kMaxCompactionRate = 1ULL << 40U;

Status CheckWithin(std::string_view option, std::uint64_t value, std::uint64_t least,
                   std::uint64_t most) {
  if (value >= least && value <= most) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} is {}, expected {} to {}", option, value, least, most));
}

}  // namespace

Status HistorianOptions::Validate() const {
  RETURN_IF_ERROR(CheckWithin("head_limit_bytes", head_limit_bytes, kMinHeadBytes, kMaxHeadBytes));
  RETURN_IF_ERROR(
      CheckWithin("wal_file_bytes", wal_file_bytes, kMinWalFileBytes, kLargestWalFileBytes));
  if (compaction_bytes_per_second != 0) {
    RETURN_IF_ERROR(CheckWithin("compaction_bytes_per_second", compaction_bytes_per_second,
                                kMinCompactionRate, kMaxCompactionRate));
  }
  if (flush_age.count() > 0) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("flush_age is {} ms, expected more than 0", flush_age.count()));
}

namespace {

/// Against processes that write. Where no lock was ever taken nobody can have it open.
Result<std::unique_ptr<FileLock>> LockForReading(FileSystem& files, const std::string& directory) {
  auto lock = files.LockShared(JoinPath(directory, historian::kLockName));
  if (lock.ok() || lock.error().code() != ErrorCode::kNotFound) return lock;
  return std::unique_ptr<FileLock>();
}

Status CheckIsStore(FileSystem& files, const std::string& directory) {
  if (Historian::Exists(files, directory)) return {};
  return Error(ErrorCode::kNotFound, "there is no historian").At(directory);
}

}  // namespace

bool Historian::Exists(FileSystem& files, const std::string& directory) {
  const auto paths = historian::ManifestPaths(directory);
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return files.Exists(path); });
}

Result<std::unique_ptr<Historian>> Historian::OpenReadOnly(FileSystem& files, const Clock& clock,
                                                           const std::string& directory) {
  RETURN_IF_ERROR(CheckIsStore(files, directory));
  ASSIGN_OR_RETURN(auto lock, LockForReading(files, directory));
  auto latch = std::make_unique<historian::SyncLatch>(files, clock);
  ASSIGN_OR_RETURN(auto recovered,
                   historian::Recover(*latch, clock, directory, historian::RecoveryMode::kRead));
  HistorianOptions options;
  options.background = false;
  return std::unique_ptr<Historian>(std::make_unique<historian::Store>(
      std::move(latch), clock, directory, options, std::move(lock), std::move(recovered)));
}

Result<std::vector<std::string>> Historian::Repair(FileSystem& files, const Clock& clock,
                                                   const std::string& directory,
                                                   const CancelToken& cancel) {
  RETURN_IF_ERROR(CheckIsStore(files, directory));
  RETURN_IF_ERROR(files.CreateDirectories(JoinPath(directory, historian::kWalDirectory)));
  RETURN_IF_ERROR(files.CreateDirectories(JoinPath(directory, historian::kSegmentDirectory)));
  ASSIGN_OR_RETURN(const auto lock, files.Lock(JoinPath(directory, historian::kLockName)));
  return historian::RepairStore(files, clock, directory, cancel);
}

Result<CheckReport> Historian::CheckFiles(FileSystem& files, const Clock& clock,
                                          const std::string& directory, const CancelToken& cancel) {
  if (!files.Exists(JoinPath(directory, historian::kSegmentDirectory))) {
    RETURN_IF_ERROR(CheckIsStore(files, directory));
  }
  ASSIGN_OR_RETURN(const auto lock, LockForReading(files, directory));
  return historian::CheckDirectory(files, clock, directory, cancel);
}

Result<std::vector<std::string>> Historian::CheckCopy(FileSystem& files,
                                                      const std::string& directory,
                                                      const std::string& name,
                                                      const std::string& path) {
  return historian::CheckCopy(files, directory, name, path);
}

Result<std::unique_ptr<Historian>> Historian::Open(FileSystem& files, const Clock& clock,
                                                   const std::string& directory,
                                                   const HistorianOptions& options) {
  RETURN_IF_ERROR(options.Validate());
  RETURN_IF_ERROR(files.CreateDirectories(JoinPath(directory, historian::kWalDirectory)));
  RETURN_IF_ERROR(files.CreateDirectories(JoinPath(directory, historian::kSegmentDirectory)));
  ASSIGN_OR_RETURN(auto lock, files.Lock(JoinPath(directory, historian::kLockName)));
  auto latch = std::make_unique<historian::SyncLatch>(files, clock);
  // Before, as room that comes while a long log is read is room that was not there.
  const auto available = files.AvailableBytes(directory);
  auto recovered = historian::Recover(*latch, clock, directory);
  if (!recovered.ok() && recovered.error().code() == ErrorCode::kResourceExhausted) {
    return historian::WaitingStore::Open(files, clock, directory, options, std::move(lock),
                                         std::move(recovered).error(),
                                         available.ok() ? *available : 0);
  }
  if (!recovered.ok()) return std::move(recovered).error();
  return std::unique_ptr<Historian>(std::make_unique<historian::Store>(
      std::move(latch), clock, directory, options, std::move(lock), *std::move(recovered)));
}

}  // namespace bedplate
