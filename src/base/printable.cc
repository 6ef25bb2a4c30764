#include "base/printable.h"

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/utf8.h"

namespace bedplate {
namespace {

/// Bytes of the UTF-8 sequence at the front of `text`; 0 when there is none that is well formed.
std::size_t SequenceBytes(std::string_view text) {
  for (std::size_t bytes = 1; bytes <= 4 && bytes <= text.size(); ++bytes) {
    if (IsValidUtf8(text.substr(0, bytes))) return bytes;
  }
  return 0;
}

/// Of a well-formed sequence of two or three bytes.
unsigned CodePoint(std::string_view sequence) {
  const auto low_bits = [&](std::size_t index) {
    return static_cast<unsigned char>(sequence[index]) & 0x3FU;
  };
  const unsigned lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 2) return ((lead & 0x1FU) << 6U) | low_bits(1);
  return ((lead & 0x0FU) << 12U) | (low_bits(1) << 6U) | low_bits(2);
}

bool IsHidden(unsigned code) {
  const bool upper_control = code >= 0x80 && code <= 0x9F;
  const bool mark = code == 0x061C || code == 0x200E || code == 0x200F;
  const bool separator_or_embedding = code >= 0x2028 && code <= 0x202E;
  const bool isolate = code >= 0x2066 && code <= 0x2069;
  return upper_control || mark || separator_or_embedding || isolate;
}

void AppendByte(std::string& out, char c) {
  out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

}  // namespace

std::string Printable(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = SequenceBytes(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(bytes, 1));
    text.remove_prefix(sequence.size());
    const bool shown_as_byte = bytes == 0 || (bytes == 1 && IsControl(sequence.front()) &&
                                              kept.find(sequence.front()) == kept.npos);
    if (shown_as_byte) {
      AppendByte(out, sequence.front());
    } else if ((bytes == 2 || bytes == 3) && IsHidden(CodePoint(sequence))) {
      out += fmt::format("\\u{:04x}", CodePoint(sequence));
    } else {
      out += sequence;
    }
  }
  return out;
}

}  // namespace bedplate
