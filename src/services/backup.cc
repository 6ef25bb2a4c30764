#include "services/backup.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "services/data_directory.h"

namespace bedplate {
namespace {

constexpr std::string_view kContentsFile = "CONTENTS";
constexpr std::string_view kHeading = "bedplate backup 1";
constexpr std::string_view kSegmentFolder = "segments";
constexpr std::string_view kBackupFolder = "backups";
constexpr std::uint64_t kPieceBytes = 1ULL << 20U;
constexpr std::uint64_t kMaxContentsBytes = 1ULL << 30U;
constexpr std::uint64_t kFingerprintBytes = 64;
constexpr std::uint64_t kMaxNameBytes = 4096;

/// A file of a backup: where it lies in the backup directory and where in a data directory.
struct Entry {
  std::uint32_t crc = 0;
  std::uint64_t bytes = 0;
  std::string stored;  // below TARGET
  std::string name;    // below DIR
};

/// Reads the first `bytes` of a file piece by piece.
template <typename Sink>
Status ReadPieces(FileSystem& files, const std::string& path, std::uint64_t bytes, Sink sink) {
  ASSIGN_OR_RETURN(const auto file, files.OpenRandomAccess(path));
  Bytes piece;
  for (std::uint64_t at = 0; at < bytes; at += piece.size()) {
    piece.resize(std::min(kPieceBytes, bytes - at));
    RETURN_IF_ERROR(file->ReadAt(at, piece));
    RETURN_IF_ERROR(sink(ByteView(piece)));
  }
  return {};
}

Result<std::uint32_t> ChecksumOf(FileSystem& files, const std::string& path, std::uint64_t bytes) {
  std::uint32_t crc = 0;
  RETURN_IF_ERROR(ReadPieces(files, path, bytes, [&](ByteView piece) {
    crc = Crc32c(piece, crc);
    return Status();
  }));
  return crc;
}

/// Copies and returns the checksum.
Result<std::uint32_t> CopyPieces(FileSystem& files, const std::string& from, std::uint64_t bytes,
                                 const std::string& to, const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const auto file, files.OpenWritable(to, OpenMode::kTruncate));
  std::uint32_t crc = 0;
  RETURN_IF_ERROR(ReadPieces(files, from, bytes, [&](ByteView piece) -> Status {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "the copy was cancelled");
    crc = Crc32c(piece, crc);
    return file->Append(piece);
  }));
  RETURN_IF_ERROR(file->Sync());
  return crc;
}

/// The same; the name counts only when all of it is durable.
Result<std::uint32_t> CopyFile(FileSystem& files, const std::string& from, std::uint64_t bytes,
                               const std::string& to, const CancelToken& cancel) {
  const std::string temporary = to + ".tmp";
  auto crc = CopyPieces(files, from, bytes, temporary, cancel);
  if (!crc.ok()) {
    // The error that matters is the one that stopped the copy; a leftover is overwritten later.
    static_cast<void>(files.Remove(temporary));
    return crc;
  }
  RETURN_IF_ERROR(files.Rename(temporary, to));
  RETURN_IF_ERROR(files.SyncDirectory(DirectoryOf(to)));
  return crc;
}

std::string FormatContents(const std::vector<Entry>& entries) {
  std::string text(kHeading);
  text += '\n';
  for (const Entry& entry : entries) {
    text += fmt::format("{:08x} {} {} {}\n", entry.crc, entry.bytes, entry.stored, entry.name);
  }
  return text + fmt::format("{:08x}\n", Crc32c(AsBytes(text)));
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

std::optional<Entry> ParseEntry(std::string_view line) {
  Entry entry;
  const bool numbers =
      TakeNumber(TakeWord(line), 16, entry.crc) && TakeNumber(TakeWord(line), 10, entry.bytes);
  entry.stored = TakeWord(line);
  entry.name = TakeWord(line);
  if (!numbers || !line.empty() || !StaysBelow(entry.stored) || !StaysBelow(entry.name)) {
    return std::nullopt;
  }
  return entry;
}

Result<std::vector<Entry>> ReadContents(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kMaxContentsBytes));
  const auto damaged = [&](std::string_view why) {
    return Error(ErrorCode::kCorruption, fmt::format("no list of a backup: {}", why)).At(path);
  };
  constexpr std::size_t kChecksumLine = 9;
  if (text.size() < kChecksumLine) return damaged("too short");
  const std::string_view body = std::string_view(text).substr(0, text.size() - kChecksumLine);
  std::uint32_t crc = 0;
  if (!TakeNumber(std::string_view(text).substr(body.size(), kChecksumLine - 1), 16, crc) ||
      crc != Crc32c(AsBytes(body))) {
    return damaged("the checksum does not match");
  }
  std::vector<Entry> entries;
  std::size_t at = 0;
  for (bool is_first = true; at < body.size(); is_first = false) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const std::string_view line = body.substr(at, end - at);
    at = end + 1;
    if (is_first) {
      if (line != kHeading) return damaged(fmt::format("expected '{}'", kHeading));
      continue;
    }
    auto entry = ParseEntry(line);
    if (!entry) return damaged(fmt::format("the line '{}' does not read", line));
    entries.push_back(*std::move(entry));
  }
  return entries;
}

