#include "historian/integer_codec.h"

#include <algorithm>
#include <array>
#include <bit>

namespace bedplate::historian {
namespace {

constexpr std::size_t kGroupSize = 128;
constexpr unsigned kMaxOrder = 2;
constexpr unsigned kWordBits = 64;

__extension__ using DoubleWord = unsigned __int128;

constexpr std::int64_t WrappingAdd(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t WrappingSubtract(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

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
    value = WrappingAdd(base, static_cast<std::int64_t>(word & mask));
    bit += width;
  }
}

void EncodeGroup(std::span<const std::int64_t> values, Bytes& out) {
  const std::int64_t base = *std::min_element(values.begin(), values.end());
  std::array<std::uint64_t, kGroupSize> offsets;
  std::uint64_t all_bits = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    offsets[i] = static_cast<std::uint64_t>(WrappingSubtract(values[i], base));
    all_bits |= offsets[i];
  }
  const auto width = static_cast<unsigned>(std::bit_width(all_bits));
  PutVarint(out, ZigZag(base));
  out.push_back(static_cast<std::byte>(width));
  Pack(std::span(offsets).first(values.size()), width, out);
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

/// Replaces values[i] by its difference to the one before, from `start` on.
void Difference(std::vector<std::int64_t>& values, std::size_t start) {
  for (std::size_t i = values.size(); i-- > start;) {
    values[i] = WrappingSubtract(values[i], values[i - 1]);
  }
}

void EncodeOrder(std::span<const std::int64_t> differences, unsigned order, Bytes& out) {
  out.push_back(static_cast<std::byte>(order));
  const std::size_t leading = std::min<std::size_t>(order, differences.size());
  for (std::size_t i = 0; i < leading; ++i) PutVarint(out, ZigZag(differences[i]));
  for (auto rest = differences.subspan(leading); !rest.empty();) {
    const std::size_t count = std::min(kGroupSize, rest.size());
    EncodeGroup(rest.first(count), out);
    rest = rest.subspan(count);
  }
}

}  // namespace

void EncodeIntegers(std::span<const std::int64_t> values, Bytes& out) {
  std::vector<std::int64_t> differences(values.begin(), values.end());
  Bytes best;
  Bytes candidate;
  for (unsigned order = 0; order <= kMaxOrder; ++order) {
    // After this, the first `order` entries are the leading value of each order of difference.
    if (order > 0 && order < differences.size()) Difference(differences, order);
    candidate.clear();
    if (order > 0 && order >= differences.size()) break;
    EncodeOrder(differences, order, candidate);
    if (best.empty() || candidate.size() < best.size()) best.swap(candidate);
  }
  PutBytes(out, best);
}

bool DecodeIntegers(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out) {
  out.clear();
  const unsigned order = in.Fixed<std::uint8_t>();
  if (!in.ok() || order > kMaxOrder || order > count) return false;
  out.resize(count);
  for (std::size_t i = 0; i < order; ++i) out[i] = UnZigZag(in.Varint());
  for (std::size_t at = order; at < count; at += kGroupSize) {
    if (!DecodeGroup(in, std::span(out).subspan(at, std::min(kGroupSize, count - at)))) {
      return false;
    }
  }
  for (unsigned level = order; level > 0; --level) {
    for (std::size_t i = level; i < count; ++i) out[i] = WrappingAdd(out[i], out[i - 1]);
  }
  return in.ok();
}

}  // namespace bedplate::historian
