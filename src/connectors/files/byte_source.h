#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace bedplate {

/// Bytes from begin to end, once.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills the front of `out` (which is not empty) and returns how much; 0 only at the end.
  virtual Result<std::size_t> Read(std::span<char> out) = 0;
};

/// A text in memory, which must stay there.
std::unique_ptr<ByteSource> MakeTextSource(std::string_view text);

/// A file, which must outlive the source and is read as long as it was when it was opened.
std::unique_ptr<ByteSource> MakeFileSource(const RandomAccessFile& file);

}  // namespace bedplate