/// A backup is called after its time, without the colons that some file systems do not take.
std::string NameOf(Timestamp time) {
  std::string name = FormatTimestamp(time);
  std::replace(name.begin(), name.end(), ':', '-');
  return name;
}

/// The time in a name; nothing for a folder of another kind.
std::optional<Timestamp> TimeIn(std::string name) {
  const std::size_t clock = std::min(name.find('T'), name.size());
  std::replace(name.begin() + static_cast<std::ptrdiff_t>(clock), name.end(), '-', ':');
  const auto time = ParseTimestamp(name);
  return time.ok() ? std::optional(*time) : std::nullopt;
}

/// The backups of a target that count, oldest first.
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
    return TimeIn(a) < TimeIn(b);
  });
  return backups;
}

class BackupWriter {
 public:
  BackupWriter(FileSystem& files, const Clock& clock, Workspace& workspace, std::string target,
               const CancelToken& cancel)
      : files_(files),
        clock_(clock),
        workspace_(workspace),
        target_(std::move(target)),
        cancel_(cancel) {}

  Result<BackupReport> Run() {
    RETURN_IF_ERROR(ChooseName());
    RETURN_IF_ERROR(files_.CreateDirectories(JoinPath(target_, kSegmentFolder)));
    RETURN_IF_ERROR(
        files_.CreateDirectories(Path(JoinPath(JoinPath(folder_, kHistorianFolder), "wal"))));
    RETURN_IF_ERROR(ReadKnownSegments());
    RETURN_IF_ERROR(workspace_.historian().Backup(
        [this](const BackupFile& file) { return AddHistorianFile(file); }));
    RETURN_IF_ERROR(AddCatalog());
    RETURN_IF_ERROR(AddCopy(kFormatFile));
    if (files_.Exists(JoinPath(workspace_.directory(), kTokenFile))) {
      RETURN_IF_ERROR(AddCopy(kTokenFile));
    }
    RETURN_IF_ERROR(WriteFileAtomically(files_, Path(JoinPath(folder_, kContentsFile)),
                                        FormatContents(entries_)));
    return report_;
  }

 private:
  [[nodiscard]] std::string Path(const std::string& stored) const {
    return JoinPath(target_, stored);
  }

  /// The newest backup has the last name, also when the clock was put back since the one before.
  Status ChooseName() {
    ASSIGN_OR_RETURN(const auto backups, ListBackups(files_, target_));
    Timestamp time = clock_.Now();
    for (const std::string& backup : backups) {
      const auto earlier = TimeIn(backup);
      if (earlier && *earlier >= time) time = *earlier + std::chrono::nanoseconds(1);
    }
    report_.name = NameOf(time);
    folder_ = JoinPath(kBackupFolder, report_.name);
    return {};
  }

  /// What earlier backups say of the segments that are there, so that none is read again.
  Status ReadKnownSegments() {
    ASSIGN_OR_RETURN(const auto backups, ListBackups(files_, target_));
    if (backups.empty()) return {};
    const std::string folder = JoinPath(kBackupFolder, backups.back());
    ASSIGN_OR_RETURN(auto entries, ReadContents(files_, Path(JoinPath(folder, kContentsFile))));
    for (Entry& entry : entries) {
      if (entry.stored.starts_with(kSegmentFolder)) known_[entry.stored] = std::move(entry);
    }
    return {};
  }

