#include "services/workspace.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/yaml.h"
#include "services/catalog_repair.h"
#include "services/data_directory.h"

namespace bedplate {
namespace {

constexpr std::string_view kManifestFile = "MANIFEST";  // the historian's, there from the first day

/// Whether an Init that was cut short may have left `name` behind.
bool IsOwnName(std::string_view name) {
  constexpr std::array kWhole{kFormatFile, kLockFile, kOwnerFile, kHistorianFolder};
  constexpr std::array kStems{kCatalogFile, kTokenFile, kFormatFile};  // with -wal, .tmp and such
  return std::find(kWhole.begin(), kWhole.end(), name) != kWhole.end() ||
         std::any_of(kStems.begin(), kStems.end(),
                     [name](std::string_view stem) { return name.starts_with(stem); });
}

Status CheckVacant(FileSystem& files, const std::string& directory) {
  if (!files.Exists(directory)) return {};
  ASSIGN_OR_RETURN(const std::vector<std::string> names, files.ListDirectory(directory));
  for (const std::string& name : names) {
    if (name == kFormatFile) {
      return Error(ErrorCode::kAlreadyExists, directory + " is a Bedplate data directory already");
    }
  }
  const auto foreign = std::find_if_not(names.begin(), names.end(), IsOwnName);
  if (foreign == names.end()) return {};
  return Error(
      ErrorCode::kConflict,
      fmt::format("expected a new or empty directory, but {} holds '{}'", directory, *foreign));
}

Status MakePrivate(const std::string& directory) {
  std::error_code code;
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, code);
  if (!code) return {};
  return Error(ErrorCode::kIo,
               fmt::format("cannot make {} private: {}", directory, code.message()));
}

Error LostFile(const std::string& path, std::string_view how, std::string_view remedy) {
  return Error(ErrorCode::kCorruption,
               fmt::format("the file is {}, but {} says that this is a data directory; {}", how,
                           kFormatFile, remedy))
      .At(path);
}

/// Opening a store makes what is missing, which must not happen to a directory that had it once: a
/// lost catalog would come back without its tokens and plant, and nobody would be told.
Status CheckCatalogThere(FileSystem& files, const std::string& directory) {
  const std::string catalog = JoinPath(directory, kCatalogFile);
  const auto bytes = files.FileSize(catalog);
  if (!bytes.ok() && bytes.error().code() != ErrorCode::kNotFound) return bytes.error();
  if (bytes.ok() && *bytes > 0) return {};
  return LostFile(catalog, bytes.ok() ? "empty" : "missing",
                  "a backup has it; `bedplate check --repair` makes one without the plant model "
                  "and the tokens that were in it");
}

Status CheckHistorianThere(FileSystem& files, const std::string& directory) {
  const std::string historian = JoinPath(directory, kHistorianFolder);
  if (Historian::Exists(files, historian)) return {};
  return LostFile(JoinPath(historian, kManifestFile), "missing", "put it back from a backup");
}

/// That it cannot be checked is one of its faults: what else was found must be told all the same.
std::vector<std::string> FaultsOfCatalog(const std::string& path) {
  auto checked = Catalog::CheckFile(path);
  if (!checked.ok()) {
    const Error& error = checked.error();
    return {error.context().starts_with(path) ? error.ToString()
                                              : Error(error).At(path).ToString()};
  }
  std::vector<std::string> faults = *std::move(checked);
  for (std::string& fault : faults) fault = fmt::format("{}: {}", path, fault);
  return faults;
}

/// Adds what a step of a repair has cost, or why it could not be done: the steps before it have
/// found what nobody finds again.
void AddLoss(const Result<std::optional<std::string>>& step, std::vector<std::string>& losses) {
  if (!step.ok()) losses.push_back(step.error().ToString());
  if (step.ok() && *step) losses.push_back(**step);
}

/// Adds what is wrong with the catalog to `report`.
void CheckCatalogFile(FileSystem& files, const std::string& directory, CheckReport& report) {
  if (const Status there = CheckCatalogThere(files, directory); !there.ok()) {
    report.problems.push_back(there.error().ToString());
    return;
  }
  ++report.files;
  for (std::string& fault : FaultsOfCatalog(JoinPath(directory, kCatalogFile))) {
    report.problems.push_back(std::move(fault));
  }
}

/// What is restored and then opened is no longer what the backup holds: the restore must not be
/// taken up again, also not after a power cut.
Status DropRestoreMark(FileSystem& files, const std::string& directory) {
  const std::string mark = JoinPath(directory, kRestoreMark);
  if (!files.Exists(mark)) return {};
  RETURN_IF_ERROR(files.Remove(mark));
  return files.SyncDirectory(directory);
}

/// Nobody need have the secret of the token that an Init made which was cut short.
Status RevokeUnclaimedToken(TokenStore& tokens) {
  ASSIGN_OR_RETURN(const std::vector<TokenInfo> made, tokens.List());
  for (const TokenInfo& token : made) {
    if (token.name != kFirstTokenName || token.last_used) continue;
    RETURN_IF_ERROR(tokens.Revoke(token.id, "local"));
  }
  return {};
}

/// Makes both stores and returns the secret of the first token. They are closed again, so that all
/// they hold is in their own files before the directory counts.
Result<std::string> MakeStores(FileSystem& files, const Clock& clock,
                               const std::string& directory) {
  ASSIGN_OR_RETURN(const auto historian,
                   Historian::Open(files, clock, JoinPath(directory, kHistorianFolder), {}));
  ASSIGN_OR_RETURN(const auto catalog, Catalog::Open(JoinPath(directory, kCatalogFile), clock));
  RETURN_IF_ERROR(RevokeUnclaimedToken(catalog->tokens()));
  ASSIGN_OR_RETURN(TokenStore::Created token,
                   catalog->tokens().Create(kFirstTokenName, Role::kAdmin, "local"));
  return std::move(token.secret);
}

/// Reading must go on where nothing can be written.
Status UnlessFull(Status done) {
  const bool is_full = !done.ok() && done.error().code() == ErrorCode::kResourceExhausted;
  return is_full ? Status() : std::move(done);
}

std::string OwnerText(const std::string& address) {
  return fmt::format("{{\"pid\": {}, \"address\": {}}}\n", ::getpid(), QuoteYaml(address));
}

Error InUse(FileSystem& files, const std::string& directory) {
  const auto owner = Workspace::ReadOwner(files, directory);
  const std::string who = owner ? fmt::format("process {}", owner->pid) : "another process";
  const std::string where =
      owner && !owner->address.empty() ? " serving " + owner->address : std::string();
  return {ErrorCode::kConflict,
          fmt::format("{} is in use by {}{}; only one process at a time can open it", directory,
                      who, where)};
}

}  // namespace

