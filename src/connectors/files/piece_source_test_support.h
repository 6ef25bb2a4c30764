#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "connectors/files/byte_source.h"

namespace bedplate {

/// Gives at most `piece_bytes` at a time.
class PieceSource final : public ByteSource {
 public:
  PieceSource(std::string_view text, std::size_t piece_bytes)
      : text_(text), piece_bytes_(piece_bytes) {}
  Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t count = text_.copy(out.data(), std::min(out.size(), piece_bytes_));
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
  std::size_t piece_bytes_;
};

}  // namespace bedplate
