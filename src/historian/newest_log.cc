#include "historian/newest_log.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "historian/salvage_file.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kMagic = "BEDPLNE2";
constexpr std::string_view kMagicWithoutEnd = "BEDPLNEW";
constexpr std::string_view kFileName = "NEWEST";
constexpr std::size_t kCrcBytes = sizeof(std::uint32_t);

std::array<std::string, 2> Paths(const std::string& wal_directory) {
  return {JoinPath(wal_directory, kFileName), fmt::format("{}.{}", wal_directory, kFileName)};
}

std::optional<NewestLog> Parse(ByteView bytes) {
  if (bytes.size() < kMagic.size() + kCrcBytes) return std::nullopt;
  const ByteView content = bytes.first(bytes.size() - kCrcBytes);
  if (Crc32c(content) != LoadFixed<std::uint32_t>(bytes.data() + content.size())) {
    return std::nullopt;
  }
  ByteReader in(content);
  const std::string_view magic = AsText(in.Take(kMagic.size()));
  NewestLog newest;
  newest.sequence = in.Fixed<std::uint64_t>();
  if (magic == kMagic) newest.end = in.Fixed<std::uint64_t>();
  const bool is_known = magic == kMagic || magic == kMagicWithoutEnd;
  return is_known && in.ok() && in.AtEnd() ? std::optional(newest) : std::nullopt;
}

/// Errors: kNotFound, kCorruption naming the file, also when it is far too long.
Result<NewestLog> ReadOne(FileSystem& files, const std::string& path) {
  constexpr std::uint64_t kLimitBytes = 1ULL << 20U;
  const auto content = files.ReadFile(path, kLimitBytes);
  if (!content.ok() && content.error().code() == ErrorCode::kResourceExhausted) {
    return Error(ErrorCode::kCorruption, content.error().message()).At(path);
  }
  if (!content.ok()) return content.error();
  const auto newest = Parse(AsBytes(*content));
  if (!newest) return Error(ErrorCode::kCorruption, "the checksum does not match").At(path);
  return *newest;
}

}  // namespace

Status WriteNewestLog(FileSystem& files, const std::string& wal_directory,
                      const NewestLog& newest) {
  Bytes bytes;
  PutBytes(bytes, AsBytes(kMagic));
  PutFixed(bytes, newest.sequence);
  PutFixed(bytes, newest.end);
  PutFixed(bytes, Crc32c(bytes));
  for (const std::string& path : Paths(wal_directory)) {
    RETURN_IF_ERROR(WriteFileAtomically(files, path, AsText(bytes)));
  }
  return {};
}

Result<StoredNewestLog> ReadNewestLog(FileSystem& files, const std::string& wal_directory) {
  StoredNewestLog stored;
  for (const std::string& path : Paths(wal_directory)) {
    const auto newest = ReadOne(files, path);
    if (newest.ok()) {
      stored.newest = std::max(stored.newest, *newest);
    } else if (IsDamage(newest.error())) {
      stored.damaged.push_back(newest.error());
    } else if (newest.error().code() != ErrorCode::kNotFound) {
      return newest.error();
    }
  }
  return stored;
}

}  // namespace bedplate::historian
