#include "services/data_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/printable.h"
#include "base/secret.h"
#include "base/yaml.h"
#include "historian/historian.h"
#include "historian/wal_format.h"

namespace bedplate {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::size_t kDirectoryIdBytes = 16;

Error NoDataDirectory(FileSystem& files, const std::string& directory) {
  const auto backup = files.ReadFile(JoinPath(directory, kRestoreMark), kSmallFileLimitBytes);
  if (backup.ok()) {
    return {ErrorCode::kNotFound,
            fmt::format("{} is an unfinished restore of '{}'; the same `bedplate restore` "
                        "finishes it",
                        directory, *backup)};
  }
  return {ErrorCode::kNotFound, fmt::format("{0} is not a Bedplate data directory (it has no {1}); "
                                            "`bedplate init {0}` makes one",
                                            directory, kFormatFile)};
}

/// Whether `folder` has a file of that kind with more than `bytes` in it.
bool HasFile(FileSystem& files, const std::string& folder, std::string_view suffix,
             std::uint64_t bytes) {
  const auto names = files.ListDirectory(folder);
  if (!names.ok()) return false;
  return std::any_of(names->begin(), names->end(), [&](const std::string& name) {
    const auto size = files.FileSize(JoinPath(folder, name));
    return name.ends_with(suffix) && size.ok() && *size > bytes;
  });
}

/// Whether a directory without the file that makes it count has all else, and samples: without any
/// it is what an init that was cut short leaves, which the next one finishes.
bool HasStores(FileSystem& files, const std::string& directory) {
  const std::string historian = JoinPath(directory, kHistorianFolder);
  return !files.Exists(JoinPath(directory, kRestoreMark)) &&
         files.Exists(JoinPath(directory, kCatalogFile)) && Historian::Exists(files, historian) &&
         (HasFile(files, JoinPath(historian, "segments"), ".seg", 0) ||
          HasFile(files, JoinPath(historian, "wal"), ".wal", historian::kWalHeaderBytes));
}

Error DamagedFormat(const std::string& path, std::string_view how) {
  return Error(ErrorCode::kCorruption,
               fmt::format("the file is {}; `bedplate check --repair` writes it anew", how))
      .At(path);
}

std::string DescribeDamage(FileSystem& files, const std::string& path) {
  constexpr std::size_t kShownBytes = 60;
  const auto text = files.ReadFile(path, kSmallFileLimitBytes);
  return fmt::format(
      R"(damaged: expected {{"format": {}, "id": "…"}}, got {})", kFormatVersion,
      text.ok() ? "'" + Printable(text->substr(0, kShownBytes)) + "'" : text.error().message());
}

/// The one run of as many hexadecimal digits as an id has in what is left of the file; else empty.
std::string FindId(FileSystem& files, const std::string& path) {
  const auto text = files.ReadFile(path, kSmallFileLimitBytes);
  if (!text.ok()) return {};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string found;
  for (std::size_t at = text->find_first_of(kDigits); at != std::string::npos;) {
    const std::size_t end = std::min(text->find_first_not_of(kDigits, at), text->size());
    if (end - at == 2 * kDirectoryIdBytes) {
      if (!found.empty()) return {};
      found = text->substr(at, end - at);
    }
    at = text->find_first_of(kDigits, end);
  }
  return found;
}

}  // namespace

Result<DirectoryFormat> ReadDirectoryFormat(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, kSmallFileLimitBytes));
  // JSON is YAML, so the reader of the plant files reads our small JSON files too.
  YamlFaults faults(path);
  const YamlValue root = ParseYaml(text, faults);
  YamlMapReader reader(root, "", faults);
  const auto version = reader.Integer("format");
  auto id = reader.String("id");
  if (!version && faults.empty()) reader.Fault("format", "a whole number");
  if (!faults.empty()) return Error(ErrorCode::kCorruption, faults.list().front().ToString());
  return DirectoryFormat{*version, std::move(id).value_or("")};
}

Result<std::string> WriteDirectoryFormat(FileSystem& files, const std::string& directory,
                                         std::string id) {
  if (id.empty()) id = MakeHex(SystemRandom(), kDirectoryIdBytes);
  RETURN_IF_ERROR(
      WriteFileAtomically(files, JoinPath(directory, kFormatFile),
                          fmt::format("{{\"format\": {}, \"id\": \"{}\"}}\n", kFormatVersion, id)));
  return id;
}

Result<std::string> CheckDirectoryFormat(FileSystem& files, const std::string& directory) {
  const std::string path = JoinPath(directory, kFormatFile);
  if (!files.Exists(path)) {
    if (!HasStores(files, directory)) return NoDataDirectory(files, directory);
    return DamagedFormat(path, "missing, but the historian and the catalog are there");
  }
  auto format = ReadDirectoryFormat(files, path);
  const bool is_damaged = !format.ok() && (format.error().code() == ErrorCode::kCorruption ||
                                           format.error().code() == ErrorCode::kResourceExhausted);
  if (is_damaged) return DamagedFormat(path, DescribeDamage(files, path));
  if (!format.ok()) return std::move(format).error();
  if (format->version == kFormatVersion) return std::move(format->id);
  return Error(ErrorCode::kUnsupported,
               fmt::format("{} has format {}, this Bedplate reads format {}; a newer one made it",
                           directory, format->version, kFormatVersion));
}

Result<std::optional<std::string>> RepairDirectoryFormat(FileSystem& files,
                                                         const std::string& directory) {
  const auto format = CheckDirectoryFormat(files, directory);
  if (format.ok()) return std::optional<std::string>();
  if (format.error().code() != ErrorCode::kCorruption) return format.error();
  const std::string path = JoinPath(directory, kFormatFile);
  const std::string id = FindId(files, path);
  const std::string how = files.Exists(path) ? DescribeDamage(files, path) : std::string("missing");
  const auto written = WriteDirectoryFormat(files, directory, id);
  if (!written.ok()) return written.error();
  return std::optional(fmt::format(
      "{}: the file was {}; it was written anew with {}", path, how,
      id.empty() ? "a new id: what has backups of this directory takes no more of them, so name a "
                   "new target"
                 : "the id that was left in it, and nothing is lost"));
}

}  // namespace bedplate
