#include "connectors/mqtt/wire.h"

#include "base/check.h"
#include "base/utf8.h"

namespace bedplate::mqtt {

std::uint16_t WireReader::Short() noexcept {
  const std::uint32_t high = Byte();
  return static_cast<std::uint16_t>(high << 8U | Byte());
}

std::uint32_t WireReader::Long() noexcept {
  const std::uint32_t high = Short();
  return high << 16U | Short();
}

std::uint32_t WireReader::Variable() noexcept {
  const std::uint64_t value = in_.Varint();
  if (value <= kMostVariable) return static_cast<std::uint32_t>(value);
  malformed_ = true;
  return 0;
}

std::string_view WireReader::Text() noexcept {
  const std::string_view text = AsText(Binary());
  if (IsValidUtf8(text) && text.find('\0') == std::string_view::npos) return text;
  malformed_ = true;
  return {};
}

void PutShort(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::byte>(value >> 8U));
  out.push_back(static_cast<std::byte>(value & 0xFFU));
}

void PutLong(Bytes& out, std::uint32_t value) {
  PutShort(out, static_cast<std::uint16_t>(value >> 16U));
  PutShort(out, static_cast<std::uint16_t>(value & 0xFFFFU));
}

void PutWireText(Bytes& out, std::string_view text) {
  BEDPLATE_CHECK(text.size() <= kMostTextBytes);
  PutShort(out, static_cast<std::uint16_t>(text.size()));
  PutBytes(out, AsBytes(text));
}

}  // namespace bedplate::mqtt
