#include "services/catalog_repair.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "catalog/catalog.h"
#include "services/data_directory.h"

namespace bedplate {
namespace {

/// What stands beside the file, and is of no use and full of harm beside another one, comes first:
/// an interruption must not leave it there alone.
constexpr std::array<std::string_view, 3> kSuffixes = {"-wal", "-shm", ""};

Result<std::optional<std::string>> FindWhyUnusable(FileSystem& files, const Clock& clock,
                                                   const std::string& path) {
  const auto bytes = files.FileSize(path);
  if (!bytes.ok() && bytes.error().code() != ErrorCode::kNotFound) return bytes.error();
  if (!bytes.ok()) return std::optional<std::string>("the file is missing");
  if (*bytes == 0) return std::optional<std::string>("the file is empty");
  const auto opened = Catalog::Open(path, clock);
  if (opened.ok()) return std::optional<std::string>();
  if (opened.error().code() != ErrorCode::kCorruption) return opened.error();
  return std::optional<std::string>(opened.error().message());
}

/// Makes a catalog at `path` and returns the secret of its token.
Result<std::string> MakeCatalog(FileSystem& files, const Clock& clock, const std::string& path,
                                const std::string& why) {
  for (const std::string_view suffix : kSuffixes) {
    const std::string left_over = path + std::string(suffix);
    if (files.Exists(left_over)) RETURN_IF_ERROR(files.Remove(left_over));
  }
  ASSIGN_OR_RETURN(auto catalog, Catalog::Open(path, clock));
  ASSIGN_OR_RETURN(TokenStore::Created token,
                   catalog->tokens().Create(kFirstTokenName, Role::kAdmin, "local"));
  RETURN_IF_ERROR(catalog->audit().Record("local", "catalog.replace", why));
  catalog.reset();
  if (!files.Exists(path + "-wal")) return std::move(token.secret);
  return Error(ErrorCode::kResourceExhausted, "no room for a new catalog").At(path);
}

/// Returns the folder, empty when there was nothing to move.
Result<std::string> Quarantine(FileSystem& files, const std::string& directory) {
  std::string folder;
  std::uint64_t number = 0;
  do {
    folder = JoinPath(JoinPath(directory, kQuarantineFolder), fmt::format("catalog-{}", ++number));
  } while (files.Exists(JoinPath(folder, kCatalogFile)));
  bool has_moved = false;
  for (const std::string_view suffix : kSuffixes) {
    const std::string name = std::string(kCatalogFile) + std::string(suffix);
    const std::string from = JoinPath(directory, name);
    if (!files.Exists(from)) continue;
    RETURN_IF_ERROR(files.CreateDirectories(folder));
    RETURN_IF_ERROR(files.Rename(from, JoinPath(folder, name)));
    RETURN_IF_ERROR(files.SyncDirectory(folder));
    has_moved = true;
  }
  RETURN_IF_ERROR(files.SyncDirectory(directory));
  return has_moved ? std::move(folder) : std::string();
}

std::string DescribeLoss(const std::string& path, const std::string& why,
                         const std::string& folder) {
  return fmt::format(
      "{}: {}; {}a new one was made. Lost are the plant model with its sources and initiatives, "
      "all tokens (a new one for the administrator is in {}), the audit log, the dead letters and "
      "the kept answers; tags and their types come back from the historian. Only a backup has the "
      "rest",
      path, why, folder.empty() ? "" : fmt::format("it was moved to {}, and ", folder), kTokenFile);
}

}  // namespace

Result<std::optional<std::string>> ReplaceUnusableCatalog(FileSystem& files, const Clock& clock,
                                                          const std::string& directory) {
  const std::string path = JoinPath(directory, kCatalogFile);
  ASSIGN_OR_RETURN(const std::optional<std::string> why, FindWhyUnusable(files, clock, path));
  if (!why) return std::optional<std::string>();
  // Whole before anything is moved: without room for it all stays as it is.
  const std::string made = path + ".new";
  ASSIGN_OR_RETURN(const std::string secret, MakeCatalog(files, clock, made, *why));
  ASSIGN_OR_RETURN(const std::string folder, Quarantine(files, directory));
  RETURN_IF_ERROR(WriteFileAtomically(files, JoinPath(directory, kTokenFile), secret + "\n"));
  RETURN_IF_ERROR(files.Rename(made, path));
  RETURN_IF_ERROR(files.SyncDirectory(directory));
  return std::optional<std::string>(DescribeLoss(path, *why, folder));
}

}  // namespace bedplate
