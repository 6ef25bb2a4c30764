#include "historian/xor_codec.h"

#include <bit>

#include "historian/bit_stream.h"

namespace bedplate::historian {
namespace {

constexpr unsigned kLeadingBits = 6;
constexpr unsigned kLengthBits = 6;

/// Where the differing bits of the last written difference lay.
struct Window {
  unsigned leading = 64;  // zero bits above; 64: none yet
  unsigned trailing = 0;  // zero bits below

  [[nodiscard]] unsigned Length() const { return 64 - leading - trailing; }
};

bool GetDifference(BitReader& reader, Window& window, std::uint64_t& bits) {
  bits = 0;
  if (reader.Get(1) == 0) return reader.ok();
  if (reader.Get(1) != 0) {
    const auto leading = static_cast<unsigned>(reader.Get(kLeadingBits));
    const auto length = static_cast<unsigned>(reader.Get(kLengthBits)) + 1;
    if (leading + length > 64) return false;
    window = {leading, 64 - leading - length};
  } else if (window.leading >= 64) {
    return false;
  }
  bits = reader.Get(window.Length()) << window.trailing;
  return reader.ok();
}

}  // namespace

bool DecodeXor(ByteReader& in, std::span<double> out) {
  BitReader reader(in.Rest());
  Window window;
  std::uint64_t previous = 0;
  for (double& value : out) {
    std::uint64_t difference = 0;
    if (!GetDifference(reader, window, difference)) return false;
    previous ^= difference;
    value = std::bit_cast<double>(previous);
  }
  return true;
}

}  // namespace bedplate::historian