Result<std::string> Workspace::Init(FileSystem& files, const Clock& clock,
                                    const std::string& directory) {
  RETURN_IF_ERROR(CheckVacant(files, directory));
  RETURN_IF_ERROR(files.CreateDirectories(directory));
  RETURN_IF_ERROR(MakePrivate(directory));
  ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                   files.Lock(JoinPath(directory, kLockFile)));
  ASSIGN_OR_RETURN(std::string secret, MakeStores(files, clock, directory));
  RETURN_IF_ERROR(WriteFileAtomically(files, JoinPath(directory, kTokenFile), secret + "\n"));
  // Last, because it is what makes the directory count.
  const auto id = WriteDirectoryFormat(files, directory, "");
  if (!id.ok()) return id.error();
  return secret;
}

Result<std::unique_ptr<Workspace>> Workspace::Open(FileSystem& files, const Clock& clock,
                                                   const std::string& directory,
                                                   const WorkspaceOptions& options) {
  RETURN_IF_ERROR(options.historian.Validate());
  ASSIGN_OR_RETURN(std::string id, CheckDirectoryFormat(files, directory));
  std::unique_ptr<Workspace> workspace(new Workspace(files, directory, options.query));
  RETURN_IF_ERROR(workspace->Lock());
  RETURN_IF_ERROR(DropRestoreMark(files, directory));
  RETURN_IF_ERROR(workspace->TakeId(std::move(id)));
  RETURN_IF_ERROR(workspace->OpenStores(clock, options));
  return workspace;
}

Result<CheckReport> Workspace::CheckFiles(FileSystem& files, const Clock& clock,
                                          const std::string& directory, const CancelToken& cancel) {
  const auto format = CheckDirectoryFormat(files, directory);
  if (!format.ok() && format.error().code() != ErrorCode::kCorruption) return format.error();
  const auto lock = files.LockShared(JoinPath(directory, kLockFile));
  if (!lock.ok() && lock.error().code() == ErrorCode::kConflict) return InUse(files, directory);
  // Without a lock file no process has ever opened it.
  if (!lock.ok() && lock.error().code() != ErrorCode::kNotFound) return lock.error();
  CheckReport report;
  const Status historian = CheckHistorianThere(files, directory);
  if (historian.ok()) {
    ASSIGN_OR_RETURN(
        report, Historian::CheckFiles(files, clock, JoinPath(directory, kHistorianFolder), cancel));
  } else {
    report.problems.push_back(historian.error().ToString());
  }
  if (!format.ok()) report.problems.push_back(format.error().ToString());
  CheckCatalogFile(files, directory, report);
  return report;
}

