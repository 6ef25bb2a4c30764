#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// Disks lose sectors: reading one fails with kIo for good, all others can be read.
inline constexpr std::uint64_t kSalvagePieceBytes = 4096;

/// A file of which what cannot be read, also when it is tried again, reads as zeros. Whether those
/// are what stood there only checksums tell. Not safe for concurrent use.
class SalvageFile final : public RandomAccessFile {
 public:
  explicit SalvageFile(std::shared_ptr<const RandomAccessFile> file) : file_(std::move(file)) {}

  /// Errors: those of the file but kIo.
  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override;
  [[nodiscard]] std::uint64_t size() const override { return file_->size(); }
  /// How many of the bytes that were read are such zeros.
  [[nodiscard]] std::uint64_t unreadable_bytes() const noexcept { return unreadable_bytes_; }

 private:
  Status ReadPiece(std::uint64_t offset, std::span<std::byte> out) const;

  const std::shared_ptr<const RandomAccessFile> file_;
  mutable std::uint64_t unreadable_bytes_ = 0;
};

/// Errors: those of opening the file.
Result<std::unique_ptr<SalvageFile>> OpenSalvage(FileSystem& files, const std::string& path);

struct SalvagedContent {
  std::string content;
  std::uint64_t unreadable_bytes = 0;
};
/// All of a file of at most `limit_bytes` (kResourceExhausted), read as SalvageFile does.
Result<SalvagedContent> ReadSalvage(FileSystem& files, const std::string& path,
                                    std::uint64_t limit_bytes);

/// Whether an error says that something on the disk is damaged: its checksum, or a sector of it.
[[nodiscard]] bool IsDamage(const Error& error) noexcept;

}  // namespace bedplate::historian
