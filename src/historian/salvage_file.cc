#include "historian/salvage_file.h"

#include <algorithm>

#include <fmt/format.h>

namespace bedplate::historian {
namespace {

bool IsUnreadable(const Status& read) {
  return !read.ok() && read.error().code() == ErrorCode::kIo;
}

}  // namespace

Status SalvageFile::ReadAt(std::uint64_t offset, std::span<std::byte> out) const {
  Status whole = file_->ReadAt(offset, out);
  if (!IsUnreadable(whole)) return whole;
  while (!out.empty()) {
    const std::uint64_t piece =
        std::min<std::uint64_t>(kSalvagePieceBytes - offset % kSalvagePieceBytes, out.size());
    RETURN_IF_ERROR(ReadPiece(offset, out.first(piece)));
    offset += piece;
    out = out.subspan(piece);
  }
  return {};
}

Status SalvageFile::ReadPiece(std::uint64_t offset, std::span<std::byte> out) const {
  Status read = file_->ReadAt(offset, out);
  if (IsUnreadable(read)) read = file_->ReadAt(offset, out);
  if (!IsUnreadable(read)) return read;
  std::fill(out.begin(), out.end(), std::byte{0});
  unreadable_bytes_ += out.size();
  return {};
}

Result<std::unique_ptr<SalvageFile>> OpenSalvage(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(auto file, files.OpenRandomAccess(path));
  return std::make_unique<SalvageFile>(std::move(file));
}

Result<SalvagedContent> ReadSalvage(FileSystem& files, const std::string& path,
                                    std::uint64_t limit_bytes) {
  ASSIGN_OR_RETURN(const auto file, OpenSalvage(files, path));
  if (file->size() > limit_bytes) {
    return Error(ErrorCode::kResourceExhausted,
                 fmt::format("file has {} bytes, at most {} are read", file->size(), limit_bytes))
        .At(path);
  }
  SalvagedContent read;
  read.content.resize(file->size());
  RETURN_IF_ERROR(file->ReadAt(0, std::as_writable_bytes(std::span(read.content))));
  read.unreadable_bytes = file->unreadable_bytes();
  return read;
}

bool IsDamage(const Error& error) noexcept {
  return error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kIo;
}

}  // namespace bedplate::historian
