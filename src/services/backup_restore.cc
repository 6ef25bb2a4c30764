#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "services/backup.h"
#include "services/backup_check.h"
#include "services/backup_contents.h"
#include "services/data_directory.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kMaxMarkBytes = 4096;
constexpr std::size_t kMostLosses = 5;
/// Behind the name in the mark: all is copied, and a repair has begun to change it.
constexpr std::string_view kRepairing = " --repair";

Error Occupied(const std::string& directory, std::string_view holds) {
  return {ErrorCode::kConflict,
          fmt::format("expected a new or empty directory, but {} holds {}", directory, holds)};
}

/// How far an earlier restore of the same backup came.
enum class Progress { kNothing, kCopied, kDone /* but for the mark */ };

class BackupRestorer {
 public:
  BackupRestorer(FileSystem& files, const Clock& clock, const RestoreRequest& request)
      : files_(files), clock_(clock), request_(request) {}

  Result<BackupReport> Run() {
    RETURN_IF_ERROR(ChooseBackup());
    ASSIGN_OR_RETURN(const Progress progress, ReadProgress());
    ASSIGN_OR_RETURN(contents_, ReadContents(files_, request_.target, report_.name));
    NoteRecordedDamage();
    if (progress != Progress::kDone) {
      if (request_.repairs) ReplaceRecordedDamage();
      RETURN_IF_ERROR(Verify());
      RETURN_IF_ERROR(files_.CreateDirectories(request_.directory));
      if (progress == Progress::kNothing) RETURN_IF_ERROR(CopyAll());
      if (NeedsRepair() || progress == Progress::kCopied) RETURN_IF_ERROR(Repair());
      RETURN_IF_ERROR(CopyFormatFile());
    }
    RETURN_IF_ERROR(files_.Remove(MarkPath()));
    RETURN_IF_ERROR(files_.SyncDirectory(request_.directory));
    CountFiles(progress != Progress::kDone);
    return std::move(report_);
  }

 private:
  Status ChooseBackup() {
    ASSIGN_OR_RETURN(backups_, ListBackups(files_, request_.target));
    if (backups_.empty()) {
      return Error(ErrorCode::kNotFound,
                   fmt::format("{} holds no finished backup", request_.target));
    }
    report_.name = request_.name.empty() ? backups_.back() : request_.name;
    if (std::find(backups_.begin(), backups_.end(), report_.name) != backups_.end()) return {};
    return Error(ErrorCode::kNotFound, fmt::format("{} holds no backup '{}'; the newest is '{}'",
                                                   request_.target, report_.name, backups_.back()));
  }

  [[nodiscard]] std::string MarkPath() const { return JoinPath(request_.directory, kRestoreMark); }

  /// A restore that did not come to its end may be done again: it writes the same files.
  Result<Progress> ReadProgress() {
    const std::string& directory = request_.directory;
    if (!files_.Exists(directory)) return Progress::kNothing;
    ASSIGN_OR_RETURN(auto names, files_.ListDirectory(directory));
    const bool counts = std::find(names.begin(), names.end(), kFormatFile) != names.end();
    std::erase_if(names, [](const std::string& name) { return name.starts_with(kRestoreMark); });
    if (names.empty()) return Progress::kNothing;
    const auto begun = files_.ReadFile(MarkPath(), kMaxMarkBytes);
    if (!begun.ok() && begun.error().code() != ErrorCode::kNotFound) return begun.error();
    if (begun.ok() && *begun == report_.name) return counts ? Progress::kDone : Progress::kNothing;
    if (begun.ok() && request_.repairs && *begun == report_.name + std::string(kRepairing)) {
      return counts ? Progress::kDone : Progress::kCopied;
    }
    if (counts || !begun.ok()) return Occupied(directory, fmt::format("'{}'", names.front()));
    return Occupied(directory, fmt::format("an unfinished restore of '{}'; restore that one again, "
                                           "or remove the directory",
                                           *begun));
  }

  void NoteRecordedDamage() {
    for (const auto& [name, damage] : contents_.damage) {
      is_store_damaged_ |= name.starts_with(kHistorianFolder);
      report_.problems.insert(report_.problems.end(), damage.begin(), damage.end());
    }
  }

  /// Of the catalog there are other copies, if older ones; samples are saved by the repair.
  void ReplaceRecordedDamage() {
    for (BackupEntry& entry : contents_.entries) {
      if (entry.name.starts_with(kHistorianFolder) || contents_.damage.count(entry.name) == 0) {
        continue;
      }
      const auto from = TakeFromAnother(entry);
      report_.problems.push_back(
          from ? fmt::format("{}: that of backup {} is taken instead", entry.name, *from)
               : fmt::format("{}: no other backup has it whole, so it is restored damaged",
                             entry.name));
    }
  }

  [[nodiscard]] bool NeedsRepair() const { return request_.repairs && is_store_damaged_; }

