#include "base/file_system.h"

#include "base/bytes.h"

namespace bedplate {
namespace {

Status WriteWhole(FileSystem& files, const std::string& path, std::string_view content) {
  ASSIGN_OR_RETURN(auto file, files.OpenWritable(path, OpenMode::kTruncate));
  RETURN_IF_ERROR(file->Append(AsBytes(content)));
  RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

Status WriteFileAtomically(FileSystem& files, const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  if (Status written = WriteWhole(files, temporary, content); !written.ok()) {
    // The error that matters is the one that stopped the write; a leftover is overwritten later.
    static_cast<void>(files.Remove(temporary));
    return written;
  }
  RETURN_IF_ERROR(files.Rename(temporary, path));
  return files.SyncDirectory(DirectoryOf(path));
}

std::string JoinPath(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') path += '/';
  path += name;
  return path;
}

std::string DirectoryOf(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

}  // namespace bedplate
