#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace bedplate {

// The file formats are little endian, and values are copied to and from memory as they are.
static_assert(std::endian::native == std::endian::little);

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView AsBytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view AsText(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
concept FixedWidth = std::integral<T> || std::same_as<T, double>;

/// The value at `from`, which needs no alignment; sizeof(T) bytes must be there.
template <FixedWidth T>
T LoadFixed(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <FixedWidth T>
void StoreFixed(std::byte* to, T value) noexcept {
  std::memcpy(to, &value, sizeof(T));
}

/// Adds `value` at the end in sizeof(T) bytes.
template <FixedWidth T>
void PutFixed(Bytes& out, T value) {
  const std::size_t at = out.size();
  out.resize(at + sizeof(T));
  StoreFixed(out.data() + at, value);
}

void PutBytes(Bytes& out, ByteView bytes);

/// Adds `value` in 1 to 10 bytes: seven bits a byte from the lowest, the top bit says "more".
void PutVarint(Bytes& out, std::uint64_t value);

/// Adds the length as a varint, then the bytes of `text`.
void PutText(Bytes& out, std::string_view text);

/// Maps 0, -1, 1, -2, ... to 0, 1, 2, 3, ... so that small numbers of either sign are short.
constexpr std::uint64_t ZigZag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63U);
}
constexpr std::int64_t UnZigZag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

/// Reads bytes that may be hostile. A read beyond the end yields zeros or nothing and clears ok(),
/// which stays cleared, so that a decoder checks once at its end or before it trusts a count.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool AtEnd() const noexcept { return position_ == bytes_.size(); }
  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - position_; }

  template <FixedWidth T>
  T Fixed() noexcept {
    const ByteView part = Take(sizeof(T));
    return part.empty() ? T{} : LoadFixed<T>(part.data());
  }
  /// A varint that does not fit 64 bits clears ok().
  std::uint64_t Varint() noexcept {
    if (position_ < bytes_.size()) {
      const auto first = std::to_integer<std::uint64_t>(bytes_[position_]);
      if (first < 0x80) {
        ++position_;
        return first;
      }
    }
    return LongVarint();
  }
  /// The next `count` bytes, or nothing when there are fewer.
  ByteView Take(std::size_t count) noexcept {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return {};
    }
    const ByteView part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }
  /// What PutText wrote.
  std::string_view Text() noexcept;
  /// The rest.
  ByteView Rest() noexcept { return Take(remaining()); }

 private:
  std::uint64_t LongVarint() noexcept;

  ByteView bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace bedplate