Result<std::vector<std::string>> Workspace::Repair(FileSystem& files, const Clock& clock,
                                                   const std::string& directory,
                                                   const CancelToken& cancel) {
  const auto format = CheckDirectoryFormat(files, directory);
  if (!format.ok() && format.error().code() != ErrorCode::kCorruption) return format.error();
  const auto lock = files.Lock(JoinPath(directory, kLockFile));
  if (!lock.ok() && lock.error().code() == ErrorCode::kConflict) return InUse(files, directory);
  if (!lock.ok()) return lock.error();
  ASSIGN_OR_RETURN(auto losses,
                   Historian::Repair(files, clock, JoinPath(directory, kHistorianFolder), cancel));
  AddLoss(RepairDirectoryFormat(files, directory), losses);
  AddLoss(ReplaceUnusableCatalog(files, clock, directory), losses);
  for (const std::string& fault : FaultsOfCatalog(JoinPath(directory, kCatalogFile))) {
    losses.push_back(fault + "; this is not repaired, only a backup has it whole");
  }
  return losses;
}

Workspace::~Workspace() {
  // A stale file is harmless, so a failure here is not worth more than a wrong name in a message.
  if (lock_) (void)files_.Remove(JoinPath(directory_, kOwnerFile));
}

Status Workspace::Lock() {
  auto lock = files_.Lock(JoinPath(directory_, kLockFile));
  if (!lock.ok()) {
    if (lock.error().code() == ErrorCode::kConflict) return InUse(files_, directory_);
    return std::move(lock).error();
  }
  lock_ = std::move(lock).value();
  return PublishAddress("");
}

/// On a full disk the directory is open nevertheless: the lock is what counts.
Status Workspace::PublishAddress(const std::string& address) {
  return UnlessFull(
      WriteFileAtomically(files_, JoinPath(directory_, kOwnerFile), OwnerText(address)));
}

/// A directory that was made before there were ids gets one, on a full disk at a later opening.
Status Workspace::TakeId(std::string id) {
  id_ = std::move(id);
  if (!id_.empty()) return {};
  auto made = WriteDirectoryFormat(files_, directory_, "");
  if (!made.ok()) return UnlessFull(std::move(made).error());
  id_ = *std::move(made);
  return {};
}

Status Workspace::OpenStores(const Clock& clock, const WorkspaceOptions& options) {
  RETURN_IF_ERROR(CheckCatalogThere(files_, directory_));
  RETURN_IF_ERROR(CheckHistorianThere(files_, directory_));
  ASSIGN_OR_RETURN(catalog_, Catalog::Open(JoinPath(directory_, kCatalogFile), clock));
  ASSIGN_OR_RETURN(
      historian_,
      Historian::Open(files_, clock, JoinPath(directory_, kHistorianFolder), options.historian));
  ASSIGN_OR_RETURN(units_, UnitSystem::Load());
  gate_ = TrustGate::Make(*historian_, *catalog_, *units_, clock);
  // What has no room now is noted by the next append to the tag, or by the next opening.
  return UnlessFull(gate_->NoteStoredTags());
}

Status Workspace::Health() const {
  RETURN_IF_ERROR(historian_->Health());
  RETURN_IF_ERROR(catalog_->Health());
  const std::lock_guard lock(retention_mutex_);
  return retention_;
}

void Workspace::NoteRetention(const Status& round) {
  Status noted;
  if (!round.ok()) {
    noted = Error(ErrorCode::kUnavailable,
                  "retention did not delete all that is too old, so the disk fills: " +
                      round.error().ToString())
                .Retryable();
  }
  const std::lock_guard lock(retention_mutex_);
  retention_ = std::move(noted);
}

std::optional<WorkspaceOwner> Workspace::ReadOwner(FileSystem& files,
                                                   const std::string& directory) {
  const auto text = files.ReadFile(JoinPath(directory, kOwnerFile), kSmallFileLimitBytes);
  if (!text.ok()) return std::nullopt;
  YamlFaults faults{std::string(kOwnerFile)};
  const YamlValue root = ParseYaml(text.value(), faults);
  YamlMapReader reader(root, "", faults);
  const auto pid = reader.Integer("pid");
  const auto address = reader.String("address");
  if (!pid || !faults.empty()) return std::nullopt;
  return WorkspaceOwner{*pid, address.value_or("")};
}

Result<QueryEngine*> Workspace::Query() {
  const std::lock_guard guard(query_mutex_);
  if (!query_) {
    ASSIGN_OR_RETURN(query_, QueryEngine::Make(*historian_, *catalog_, query_options_));
  }
  return query_.get();
}

}  // namespace bedplate
