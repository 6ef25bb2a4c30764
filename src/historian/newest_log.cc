#include "historian/newest_log.h"

#include "base/bytes.h"
#include "base/crc32c.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kMagic = "BEDPLNEW";
constexpr std::string_view kFileName = "NEWEST";
constexpr std::size_t kCrcOffset = 16;
constexpr std::size_t kFileBytes = kCrcOffset + sizeof(std::uint32_t);

}  // namespace

Status WriteNewestLog(FileSystem& files, const std::string& wal_directory, std::uint64_t sequence) {
  Bytes bytes;
  PutBytes(bytes, AsBytes(kMagic));
  PutFixed(bytes, sequence);
  PutFixed(bytes, Crc32c(bytes));
  return WriteFileAtomically(files, JoinPath(wal_directory, kFileName), AsText(bytes));
}

Result<std::uint64_t> ReadNewestLog(FileSystem& files, const std::string& wal_directory) {
  const std::string path = JoinPath(wal_directory, kFileName);
  ASSIGN_OR_RETURN(const std::string content, files.ReadFile(path, 4096));
  const ByteView bytes = AsBytes(content);
  const bool is_valid =
      bytes.size() == kFileBytes && content.starts_with(kMagic) &&
      Crc32c(bytes.first(kCrcOffset)) == LoadFixed<std::uint32_t>(bytes.data() + kCrcOffset);
  if (!is_valid) return Error(ErrorCode::kCorruption, "the checksum does not match").At(path);
  return LoadFixed<std::uint64_t>(bytes.data() + kMagic.size());
}

}  // namespace bedplate::historian
