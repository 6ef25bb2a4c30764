#include "services/backup_contents.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/copy_file.h"
#include "base/crc32c.h"

namespace bedplate {
namespace {

constexpr std::string_view kHeading = "bedplate backup ";
constexpr std::uint64_t kVersion = 2;
constexpr std::string_view kRoundWord = "round";
constexpr std::string_view kDamageWord = "damage";
constexpr std::uint64_t kMaxContentsBytes = 1ULL << 30U;

/// Reads the first `bytes` of a file piece by piece.
template <typename Sink>
Status ReadPieces(FileSystem& files, const std::string& path, std::uint64_t bytes, Sink sink) {
  ASSIGN_OR_RETURN(const auto file, files.OpenRandomAccess(path));
  Bytes piece;
  for (std::uint64_t at = 0; at < bytes; at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kCopyPieceBytes, bytes - at));
    RETURN_IF_ERROR(file->ReadAt(at, piece));
    RETURN_IF_ERROR(sink(ByteView(piece)));
  }
  return {};
}

Status WritePieces(FileSystem& files, const std::string& from, std::uint64_t bytes,
                   const std::string& to, const CancelToken& cancel, CopiedFile& copied) {
  ASSIGN_OR_RETURN(const auto file, files.OpenWritable(to, OpenMode::kTruncate));
  Status written;
  copied.source = ReadPieces(files, from, bytes, [&](ByteView piece) {
    copied.crc = Crc32c(piece, copied.crc);
    written = cancel.cancelled() ? Error(ErrorCode::kCancelled, "the copy was cancelled")
                                 : file->Append(piece);
    return written;
  });
  RETURN_IF_ERROR(std::move(written));
  return copied.source.ok() ? file->Sync() : Status();
}

template <typename T>
bool TakeNumber(std::string_view text, int base, T& number) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return code == std::errc() && end == text.data() + text.size();
}

/// Whether a name can be put behind a directory without leaving it.
bool StaysBelow(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos;
}

std::string_view TakeWord(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

/// One line is one damage.
std::string OnOneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

class ContentsReader {
 public:
  /// Whether the line reads.
  bool Take(std::string_view line) {
    if (line.starts_with(kRoundWord)) {
      TakeWord(line);
      return TakeNumber(line, 10, contents_.round);
    }
    return line.starts_with(kDamageWord) ? TakeDamage(line) : TakeEntry(line);
  }

  BackupContents Finish() && { return std::move(contents_); }

 private:
  bool TakeDamage(std::string_view line) {
    TakeWord(line);
    const std::string_view name = TakeWord(line);
    if (!StaysBelow(name) || line.empty()) return false;
    contents_.damage[std::string(name)].emplace_back(line);
    return true;
  }

  bool TakeEntry(std::string_view line) {
    BackupEntry entry;
    const bool numbers =
        TakeNumber(TakeWord(line), 16, entry.crc) && TakeNumber(TakeWord(line), 10, entry.bytes);
    entry.stored = TakeWord(line);
    entry.name = TakeWord(line);
    // Version 1 has no round.
    const bool round = line.empty() || TakeNumber(TakeWord(line), 10, entry.round);
    if (!numbers || !round || !line.empty() || !StaysBelow(entry.stored) ||
        !StaysBelow(entry.name)) {
      return false;
    }
    contents_.entries.push_back(std::move(entry));
    return true;
  }

  BackupContents contents_;
};

Status CheckHeading(std::string_view line) {
  std::uint64_t version = 0;
  if (!line.starts_with(kHeading) || !TakeNumber(line.substr(kHeading.size()), 10, version)) {
    return Error(ErrorCode::kCorruption,
                 fmt::format("no list of a backup: expected '{}{}'", kHeading, kVersion));
  }
  if (version >= 1 && version <= kVersion) return {};
  return Error(ErrorCode::kUnsupported,
               fmt::format("the list has version {}, this Bedplate reads up to {}; a newer one "
                           "made it",
                           version, kVersion));
}

/// The text without its last line, which is the checksum of all before it.
Result<std::string_view> CheckedBody(std::string_view text) {
  constexpr std::size_t kChecksumLine = 9;
  if (text.size() < kChecksumLine) {
    return Error(ErrorCode::kCorruption, "no list of a backup: too short");
  }
  const std::string_view body = text.substr(0, text.size() - kChecksumLine);
  std::uint32_t crc = 0;
  if (TakeNumber(text.substr(body.size(), kChecksumLine - 1), 16, crc) &&
      crc == Crc32c(AsBytes(body))) {
    return body;
  }
  return Error(ErrorCode::kCorruption, "no list of a backup: the checksum does not match");
}

Result<BackupContents> ParseContents(std::string_view text) {
  ASSIGN_OR_RETURN(const std::string_view body, CheckedBody(text));
  ContentsReader reader;
  std::size_t at = 0;
  for (bool is_first = true; at < body.size(); is_first = false) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const std::string_view line = body.substr(at, end - at);
    at = end + 1;
    if (is_first) {
      RETURN_IF_ERROR(CheckHeading(line));
    } else if (!reader.Take(line)) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("no list of a backup: the line '{}' does not read", line));
    }
  }
  return std::move(reader).Finish();
}

}  // namespace

