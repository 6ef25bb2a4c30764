#include "services/backup_check.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/bytes.h"
#include "services/backup.h"
#include "services/data_directory.h"

namespace bedplate {
namespace {

constexpr std::size_t kMostNames = 3;
constexpr std::size_t kMostLosses = 10;

std::vector<std::string> LossInStore(FileSystem& files, const std::string& target,
                                     const std::string& backup, const BackupEntry& entry) {
  const std::string name = entry.name.substr(kHistorianFolder.size() + 1);
  const std::string directory = JoinPath(BackupPath(target, backup), kHistorianFolder);
  auto losses = Historian::CheckCopy(files, directory, name, JoinPath(target, entry.stored));
  if (!losses.ok()) return {losses.error().ToString()};
  if (losses->empty()) return {"what is damaged in it counts for nothing"};
  return *std::move(losses);
}

class BackupChecker {
 public:
  BackupChecker(FileSystem& files, const std::string& target, const CancelToken& cancel)
      : files_(files), target_(target), cancel_(cancel) {}

  Result<BackupCheckReport> Run() {
    ASSIGN_OR_RETURN(backups_, ListBackups(files_, target_));
    report_.backups = backups_.size();
    for (std::size_t i = 0; i < backups_.size(); ++i) ReadList(i);
    for (const auto& [file, use] : files_in_use_) {
      if (cancel_.cancelled()) return Error(ErrorCode::kCancelled, "the check was cancelled");
      CheckFile(use);
    }
    for (const auto& [text, users] : recorded_) {
      report_.problems.push_back(
          fmt::format("{}; it was so in the data directory already when {} "
                      "made",
                      text, Users(users, "was", "were")));
    }
    return std::move(report_);
  }

 private:
  /// A file with the checksum that some backups expect of it.
  struct Use {
    BackupEntry entry;
    std::vector<std::size_t> users;  // positions in backups_
  };

  void ReadList(std::size_t backup) {
    ++report_.files;
    auto contents = ReadContents(files_, target_, backups_[backup]);
    if (!contents.ok()) {
      report_.problems.push_back(fmt::format("{}; backup {} cannot be restored",
                                             contents.error().ToString(), backups_[backup]));
      return;
    }
    for (BackupEntry& entry : contents->entries) {
      Use& use = files_in_use_[{entry.stored, entry.bytes, entry.crc}];
      use.users.push_back(backup);
      use.entry = std::move(entry);
    }
    for (const auto& [name, damage] : contents->damage) {
      for (const std::string& text : damage) recorded_[text].push_back(backup);
    }
  }

  void CheckFile(const Use& use) {
    ++report_.files;
    report_.bytes += use.entry.bytes;
    const auto damage = FindDamage(files_, target_, use.entry, /*reads_all=*/true);
    if (!damage) return;
    const auto losses = DescribeLoss(files_, target_, backups_[use.users.back()], use.entry);
    report_.problems.push_back(fmt::format("{}; {}; {} it", *damage, JoinNames(losses, kMostLosses),
                                           Users(use.users, "needs", "need")));
  }

  [[nodiscard]] std::string Users(const std::vector<std::size_t>& users, std::string_view one,
                                  std::string_view many) const {
    std::vector<std::string> names;
    for (const std::size_t user : users) names.push_back(backups_[user]);
    return fmt::format("{} {} {}", names.size() == 1 ? "backup" : "backups",
                       JoinNames(names, kMostNames), names.size() == 1 ? one : many);
  }

  FileSystem& files_;
  const std::string& target_;
  const CancelToken& cancel_;
  std::vector<std::string> backups_;
  std::map<std::tuple<std::string, std::uint64_t, std::uint32_t>, Use> files_in_use_;
  std::map<std::string, std::vector<std::size_t>> recorded_;  // damage of the data directory
  BackupCheckReport report_;
};

}  // namespace

std::string JoinNames(const std::vector<std::string>& names, std::size_t most) {
  const std::size_t shown = std::min(names.size(), most);
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(shown);
  const std::string text = fmt::format("{}", fmt::join(names.begin(), end, ", "));
  return shown == names.size() ? text : fmt::format("{} and {} more", text, names.size() - shown);
}

std::vector<std::string> DescribeLoss(FileSystem& files, const std::string& target,
                                      const std::string& backup, const BackupEntry& entry) {
  if (entry.name.ends_with("/MANIFEST")) {
    return {"without it nobody knows which samples belong to which tag, so none can be restored"};
  }
  if (entry.name.starts_with(kHistorianFolder)) return LossInStore(files, target, backup, entry);
  if (entry.name == kCatalogFile) return {"it holds the plant, people's tokens and the audit log"};
  if (entry.name == kTokenFile) return {"it holds the administrator's token"};
  return {"it says that a directory is one of Bedplate"};
}

bool IsBackupDirectory(FileSystem& files, const std::string& directory) {
  return !files.Exists(JoinPath(directory, kFormatFile)) &&
         files.Exists(JoinPath(directory, kBackupFolder)) &&
         files.Exists(JoinPath(directory, kSegmentFolder));
}

Result<BackupCheckReport> CheckBackups(FileSystem& files, const std::string& target,
                                       const CancelToken& cancel) {
  return BackupChecker(files, target, cancel).Run();
}

}  // namespace bedplate
