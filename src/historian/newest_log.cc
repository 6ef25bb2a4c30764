#include "historian/newest_log.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/crc32c.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kMagic = "BEDPLNEW";
constexpr std::string_view kFileName = "NEWEST";
constexpr std::size_t kCrcOffset = 16;
constexpr std::size_t kFileBytes = kCrcOffset + sizeof(std::uint32_t);

std::array<std::string, 2> Paths(const std::string& wal_directory) {
  return {JoinPath(wal_directory, kFileName), fmt::format("{}.{}", wal_directory, kFileName)};
}

/// Errors: kNotFound, kCorruption naming the file.
Result<std::uint64_t> ReadOne(FileSystem& files, const std::string& path) {
  constexpr std::uint64_t kLimitBytes = 4096;
  ASSIGN_OR_RETURN(const std::string content, files.ReadFile(path, kLimitBytes));
  const ByteView bytes = AsBytes(content);
  const bool is_valid =
      bytes.size() == kFileBytes && content.starts_with(kMagic) &&
      Crc32c(bytes.first(kCrcOffset)) == LoadFixed<std::uint32_t>(bytes.data() + kCrcOffset);
  if (!is_valid) return Error(ErrorCode::kCorruption, "the checksum does not match").At(path);
  return LoadFixed<std::uint64_t>(bytes.data() + kMagic.size());
}

}  // namespace

Status WriteNewestLog(FileSystem& files, const std::string& wal_directory, std::uint64_t sequence) {
  Bytes bytes;
  PutBytes(bytes, AsBytes(kMagic));
  PutFixed(bytes, sequence);
  PutFixed(bytes, Crc32c(bytes));
  for (const std::string& path : Paths(wal_directory)) {
    RETURN_IF_ERROR(WriteFileAtomically(files, path, AsText(bytes)));
  }
  return {};
}

Result<NewestLog> ReadNewestLog(FileSystem& files, const std::string& wal_directory) {
  NewestLog newest;
  for (const std::string& path : Paths(wal_directory)) {
    const auto sequence = ReadOne(files, path);
    if (sequence.ok()) {
      newest.sequence = std::max(newest.sequence, *sequence);
    } else if (sequence.error().code() == ErrorCode::kCorruption) {
      newest.damaged.push_back(sequence.error());
    } else if (sequence.error().code() != ErrorCode::kNotFound) {
      return sequence.error();
    }
  }
  return newest;
}

}  // namespace bedplate::historian