std::string FormatContents(const BackupContents& contents) {
  std::string text = fmt::format("{}{}\n{} {}\n", kHeading, kVersion, kRoundWord, contents.round);
  for (const BackupEntry& entry : contents.entries) {
    text += fmt::format("{:08x} {} {} {} {}\n", entry.crc, entry.bytes, entry.stored, entry.name,
                        entry.round);
  }
  for (const auto& [name, damage] : contents.damage) {
    for (const std::string& line : damage) {
      text += fmt::format("{} {} {}\n", kDamageWord, name, OnOneLine(line));
    }
  }
  return text + fmt::format("{:08x}\n", Crc32c(AsBytes(text)));
}

Result<BackupContents> ReadContents(FileSystem& files, const std::string& target,
                                    const std::string& backup) {
  const std::string path = JoinPath(BackupPath(target, backup), kContentsFile);
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kMaxContentsBytes));
  auto contents = ParseContents(text);
  if (!contents.ok()) return std::move(contents).error().At(path);
  return contents;
}

std::string BackupName(Timestamp time) {
  std::string name = FormatTimestamp(time);
  std::replace(name.begin(), name.end(), ':', '-');
  return name;
}

std::optional<Timestamp> TimeInBackupName(std::string name) {
  const std::size_t clock = std::min(name.find('T'), name.size());
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(clock), name.end(), '-', ':');
  const auto time = ParseTimestamp(name);
  return time.ok() ? std::optional(*time) : std::nullopt;
}

Result<std::vector<std::string>> ListBackups(FileSystem& files, const std::string& target) {
  const std::string folder = JoinPath(target, kBackupFolder);
  std::vector<std::string> backups;
  if (!files.Exists(folder)) return backups;
  ASSIGN_OR_RETURN(const auto names, files.ListDirectory(folder));
  for (const std::string& name : names) {
    if (files.Exists(JoinPath(JoinPath(folder, name), kContentsFile))) backups.push_back(name);
  }
  // By time: the names have as many digits of a second as need be.
  std::stable_sort(backups.begin(), backups.end(), [](const std::string& a, const std::string& b) {
    return TimeInBackupName(a) < TimeInBackupName(b);
  });
  return backups;
}

std::string BackupPath(const std::string& target, const std::string& backup) {
  return JoinPath(JoinPath(target, kBackupFolder), backup);
}

Result<CopiedFile> CopyPieces(FileSystem& files, const std::string& from, std::uint64_t bytes,
                              const std::string& to, const CancelToken& cancel) {
  CopiedFile copied;
  Status written = WritePieces(files, from, bytes, to, cancel, copied);
  if (written.ok() && copied.source.ok()) return copied;
  // The error that matters is the one that stopped the copy; a leftover is overwritten later.
  static_cast<void>(files.Remove(to));
  if (!written.ok()) return std::move(written).error();
  return copied;
}

Result<CopiedFile> CopyDurably(FileSystem& files, const std::string& from, std::uint64_t bytes,
                               const std::string& to, const CancelToken& cancel) {
  const std::string temporary = to + ".tmp";
  ASSIGN_OR_RETURN(CopiedFile copied, CopyPieces(files, from, bytes, temporary, cancel));
  if (!copied.source.ok()) return copied;
  RETURN_IF_ERROR(files.Rename(temporary, to));
  RETURN_IF_ERROR(files.SyncDirectory(DirectoryOf(to)));
  return copied;
}

Result<std::uint32_t> ChecksumOfFile(FileSystem& files, const std::string& path,
                                     std::uint64_t bytes) {
  std::uint32_t crc = 0;
  RETURN_IF_ERROR(ReadPieces(files, path, bytes, [&](ByteView piece) {
    crc = Crc32c(piece, crc);
    return Status();
  }));
  return crc;
}

std::optional<std::string> FindDamage(FileSystem& files, const std::string& target,
                                      const BackupEntry& entry, bool reads_all) {
  const std::string path = JoinPath(target, entry.stored);
  const auto bytes = files.FileSize(path);
  if (!bytes.ok() && bytes.error().code() == ErrorCode::kNotFound) {
    return fmt::format("{}: the file is missing", path);
  }
  if (!bytes.ok()) return bytes.error().ToString();
  if (*bytes < entry.bytes) {
    return fmt::format("{}: file has {} bytes, expected {}", path, *bytes, entry.bytes);
  }
  if (!reads_all) return std::nullopt;
  const auto crc = ChecksumOfFile(files, path, entry.bytes);
  if (!crc.ok()) return crc.error().ToString();
  if (*crc == entry.crc) return std::nullopt;
  return fmt::format("{}: checksum {:08x}, expected {:08x}", path, *crc, entry.crc);
}

}  // namespace bedplate
