#include "services/backup.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "services/backup_contents.h"
#include "services/data_directory.h"

namespace bedplate {
namespace {

constexpr char kSegmentSuffix[] = ".seg";
constexpr std::uint64_t kFooterBytes = 64;
/// Without its own checksum and what follows: a checksum over those as well is always the same.
constexpr std::uint64_t kFingerprintBytes = 56;
/// What a backup reads again of the segments that are there: at least so much, and an eighth.
constexpr std::uint64_t kLeastReadAgainBytes = 1ULL << 30U;
constexpr std::uint64_t kReadAgainShare = 8;
constexpr std::string_view kTemporarySuffix = ".tmp";

/// The segments that the newest backup says are there.
class KnownSegments {
 public:
  void Add(BackupEntry entry) {
    std::string stored = entry.stored;
    entries_[std::move(stored)] = std::move(entry);
  }

  [[nodiscard]] const BackupEntry* Find(const std::string& stored, std::uint64_t bytes) const {
    const auto found = entries_.find(stored);
    const bool fits = found != entries_.end() && found->second.bytes == bytes;
    return fits ? &found->second : nullptr;
  }

  /// The files that this backup reads as a whole: those for which it is longest ago.
  [[nodiscard]] std::set<std::string> ChooseToRead() const {
    std::vector<const BackupEntry*> by_round;
    std::uint64_t total = 0;
    for (const auto& [stored, entry] : entries_) {
      by_round.push_back(&entry);
      total += entry.bytes;
    }
    std::stable_sort(by_round.begin(), by_round.end(),
                     [](const auto* a, const auto* b) { return a->round < b->round; });
    const std::uint64_t enough = std::max(kLeastReadAgainBytes, total / kReadAgainShare);
    std::set<std::string> chosen;
    std::uint64_t bytes = 0;
    for (const BackupEntry* entry : by_round) {
      if (bytes >= enough) break;
      bytes += entry->bytes;
      chosen.insert(entry->stored);
    }
    return chosen;
  }

 private:
  std::map<std::string, BackupEntry> entries_;  // by BackupEntry::stored
};

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
    RETURN_IF_ERROR(files_.CreateDirectories(JoinPath(target_, kSegmentFolder)));
    RETURN_IF_ERROR(TakeLock());
    RETURN_IF_ERROR(ReadEarlier());
    RETURN_IF_ERROR(RemoveUnfinished());
    RETURN_IF_ERROR(
        files_.CreateDirectories(Path(JoinPath(JoinPath(folder_, kHistorianFolder), "wal"))));
    RETURN_IF_ERROR(workspace_.historian().Backup(
        [this](const BackupFile& file) { return AddHistorianFile(file); }));
    RETURN_IF_ERROR(AddCatalog());
    RETURN_IF_ERROR(AddCopy(kFormatFile));
    if (files_.Exists(JoinPath(workspace_.directory(), kTokenFile))) {
      RETURN_IF_ERROR(AddCopy(kTokenFile));
    }
    RETURN_IF_ERROR(WriteFileAtomically(files_, Path(JoinPath(folder_, kContentsFile)),
                                        FormatContents(contents_)));
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::string Path(std::string_view stored) const {
    return JoinPath(target_, stored);
  }

  /// Where a file stands until all of it is durable.
  [[nodiscard]] std::string TemporaryPath(const std::string& stored) const {
    const std::size_t base = stored.rfind('/') + 1;
    return Path(fmt::format("{}{}-{}{}", stored.substr(0, base), report_.name, stored.substr(base),
                            kTemporarySuffix));
  }

  /// A file system without locks does not keep one from its backups: names of files that are not
  /// finished are of one backup only.
  Status TakeLock() {
    auto lock = files_.Lock(Path(kLockFile));
    if (lock.ok()) {
      lock_ = *std::move(lock);
      return {};
    }
    if (lock.error().code() == ErrorCode::kConflict) {
      return Error(ErrorCode::kConflict,
                   fmt::format("a backup into {} is under way ({} is locked); expected to be the "
                               "only one until it ends",
                               target_, Path(kLockFile)));
    }
    if (lock.error().code() != ErrorCode::kIo) return std::move(lock).error();
    report_.notes.push_back(fmt::format("{}; see to it that no other backup is made into {}",
                                        lock.error().ToString(), target_));
    return {};
  }

  /// What a backup that was killed left of a segment. With the lock it is nobody's any more.
  Status RemoveUnfinished() {
    if (lock_ == nullptr) return {};
    ASSIGN_OR_RETURN(const auto names, files_.ListDirectory(Path(kSegmentFolder)));
    for (const std::string& name : names) {
      if (!name.ends_with(kTemporarySuffix)) continue;
      RETURN_IF_ERROR(files_.Remove(JoinPath(Path(kSegmentFolder), name)));
    }
    return {};
  }

