#include "historian/packed_codec.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bedplate::historian {
namespace {

constexpr std::size_t kGroupSize = 128;
constexpr unsigned kWordBits = 64;

__extension__ using DoubleWord = unsigned __int128;

constexpr std::size_t PackedBytes(std::size_t count, unsigned width) {
  return (count * width + 7) / 8;
}

/// Writes the low `width` bits of each value one after the other, lowest bit first.
void Pack(std::span<const std::uint64_t> values, unsigned width, Bytes& out) {
  DoubleWord pending = 0;
  unsigned pending_bits = 0;
  for (const std::uint64_t value : values) {
    pending |= static_cast<DoubleWord>(value) << pending_bits;
    pending_bits += width;
    if (pending_bits >= kWordBits) {
      PutFixed(out, static_cast<std::uint64_t>(pending));
      pending >>= kWordBits;
      pending_bits -= kWordBits;
    }
  }
  for (; pending_bits > 0; pending_bits -= std::min(pending_bits, 8U)) {
    out.push_back(static_cast<std::byte>(static_cast<std::uint8_t>(pending)));
    pending >>= 8U;
  }
}

/// Adds `base` to each value read; `packed` holds PackedBytes(out.size(), width) bytes.
void Unpack(ByteView packed, unsigned width, std::int64_t base, std::span<std::int64_t> out) {
  // The copy gives every load eight readable bytes and a ninth for the widest values.
  std::array<std::byte, kGroupSize * sizeof(std::uint64_t) + 16> padded{};
  std::copy(packed.begin(), packed.end(), padded.begin());
  const std::uint64_t mask = width == kWordBits ? ~0ULL : (1ULL << width) - 1;
  std::size_t bit = 0;
  for (std::int64_t& value : out) {
    const std::byte* from = padded.data() + bit / 8;
    const unsigned shift = bit % 8;
    std::uint64_t word = LoadFixed<std::uint64_t>(from) >> shift;
    if (shift + width > kWordBits) {
      word |= std::to_integer<std::uint64_t>(from[8]) << (kWordBits - shift);
    }
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(base) + (word & mask));
    bit += width;
  }
}

struct Frame {
  std::int64_t base = 0;
  unsigned width = 0;
};

Frame FrameOf(std::span<const std::int64_t> group) {
  const auto [least, most] = std::minmax_element(group.begin(), group.end());
  const std::uint64_t span = static_cast<std::uint64_t>(*most) - static_cast<std::uint64_t>(*least);
  return {*least, static_cast<unsigned>(std::bit_width(span))};
}

void EncodeGroup(std::span<const std::int64_t> group, Bytes& out) {
  const Frame frame = FrameOf(group);
  std::array<std::uint64_t, kGroupSize> offsets;
  for (std::size_t i = 0; i < group.size(); ++i) {
    offsets[i] = static_cast<std::uint64_t>(group[i]) - static_cast<std::uint64_t>(frame.base);
  }
  PutVarint(out, ZigZag(frame.base));
  out.push_back(static_cast<std::byte>(frame.width));
  Pack(std::span(offsets).first(group.size()), frame.width, out);
}

bool DecodeGroup(ByteReader& in, std::span<std::int64_t> out) {
  const std::int64_t base = UnZigZag(in.Varint());
  const unsigned width = in.Fixed<std::uint8_t>();
  if (width > kWordBits) return false;
  const ByteView packed = in.Take(PackedBytes(out.size(), width));
  if (!in.ok()) return false;
  Unpack(packed, width, base, out);
  return true;
}

/// Calls `action` with each group of `values` in turn.
template <typename T, typename Action>
bool ForEachGroup(std::span<T> values, Action action) {
  for (std::size_t at = 0; at < values.size(); at += kGroupSize) {
    if (!action(values.subspan(at, std::min(kGroupSize, values.size() - at)))) return false;
  }
  return true;
}

std::size_t VarintSize(std::uint64_t value) {
  return static_cast<std::size_t>((std::bit_width(value | 1U) + 6) / 7);
}

}  // namespace

void EncodePacked(std::span<const std::int64_t> values, Bytes& out) {
  ForEachGroup(values, [&](std::span<const std::int64_t> group) {
    EncodeGroup(group, out);
    return true;
  });
}

std::size_t PackedSize(std::span<const std::int64_t> values) {
  std::size_t size = 0;
  ForEachGroup(values, [&](std::span<const std::int64_t> group) {
    const Frame frame = FrameOf(group);
    size += VarintSize(ZigZag(frame.base)) + 1 + PackedBytes(group.size(), frame.width);
    return true;
  });
  return size;
}

bool DecodePacked(ByteReader& in, std::span<std::int64_t> out) {
  return ForEachGroup(out, [&](std::span<std::int64_t> group) { return DecodeGroup(in, group); });
}

}  // namespace bedplate::historian
