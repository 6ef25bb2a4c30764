#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

// The data types of MQTT 5, section 1.5: numbers are big endian, texts have their length in front.

namespace bedplate::mqtt {

constexpr std::uint32_t kMostVariable = 268'435'455;  // four bytes
constexpr std::size_t kMostTextBytes = 65'535;

/// Reads bytes of a peer; as with ByteReader a read beyond the end clears ok().
class WireReader {
 public:
  explicit WireReader(ByteView bytes) noexcept : in_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return in_.ok() && !malformed_; }
  [[nodiscard]] bool AtEnd() const noexcept { return in_.AtEnd(); }

  std::uint8_t Byte() noexcept { return in_.Fixed<std::uint8_t>(); }
  std::uint16_t Short() noexcept;
  std::uint32_t Long() noexcept;
  /// A variable byte integer, which has at most four bytes.
  std::uint32_t Variable() noexcept;
  ByteView Binary() noexcept { return in_.Take(Short()); }
  /// Well-formed UTF-8 without U+0000 ([MQTT-1.5.4-1], [MQTT-1.5.4-2]), else clears ok().
  std::string_view Text() noexcept;
  ByteView Take(std::size_t count) noexcept { return in_.Take(count); }
  ByteView Rest() noexcept { return in_.Rest(); }

 private:
  ByteReader in_;
  bool malformed_ = false;
};

void PutShort(Bytes& out, std::uint16_t value);
void PutLong(Bytes& out, std::uint32_t value);
/// At most kMostTextBytes (CHECK).
void PutWireText(Bytes& out, std::string_view text);

}  // namespace bedplate::mqtt