  Status ReadEarlier() {
    ASSIGN_OR_RETURN(const auto backups, ListBackups(files_, target_));
    for (const std::string& backup : backups) RETURN_IF_ERROR(CheckSameDirectory(backup));
    ChooseName(backups);
    return ReadKnownSegments(backups);
  }

  /// Backups of two data directories in one target would be restored one for the other, as the
  /// newest is taken. Those of earlier versions do not say whose they are.
  Status CheckSameDirectory(const std::string& backup) {
    const auto format =
        ReadDirectoryFormat(files_, JoinPath(BackupPath(target_, backup), kFormatFile));
    if (!format.ok() || format->id.empty() || workspace_.id().empty() ||
        format->id == workspace_.id()) {
      return {};
    }
    return Error(ErrorCode::kConflict,
                 fmt::format("{} holds backup {} of another data directory (its id is {}, that of "
                             "{} is {}); expected a target for this one alone",
                             target_, backup, format->id, workspace_.directory(), workspace_.id()));
  }

  /// The newest backup has the last name, also when the clock was put back since the one before.
  void ChooseName(const std::vector<std::string>& backups) {
    Timestamp time = clock_.Now();
    for (const std::string& backup : backups) {
      const auto earlier = TimeInBackupName(backup);
      if (earlier && *earlier >= time) time = *earlier + std::chrono::nanoseconds(1);
    }
    report_.name = BackupName(time);
    folder_ = JoinPath(kBackupFolder, report_.name);
  }

  /// What the newest backup whose list can be read says of the segments that are there, so that not
  /// all are read again.
  Status ReadKnownSegments(const std::vector<std::string>& backups) {
    for (auto backup = backups.rbegin(); backup != backups.rend(); ++backup) {
      auto contents = ReadContents(files_, target_, *backup);
      if (!contents.ok() && contents.error().code() != ErrorCode::kCorruption) {
        return contents.error();
      }
      if (!contents.ok()) {
        report_.problems.push_back(
            fmt::format("{}; backup {} cannot be restored", contents.error().ToString(), *backup));
        continue;
      }
      contents_.round = contents->round + 1;
      for (BackupEntry& entry : contents->entries) {
        const bool is_whole = contents->damage.count(entry.name) == 0;
        if (is_whole && entry.stored.starts_with(kSegmentFolder)) known_.Add(std::move(entry));
      }
      break;
    }
    read_again_ = known_.ChooseToRead();
    return {};
  }

  Status AddHistorianFile(const BackupFile& file) {
    const std::string name = JoinPath(kHistorianFolder, file.name);
    if (file.is_immutable) return AddSegment(file, name);
    const std::string stored = JoinPath(folder_, name);
    if (!file.path.empty()) {
      const auto is_whole = CopyChecked(file, name, stored);
      return is_whole.ok() ? Status() : is_whole.error();
    }
    RETURN_IF_ERROR(WriteFileAtomically(files_, Path(stored), file.content));
    Add({.crc = Crc32c(AsBytes(file.content)), .bytes = file.bytes, .stored = stored, .name = name},
        /*is_copied=*/true);
    return {};
  }

  /// A segment never changes, so what is there needs not be copied.
  Status AddSegment(const BackupFile& file, const std::string& name) {
    if (cancel_.cancelled()) return Error(ErrorCode::kCancelled, "the backup was cancelled");
    const std::string stored = StoredName(file);
    const BackupEntry* known = known_.Find(stored, file.bytes);
    const bool reads_all = read_again_.count(stored) > 0;
    const auto damage = known == nullptr ? std::optional<std::string>()
                                         : FindDamage(files_, target_, *known, reads_all);
    if (known != nullptr && !damage) {
      BackupEntry entry = *known;
      entry.name = name;
      if (reads_all) entry.round = contents_.round;
      Add(std::move(entry), /*is_copied=*/false);
      return {};
    }
    ASSIGN_OR_RETURN(const bool is_whole, CopyChecked(file, name, stored));
    if (damage && is_whole) report_.notes.push_back(*damage + "; it was copied anew");
    if (damage && !is_whole) report_.problems.push_back(*damage + "; earlier backups need it");
    return {};
  }

  /// The end of a segment, which holds the checksums of all before it, tells it from one of the
  /// same number after a restore.
  std::string StoredName(const BackupFile& file) {
    const std::string base = file.name.substr(file.name.rfind('/') + 1);
    const std::string stored = JoinPath(kSegmentFolder, base.substr(0, base.find('.')));
    const auto source = files_.OpenRandomAccess(file.path);
    Bytes end(kFingerprintBytes);
    const bool is_read = source.ok() && file.bytes >= kFooterBytes &&
                         (*source)->ReadAt(file.bytes - kFooterBytes, end).ok();
    return is_read ? fmt::format("{}-{:08x}{}", stored, Crc32c(end), kSegmentSuffix)
                   : stored + kSegmentSuffix;
  }

