#pragma once

#include <cstdint>
#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate::historian {

/// What is free on the disk of a store, and what of that is kept in reserve, so that what is in
/// memory can still be flushed and what is deleted can make room. Safe from any thread.
class DiskRoom {
 public:
  /// `files` must outlive it.
  DiskRoom(FileSystem& files, std::string directory, std::uint64_t reserve_bytes)
      : files_(files), directory_(std::move(directory)), reserve_bytes_(reserve_bytes) {}

  /// Whether there is room for `bytes` beside the reserve. Errors: kResourceExhausted, retryable.
  [[nodiscard]] Status Check(std::uint64_t bytes) const;
  /// The same for what gives room back soon: it may use the reserve, but half of what is left of
  /// that stays for flushes.
  [[nodiscard]] Status CheckRewrite(std::uint64_t bytes) const;

 private:
  FileSystem& files_;
  const std::string directory_;
  const std::uint64_t reserve_bytes_;
};

}  // namespace bedplate::historian
