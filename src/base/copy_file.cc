#include "base/copy_file.h"

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace bedplate {
namespace {

Status CopyPieces(FileSystem& files, const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const auto source, files.OpenRandomAccess(from));
  ASSIGN_OR_RETURN(const auto target, files.OpenWritable(to, OpenMode::kTruncate));
  Bytes piece;
  for (std::uint64_t at = 0; at < source->size(); at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kCopyPieceBytes, source->size() - at));
    RETURN_IF_ERROR(source->ReadAt(at, piece));
    RETURN_IF_ERROR(target->Append(piece));
  }
  RETURN_IF_ERROR(target->Sync());
  return target->Close();
}

}  // namespace

Status CopyFileAtomically(FileSystem& files, const std::string& from, const std::string& to) {
  const std::string temporary = to + ".tmp";
  if (Status copied = CopyPieces(files, from, temporary); !copied.ok()) {
    // The error that matters is the one that stopped the copy; a leftover is overwritten later.
    static_cast<void>(files.Remove(temporary));
    return copied;
  }
  RETURN_IF_ERROR(files.Rename(temporary, to));
  return files.SyncDirectory(DirectoryOf(to));
}

}  // namespace bedplate
