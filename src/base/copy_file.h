#pragma once

#include <cstddef>
#include <string>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate {

inline constexpr std::size_t kCopyPieceBytes = 1ULL << 20U;

/// Publishes a copy of `from` at `to` as WriteFileAtomically does its content, but with no more
/// than kCopyPieceBytes of it in memory.
Status CopyFileAtomically(FileSystem& files, const std::string& from, const std::string& to);

}  // namespace bedplate
