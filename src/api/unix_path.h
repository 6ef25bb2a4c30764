#pragma once

#include <string>

#include "base/result.h"

namespace bedplate {

/// A socket's place in the file system, in a form that fits into sockaddr_un (108 bytes) however
/// long the path is: its directory is held open and named through /proc/self/fd.
class UnixPath {
 public:
  /// Errors: kInvalidArgument (no file name, or one of over 80 bytes), kNotFound, kPermissionDenied
  /// or kIo when the directory cannot be opened.
  static Result<UnixPath> Open(const std::string& path);
  UnixPath(UnixPath&& other) noexcept;
  UnixPath& operator=(UnixPath&& other) = delete;
  ~UnixPath();

  /// What to bind, connect or unlink; good as long as this object lives.
  [[nodiscard]] const std::string& usable() const { return usable_; }

 private:
  UnixPath(int directory, std::string usable) : directory_(directory), usable_(std::move(usable)) {}

  int directory_;
  std::string usable_;
};

}  // namespace bedplate