  /// Copies a file and checks it, while the system still has it in memory. A damaged segment gets a
  /// name of its own: under its name there may be a copy that is whole. Returns whether it is
  /// whole; a damaged one is copied as far as it can be read.
  Result<bool> CopyChecked(const BackupFile& file, const std::string& name, std::string stored) {
    const auto size = files_.FileSize(file.path);
    const std::uint64_t bytes = size.ok() ? std::min(*size, file.bytes) : file.bytes;
    const std::string temporary = TemporaryPath(stored);
    ASSIGN_OR_RETURN(const CopiedFile copied,
                     CopyPieces(files_, file.path, bytes, temporary, cancel_));
    auto checked = file.check(cancel_);
    if (!checked.ok()) {
      static_cast<void>(files_.Remove(temporary));
      return std::move(checked).error();
    }
    std::vector<std::string> damage = *std::move(checked);
    if (!copied.source.ok() && damage.empty()) damage = {copied.source.error().ToString()};
    const bool is_whole = damage.empty();
    if (!is_whole) AddDamage(name, std::move(damage));
    if (!copied.source.ok()) return false;
    if (!is_whole && file.is_immutable) {
      stored = fmt::format("{}-damaged-{:08x}{}", stored.substr(0, stored.rfind('.')), copied.crc,
                           kSegmentSuffix);
    }
    RETURN_IF_ERROR(files_.Rename(temporary, Path(stored)));
    RETURN_IF_ERROR(files_.SyncDirectory(DirectoryOf(Path(stored))));
    Add({.crc = copied.crc, .bytes = bytes, .stored = std::move(stored), .name = name}, true);
    return is_whole;
  }

  Status AddCatalog() {
    const std::string source = JoinPath(workspace_.directory(), kCatalogFile);
    const std::string name(kCatalogFile);
    const std::string stored = JoinPath(folder_, name);
    Status copied = workspace_.catalog().CopyTo(Path(stored));
    if (!copied.ok() && copied.error().code() != ErrorCode::kCorruption) return copied;
    std::vector<std::string> damage;
    if (copied.ok()) {
      ASSIGN_OR_RETURN(damage, Catalog::CheckFile(Path(stored)));
    } else {
      damage = {copied.error().ToString()};
      const auto as_it_is = CopyAsItIs(source, stored);
      if (!as_it_is.ok()) return as_it_is.error();
    }
    for (std::string& text : damage) text = fmt::format("{}: {}", source, text);
    if (!damage.empty()) AddDamage(name, std::move(damage));
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files_.FileSize(Path(stored)));
    ASSIGN_OR_RETURN(const std::uint32_t crc, ChecksumOfFile(files_, Path(stored), bytes));
    Add({.crc = crc, .bytes = bytes, .stored = stored, .name = name}, /*is_copied=*/true);
    return {};
  }

  Status AddCopy(std::string_view name) {
    const std::string from = JoinPath(workspace_.directory(), name);
    const std::string stored = JoinPath(folder_, name);
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files_.FileSize(from));
    ASSIGN_OR_RETURN(const std::uint32_t crc, CopyAsItIs(from, stored));
    Add({.crc = crc, .bytes = bytes, .stored = stored, .name = std::string(name)}, true);
    return {};
  }

  Result<std::uint32_t> CopyAsItIs(const std::string& from, const std::string& stored) {
    ASSIGN_OR_RETURN(const std::uint64_t bytes, files_.FileSize(from));
    ASSIGN_OR_RETURN(CopiedFile copied, CopyDurably(files_, from, bytes, Path(stored), cancel_));
    RETURN_IF_ERROR(std::move(copied.source));
    return copied.crc;
  }

  void AddDamage(const std::string& name, std::vector<std::string> damage) {
    report_.problems.insert(report_.problems.end(), damage.begin(), damage.end());
    contents_.damage[name] = std::move(damage);
  }

  void Add(BackupEntry entry, bool is_copied) {
    ++report_.files;
    report_.bytes += entry.bytes;
    if (is_copied) {
      entry.round = contents_.round;
      ++report_.copied_files;
      report_.copied_bytes += entry.bytes;
    }
    contents_.entries.push_back(std::move(entry));
  }

  FileSystem& files_;
  const Clock& clock_;
  Workspace& workspace_;
  const std::string target_;
  const CancelToken& cancel_;
  std::unique_ptr<FileLock> lock_;  // of the target; null where it has none
  std::string folder_;              // of this backup, below the target
  KnownSegments known_;
  std::set<std::string> read_again_;  // of the known ones
  BackupContents contents_;
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

}  // namespace

Result<BackupReport> WriteBackup(FileSystem& files, const Clock& clock, Workspace& workspace,
                                 const std::string& target, const CancelToken& cancel) {
  RETURN_IF_ERROR(CheckTarget(workspace, target));
  return BackupWriter(files, clock, workspace, target, cancel).Run();
}

}  // namespace bedplate
