#include "api/unix_path.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace bedplate {
namespace {

constexpr std::size_t kNameLimitBytes = 80;

ErrorCode CodeOf(int system_error) {
  switch (system_error) {
    case ENOENT:
    case ENOTDIR: return ErrorCode::kNotFound;
    case EACCES: return ErrorCode::kPermissionDenied;
    default: return ErrorCode::kIo;
  }
}

}  // namespace

Result<UnixPath> UnixPath::Open(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const bool has_directory = slash != std::string::npos;
  const std::string name = has_directory ? path.substr(slash + 1) : path;
  if (name.empty() || name.size() > kNameLimitBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("socket path: expected a file name of 1 to {} bytes, got '{}'",
                             kNameLimitBytes, path));
  }
  const std::string directory = has_directory ? path.substr(0, slash + 1) : ".";
  const int descriptor = open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    const int reason = errno;
    return Error(CodeOf(reason),
                 fmt::format("{}: {}", directory, std::generic_category().message(reason)));
  }
  return UnixPath(descriptor, fmt::format("/proc/self/fd/{}/{}", descriptor, name));
}

UnixPath::UnixPath(UnixPath&& other) noexcept
    : directory_(std::exchange(other.directory_, -1)), usable_(std::move(other.usable_)) {}

UnixPath::~UnixPath() {
  if (directory_ >= 0) close(directory_);
}

}  // namespace bedplate
