#include "services/secret_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "services/data_directory.h"

namespace bedplate {
namespace {

constexpr std::size_t kMostNameBytes = 64;

Error NoSecret(std::string_view name) {
  return {ErrorCode::kNotFound, fmt::format("there is no secret '{0}'; `bedplate secret set {0}` "
                                            "makes it",
                                            name)};
}

}  // namespace

SecretFiles::SecretFiles(FileSystem& files, const std::string& directory)
    : files_(files), directory_(directory), folder_(JoinPath(directory, kSecretFolder)) {}

Result<std::string> SecretFiles::PathOf(std::string_view name) const {
  const bool is_name =
      !name.empty() && name.size() <= kMostNameBytes && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      });
  if (is_name) return JoinPath(folder_, name);
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected the name of a secret, up to {} of a-z, 0-9 and -, got '{}'",
                           kMostNameBytes, name));
}

Result<std::string> SecretFiles::Read(std::string_view name) const {
  ASSIGN_OR_RETURN(const std::string path, PathOf(name));
  auto text = files_.ReadFile(path, kSmallFileLimitBytes);
  if (!text.ok() && text.error().code() == ErrorCode::kNotFound) return NoSecret(name);
  if (text.ok() && text->ends_with('\n')) text->pop_back();
  return text;
}

Status SecretFiles::Write(std::string_view name, std::string_view text) {
  ASSIGN_OR_RETURN(const std::string path, PathOf(name));
  const std::string format = JoinPath(directory_, kFormatFile);
  if (const auto known = ReadDirectoryFormat(files_, format); !known.ok()) return known.error();
  RETURN_IF_ERROR(files_.CreateDirectories(folder_));
  return WriteFileAtomically(files_, path, text);
}

Result<std::vector<std::string>> SecretFiles::List() const {
  if (!files_.Exists(folder_)) return std::vector<std::string>();
  ASSIGN_OR_RETURN(auto names, files_.ListDirectory(folder_));
  std::erase_if(names, [&](const std::string& name) { return !PathOf(name).ok(); });
  std::ranges::sort(names);
  return names;
}

Status SecretFiles::Remove(std::string_view name) {
  ASSIGN_OR_RETURN(const std::string path, PathOf(name));
  if (!files_.Exists(path)) return NoSecret(name);
  RETURN_IF_ERROR(files_.Remove(path));
  return files_.SyncDirectory(folder_);
}

}  // namespace bedplate