  Status AddHistorianFile(const BackupFile& file) {
    const std::string name = JoinPath(kHistorianFolder, file.name);
    if (file.is_immutable) return AddSegment(file, name);
    Entry entry{.crc = 0, .bytes = file.bytes, .stored = JoinPath(folder_, name), .name = name};
    if (file.path.empty()) {
      RETURN_IF_ERROR(WriteFileAtomically(files_, Path(entry.stored), file.content));
      entry.crc = Crc32c(AsBytes(file.content));
    } else {
      ASSIGN_OR_RETURN(entry.crc,
                       CopyFile(files_, file.path, file.bytes, Path(entry.stored), cancel_));
    }
    Add(std::move(entry), /*is_copied=*/true);
    return {};
  }

  /// A segment never changes, so what is there needs not be copied. Its end, which holds the
  /// checksums of all before it, tells it from one of the same number after a restore.
  Status AddSegment(const BackupFile& file, const std::string& name) {
    ASSIGN_OR_RETURN(const auto source, files_.OpenRandomAccess(file.path));
    Bytes end(std::min(kFingerprintBytes, file.bytes));
    RETURN_IF_ERROR(source->ReadAt(file.bytes - end.size(), end));
    const std::string base = file.name.substr(file.name.rfind('/') + 1);
    const std::string stored = fmt::format("{}/{}-{:08x}.seg", kSegmentFolder,
                                           base.substr(0, base.find('.')), Crc32c(end));
    const auto known = known_.find(stored);
    if (known != known_.end() && known->second.bytes == file.bytes && HasSize(stored, file.bytes)) {
      Entry entry = known->second;
      entry.name = name;
      Add(std::move(entry), /*is_copied=*/false);
      return {};
    }
    Entry entry{.crc = 0, .bytes = file.bytes, .stored = stored, .name = name};
    ASSIGN_OR_RETURN(entry.crc, CopyFile(files_, file.path, file.bytes, Path(stored), cancel_));
    Add(std::move(entry), /*is_copied=*/true);
    return {};
  }

  [[nodiscard]] bool HasSize(const std::string& stored, std::uint64_t bytes) {
    const auto size = files_.FileSize(Path(stored));
    return size.ok() && *size == bytes;
  }

  Status AddCatalog() {
    const std::string stored = JoinPath(folder_, kCatalogFile);
    RETURN_IF_ERROR(workspace_.catalog().CopyTo(Path(stored)));
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files_.FileSize(Path(stored)));
    ASSIGN_OR_RETURN(const std::uint32_t crc, ChecksumOf(files_, Path(stored), bytes));
    Add({.crc = crc, .bytes = bytes, .stored = stored, .name = std::string(kCatalogFile)}, true);
    return {};
  }

  Status AddCopy(std::string_view name) {
    const std::string from = JoinPath(workspace_.directory(), name);
    const std::string stored = JoinPath(folder_, name);
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files_.FileSize(from));
    ASSIGN_OR_RETURN(const std::uint32_t crc, CopyFile(files_, from, bytes, Path(stored), cancel_));
    Add({.crc = crc, .bytes = bytes, .stored = stored, .name = std::string(name)}, true);
    return {};
  }

  void Add(Entry entry, bool is_copied) {
    ++report_.files;
    report_.bytes += entry.bytes;
    if (is_copied) {
      ++report_.copied_files;
      report_.copied_bytes += entry.bytes;
    }
    entries_.push_back(std::move(entry));
  }

  FileSystem& files_;
  const Clock& clock_;
  Workspace& workspace_;
  const std::string target_;
  const CancelToken& cancel_;
  std::string folder_;  // of this backup, below the target
  std::map<std::string, Entry> known_;
  std::vector<Entry> entries_;
  BackupReport report_;
};

Status CheckTarget(const Workspace& workspace, const std::string& target) {
  if (target.empty() || target.front() != '/') {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("target '{}', expected an absolute path", target));
  }
  std::error_code code;
  const auto inner = std::filesystem::weakly_canonical(target, code);
  const auto outer = std::filesystem::weakly_canonical(workspace.directory(), code);
  const auto [end, unused] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  if (end != outer.end()) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("target '{}' lies in the data directory", target));
}

Error Occupied(const std::string& directory, std::string_view holds) {
  return {ErrorCode::kConflict,
          fmt::format("expected a new or empty directory, but {} holds {}", directory, holds)};
}