  /// Reads every file. Without a repair all must be whole.
  Status Verify() {
    std::vector<std::string> losses;
    for (BackupEntry& entry : contents_.entries) {
      const auto damage = FindDamage(files_, request_.target, entry, /*reads_all=*/true);
      if (!damage) continue;
      const auto lost = DescribeLoss(files_, request_.target, report_.name, entry);
      losses.push_back(fmt::format("{}; {}", *damage, JoinNames(lost, kMostLosses)));
      if (!request_.repairs) continue;
      RETURN_IF_ERROR(GoWithout(entry, losses.back()));
    }
    if (losses.empty() || request_.repairs) return {};
    return Error(
        ErrorCode::kCorruption,
        fmt::format("{}; {} damaged, nothing was restored; `bedplate restore --repair` "
                    "restores the rest, `bedplate check --data {}` checks all backups",
                    fmt::format("{}", JoinNames(losses, kMostLosses)),
                    losses.size() == 1 ? "1 file is" : fmt::format("{} files are", losses.size()),
                    request_.target));
  }

  /// What a repair does about a damaged file. Samples are saved from it; of all other files the
  /// newest whole one of another backup is taken.
  Status GoWithout(BackupEntry& entry, const std::string& loss) {
    if (entry.name.ends_with("/MANIFEST")) {
      return Error(ErrorCode::kCorruption,
                   fmt::format("{}; restore another backup (`--backup NAME`)", loss));
    }
    if (entry.name.starts_with(kHistorianFolder)) {
      is_store_damaged_ = true;
      damaged_.push_back(entry.stored);
      report_.problems.push_back(loss);
      return {};
    }
    const auto from = TakeFromAnother(entry);
    if (!from) return Error(ErrorCode::kCorruption, loss + "; no other backup has it whole");
    report_.problems.push_back(fmt::format("{}; that of backup {} is taken instead", loss, *from));
    return {};
  }

  /// Makes the entry that of the newest other backup that has the file whole, and names that one.
  std::optional<std::string> TakeFromAnother(BackupEntry& entry) {
    for (auto backup = backups_.rbegin(); backup != backups_.rend(); ++backup) {
      auto other = *backup == report_.name ? std::nullopt : WholeEntry(*backup, entry.name);
      if (!other) continue;
      entry = *std::move(other);
      return *backup;
    }
    return std::nullopt;
  }

  std::optional<BackupEntry> WholeEntry(const std::string& backup, const std::string& name) {
    const auto contents = ReadContents(files_, request_.target, backup);
    if (!contents.ok() || contents->damage.count(name) > 0) return std::nullopt;
    for (const BackupEntry& entry : contents->entries) {
      if (entry.name != name) continue;
      const bool is_whole = !FindDamage(files_, request_.target, entry, /*reads_all=*/true);
      return is_whole ? std::optional(entry) : std::nullopt;
    }
    return std::nullopt;
  }

  /// All but what makes the directory count.
  Status CopyAll() {
    RETURN_IF_ERROR(WriteFileAtomically(files_, MarkPath(), report_.name));
    for (const BackupEntry& entry : contents_.entries) {
      if (entry.name != kFormatFile) RETURN_IF_ERROR(Copy(entry));
    }
    return {};
  }

  Status CopyFormatFile() {
    for (const BackupEntry& entry : contents_.entries) {
      if (entry.name == kFormatFile) RETURN_IF_ERROR(Copy(entry));
    }
    return {};
  }

  Status Copy(const BackupEntry& entry) {
    const std::string from = JoinPath(request_.target, entry.stored);
    const std::string to = JoinPath(request_.directory, entry.name);
    RETURN_IF_ERROR(files_.CreateDirectories(DirectoryOf(to)));
    const bool is_damaged =
        std::find(damaged_.begin(), damaged_.end(), entry.stored) != damaged_.end();
    const auto size = files_.FileSize(from);
    const std::uint64_t bytes =
        is_damaged && size.ok() ? std::min(*size, entry.bytes) : entry.bytes;
    ASSIGN_OR_RETURN(CopiedFile copied, CopyDurably(files_, from, bytes, to, {}));
    if (is_damaged) return {};  // what cannot be read of it is left out by the repair
    RETURN_IF_ERROR(std::move(copied.source));
    if (copied.crc != entry.crc) return Error(ErrorCode::kIo, "changed while it was read").At(to);
    return {};
  }

  Status Repair() {
    RETURN_IF_ERROR(
        WriteFileAtomically(files_, MarkPath(), report_.name + std::string(kRepairing)));
    const std::string store = JoinPath(request_.directory, kHistorianFolder);
    ASSIGN_OR_RETURN(const auto losses, Historian::Repair(files_, clock_, store, {}));
    report_.problems.insert(report_.problems.end(), losses.begin(), losses.end());
    return {};
  }

  void CountFiles(bool are_copied) {
    report_.files = contents_.entries.size();
    for (const BackupEntry& entry : contents_.entries) report_.bytes += entry.bytes;
    if (!are_copied) return;
    report_.copied_files = report_.files;
    report_.copied_bytes = report_.bytes;
  }

  FileSystem& files_;
  const Clock& clock_;
  const RestoreRequest& request_;
  std::vector<std::string> backups_;
  BackupContents contents_;
  std::vector<std::string> damaged_;  // BackupEntry::stored of what the repair goes without
  bool is_store_damaged_ = false;
  BackupReport report_;
};

}  // namespace

Result<BackupReport> RestoreBackup(FileSystem& files, const Clock& clock,
                                   const RestoreRequest& request) {
  return BackupRestorer(files, clock, request).Run();
}

}  // namespace bedplate
