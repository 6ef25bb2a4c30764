#include "historian/evidence.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

constexpr int kMaxFoldersOfASecond = 1000;

/// A full disk is what tears tails and manifests: the room that is left belongs to the store.
Status CheckRoom(FileSystem& files, const std::string& directory, std::uint64_t bytes) {
  ASSIGN_OR_RETURN(const std::uint64_t available, files.AvailableBytes(directory));
  if (available >= bytes && available - bytes >= kFreeBehindEvidenceBytes) return {};
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("{} bytes are free, {} and {} behind them are needed", available, bytes,
                           kFreeBehindEvidenceBytes))
      .At(directory);
}

Status Write(FileSystem& files, const std::string& path, std::string_view content) {
  ASSIGN_OR_RETURN(const auto file, files.OpenWritable(path, OpenMode::kTruncate));
  RETURN_IF_ERROR(file->Append(AsBytes(content)));
  return file->Sync();
}

/// "20261124T203200Z".
std::string FolderName(Timestamp now) {
  const std::int64_t nanoseconds = now.nanoseconds();
  std::string name = FormatTimestamp(Timestamp(nanoseconds - nanoseconds % kNanosecondsPerSecond));
  std::erase_if(name, [](char c) { return c == '-' || c == ':'; });
  return name;
}

}  // namespace

Status KeepEvidence(FileSystem& files, const std::string& path, std::string_view content) {
  const std::string directory = DirectoryOf(path);
  RETURN_IF_ERROR(files.CreateDirectories(directory));
  RETURN_IF_ERROR(CheckRoom(files, directory, content.size()));
  if (Status written = Write(files, path, content); !written.ok()) {
    static_cast<void>(files.Remove(path));  // the error that matters is the one before
    return written;
  }
  return files.SyncDirectory(directory);
}

Result<std::string> NewQuarantineFolder(FileSystem& files, const Clock& clock,
                                        const std::string& directory) {
  const std::string first = JoinPath(QuarantinePath(directory), FolderName(clock.Now()));
  for (int number = 1; number <= kMaxFoldersOfASecond; ++number) {
    std::string folder = number == 1 ? first : fmt::format("{}-{}", first, number);
    if (!files.Exists(folder)) return folder;
  }
  return Error(ErrorCode::kResourceExhausted, "no folder of that second is free").At(first);
}

std::string QuarantinePath(const std::string& directory) {
  return JoinPath(directory, "quarantine");
}

}  // namespace bedplate::historian