/// Whether `directory` is what the backup holds, but for the mark. A restore that did not come to
/// its end may be done again: it writes the same files.
Result<bool> IsRestored(FileSystem& files, const std::string& directory,
                        const std::string& backup) {
  if (!files.Exists(directory)) return false;
  ASSIGN_OR_RETURN(auto names, files.ListDirectory(directory));
  const bool counts = std::find(names.begin(), names.end(), kFormatFile) != names.end();
  std::erase_if(names, [](const std::string& name) { return name.starts_with(kRestoreMark); });
  if (names.empty()) return false;
  const auto begun = files.ReadFile(JoinPath(directory, kRestoreMark), kMaxNameBytes);
  if (!begun.ok() && begun.error().code() != ErrorCode::kNotFound) return begun.error();
  if (begun.ok() && *begun == backup) return counts;
  if (counts || !begun.ok()) return Occupied(directory, fmt::format("'{}'", names.front()));
  return Occupied(directory, fmt::format("an unfinished restore of '{}'; restore that one again, "
                                         "or remove the directory",
                                         *begun));
}

Status VerifyEntries(FileSystem& files, const std::string& target,
                     const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    const std::string path = JoinPath(target, entry.stored);
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files.FileSize(path));
    if (bytes < entry.bytes) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("file has {} bytes, expected {}", bytes, entry.bytes))
          .At(path);
    }
    ASSIGN_OR_RETURN(const std::uint32_t crc, ChecksumOf(files, path, entry.bytes));
    if (crc != entry.crc) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("checksum {:08x}, expected {:08x}", crc, entry.crc))
          .At(path);
    }
  }
  return {};
}

/// Writes `entries` into `directory`, which counts with the last of them.
Status CopyEntries(FileSystem& files, const std::string& target, std::vector<Entry> entries,
                   const std::string& directory) {
  std::stable_partition(entries.begin(), entries.end(),
                        [](const Entry& entry) { return entry.name != kFormatFile; });
  for (const Entry& entry : entries) {
    const std::string to = JoinPath(directory, entry.name);
    RETURN_IF_ERROR(files.CreateDirectories(DirectoryOf(to)));
    ASSIGN_OR_RETURN(const std::uint32_t crc,
                     CopyFile(files, JoinPath(target, entry.stored), entry.bytes, to, {}));
    if (crc != entry.crc) return Error(ErrorCode::kIo, "changed while it was read").At(to);
  }
  return {};
}

}  // namespace

Result<BackupReport> WriteBackup(FileSystem& files, const Clock& clock, Workspace& workspace,
                                 const std::string& target, const CancelToken& cancel) {
  RETURN_IF_ERROR(CheckTarget(workspace, target));
  return BackupWriter(files, clock, workspace, target, cancel).Run();
}

Result<BackupReport> RestoreBackup(FileSystem& files, const std::string& target,
                                   const std::string& name, const std::string& directory) {
  ASSIGN_OR_RETURN(const auto backups, ListBackups(files, target));
  if (backups.empty()) {
    return Error(ErrorCode::kNotFound, fmt::format("{} holds no finished backup", target));
  }
  const std::string chosen = name.empty() ? backups.back() : name;
  if (std::find(backups.begin(), backups.end(), chosen) == backups.end()) {
    return Error(ErrorCode::kNotFound, fmt::format("{} holds no backup '{}'; the newest is '{}'",
                                                   target, chosen, backups.back()));
  }
  ASSIGN_OR_RETURN(const bool is_restored, IsRestored(files, directory, chosen));
  const std::string folder = JoinPath(JoinPath(target, kBackupFolder), chosen);
  ASSIGN_OR_RETURN(const auto entries, ReadContents(files, JoinPath(folder, kContentsFile)));
  const std::string mark = JoinPath(directory, kRestoreMark);
  if (!is_restored) {
    RETURN_IF_ERROR(VerifyEntries(files, target, entries));
    RETURN_IF_ERROR(files.CreateDirectories(directory));
    RETURN_IF_ERROR(WriteFileAtomically(files, mark, chosen));
    RETURN_IF_ERROR(CopyEntries(files, target, entries, directory));
  }
  RETURN_IF_ERROR(files.Remove(mark));
  RETURN_IF_ERROR(files.SyncDirectory(directory));
  BackupReport report{.name = chosen, .files = entries.size()};
  for (const Entry& entry : entries) report.bytes += entry.bytes;
  if (!is_restored) {
    report.copied_files = report.files;
    report.copied_bytes = report.bytes;
  }
  return report;
}

}  // namespace bedplate
