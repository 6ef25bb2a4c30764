#include "historian/token_codec.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "historian/bit_stream.h"
#include "historian/format.h"
#include "historian/rans.h"

namespace bedplate::historian {
namespace {

enum ModelFlags : std::uint8_t { kZigZag = 1, kDominant = 2 };
constexpr unsigned kShiftPosition = 2;
/// The most extra bits that one load of eight bytes holds wherever they begin in its first byte.
constexpr unsigned kMaxNarrowBits = 57;

void PutModel(Bytes& out, const TokenModel& model) {
  std::uint8_t flags = model.zigzag ? kZigZag : 0;
  if (model.dominant) flags |= kDominant;
  flags |= static_cast<std::uint8_t>(model.shift << kShiftPosition);
  out.push_back(static_cast<std::byte>(flags));
  out.push_back(static_cast<std::byte>(model.linear_bits));
  PutVarint(out, ZigZag(model.center));
  if (model.dominant) PutVarint(out, ZigZag(*model.dominant));
}

bool TakeModel(ByteReader& in, TokenModel& model) {
  const auto flags = in.Fixed<std::uint8_t>();
  model.zigzag = (flags & kZigZag) != 0;
  model.shift = flags >> kShiftPosition;
  model.linear_bits = in.Fixed<std::uint8_t>();
  model.center = UnZigZag(in.Varint());
  if ((flags & kDominant) != 0) model.dominant = UnZigZag(in.Varint());
  return in.ok() && model.shift <= TokenModel::kMaxShift &&
         model.linear_bits >= TokenModel::kMinLinearBits &&
         model.linear_bits <= TokenModel::kMaxLinearBits;
}

std::size_t TokenOf(const TokenModel& model, std::int64_t value) {
  if (!model.dominant) return TokenOfDistance(model, DistanceOf(model, value));
  return value == *model.dominant ? 0 : 1 + TokenOfDistance(model, DistanceOf(model, value));
}

/// What decoding needs of each token, side by side so that one lookup fetches all of it.
struct DecodedRange {
  std::uint64_t base = 0;
  std::uint64_t mask = 0;
  std::uint64_t bits = 0;
};

struct RangeTable {
  std::array<DecodedRange, kMaxTokens> ranges;
  unsigned most_bits = 0;
};

bool MakeRanges(const TokenModel& model, const TokenFrequencies& frequencies, RangeTable& table) {
  for (std::size_t token = 0; token < frequencies.size; ++token) {
    if (frequencies.values[token] == 0) continue;
    const auto range = RangeOfToken(model, token);
    if (!range) return false;
    table.ranges[token] = {range->base, (1ULL << range->bits) - 1, range->bits};
    table.most_bits = std::max(table.most_bits, range->bits);
  }
  return true;
}

/// Makes numbers of distances, and sums of numbers.
template <bool kIsZigZag, bool kSummed>
struct Rebuilder {
  std::uint64_t center;
  std::uint64_t sum;

  std::int64_t operator()(std::uint64_t distance) {
    const std::uint64_t difference =
        kIsZigZag ? static_cast<std::uint64_t>(UnZigZag(distance)) : distance;
    if (!kSummed) return static_cast<std::int64_t>(center + difference);
    sum += center + difference;
    return static_cast<std::int64_t>(sum);
  }
};

/// Up to 64 bits from `position` on, as many as there are.
std::uint64_t LoadCarefully(ByteView bytes, std::size_t position) {
  std::array<std::byte, 9> window{};
  const std::size_t first = std::min(position / 8, bytes.size());
  const std::size_t count = std::min(window.size(), bytes.size() - first);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), count, window.begin());
  const unsigned shift = position % 8;
  const auto low = LoadFixed<std::uint64_t>(window.data()) >> shift;
  return shift == 0 ? low : low | std::to_integer<std::uint64_t>(window[8]) << (64 - shift);
}

/// Makes numbers as long as a load of eight bytes stays within `bytes`; `position` counts bits.
/// Returns how many were made. `kAnyWidth` says that some numbers have more than kMaxNarrowBits.
template <bool kAnyWidth, typename Rebuild>
std::size_t ReadInside(ByteView bytes, const RangeTable& table,
                       std::span<const std::uint8_t> tokens, Rebuild& rebuild,
                       std::size_t& position, std::span<std::int64_t> out) {
  if (bytes.size() < sizeof(std::uint64_t)) return 0;
  const std::size_t last = (bytes.size() - sizeof(std::uint64_t)) * 8 + 7;
  std::size_t at = position;
  std::size_t i = 0;
  for (; i < out.size() && at <= last; ++i) {
    const DecodedRange& range = table.ranges[tokens[i]];
    if (kAnyWidth && range.bits > bytes.size() * 8 - at) break;
    std::uint64_t word = LoadFixed<std::uint64_t>(bytes.data() + at / 8) >> (at % 8);
    if (kAnyWidth && range.bits > kMaxNarrowBits) word = LoadCarefully(bytes, at);
    out[i] = rebuild(range.base + (word & range.mask));
    at += range.bits;
  }
  position = at;
  return i;
}

/// Makes the last numbers, whose bits lie in the last eight bytes; false when they do not reach.
template <typename Rebuild>
bool ReadRest(ByteView rest, const RangeTable& table, std::span<const std::uint8_t> tokens,
              Rebuild& rebuild, std::size_t& position, std::span<std::int64_t> out) {
  std::array<std::byte, 24> padded{};
  BEDPLATE_CHECK(rest.size() <= sizeof(std::uint64_t));
  std::copy(rest.begin(), rest.end(), padded.begin());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const DecodedRange& range = table.ranges[tokens[i]];
    if (range.bits > rest.size() * 8 - position) return false;
    std::uint64_t word = LoadFixed<std::uint64_t>(padded.data() + position / 8) >> (position % 8);
    if (range.bits > kMaxNarrowBits) word = LoadCarefully(padded, position);
    out[i] = rebuild(range.base + (word & range.mask));
    position += range.bits;
  }
  return true;
}

/// Makes the numbers of `tokens` with the extra bits that `in` begins with.
template <typename Rebuild>
bool ReadExtraBits(ByteReader& in, const RangeTable& table, std::span<const std::uint8_t> tokens,
                   Rebuild rebuild, std::span<std::int64_t> out) {
  ByteReader ahead = in;
  const ByteView bytes = ahead.Rest();
  std::size_t position = 0;
  const std::size_t made = table.most_bits <= kMaxNarrowBits
                               ? ReadInside<false>(bytes, table, tokens, rebuild, position, out)
                               : ReadInside<true>(bytes, table, tokens, rebuild, position, out);
  const std::size_t passed = position / 8;
  position %= 8;
  if (made < out.size() && !ReadRest(bytes.subspan(passed), table, tokens.subspan(made), rebuild,
                                     position, out.subspan(made))) {
    return false;
  }
  in.Take(passed + (position + 7) / 8);
  return in.ok();
}

}  // namespace

void EncodeTokenized(std::span<const std::int64_t> values, const TokenModel& model, Bytes& out) {
  BEDPLATE_CHECK(!values.empty());
  BEDPLATE_CHECK(values.size() <= kMaxBlockSamples);
  std::array<std::uint8_t, kMaxBlockSamples> token_space;
  const auto tokens = std::span(token_space).first(values.size());
  std::array<std::uint32_t, kMaxTokens> counts{};
  std::size_t size = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t token = TokenOf(model, values[i]);
    BEDPLATE_CHECK(token < kMaxTokens);
    tokens[i] = static_cast<std::uint8_t>(token);
    ++counts[token];
    size = std::max(size, token + 1);
  }
  PutModel(out, model);
  const TokenFrequencies frequencies = PutFrequencies(std::span(counts).first(size), out);
  if (frequencies.used > 1) EncodeTokens(tokens, frequencies, out);
  RangeTable table;
  BEDPLATE_CHECK(MakeRanges(model, frequencies, table));
  BitWriter bits(out);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const DecodedRange& range = table.ranges[tokens[i]];
    bits.Put(DistanceOf(model, values[i]) - range.base, static_cast<unsigned>(range.bits));
  }
}

bool DecodeTokenized(ByteReader& in, bool summed, std::int64_t sum_before,
                     std::span<std::int64_t> out) {
  BEDPLATE_CHECK(!out.empty());
  BEDPLATE_CHECK(out.size() <= kMaxBlockSamples);
  TokenModel model;
  TokenFrequencies frequencies;
  if (!TakeModel(in, model) || !TakeFrequencies(in, frequencies)) return false;
  RangeTable table;
  if (!MakeRanges(model, frequencies, table)) return false;
  std::array<std::uint8_t, kMaxBlockSamples> token_space;
  const auto tokens = std::span(token_space).first(out.size());
  if (frequencies.used > 1) {
    if (!DecodeTokens(in, frequencies, tokens)) return false;
  } else {
    std::memset(tokens.data(), static_cast<int>(frequencies.size - 1), tokens.size());
  }
  const auto center = static_cast<std::uint64_t>(model.center);
  const auto sum = static_cast<std::uint64_t>(sum_before);
  if (model.zigzag) {
    if (summed) return ReadExtraBits(in, table, tokens, Rebuilder<true, true>{center, sum}, out);
    return ReadExtraBits(in, table, tokens, Rebuilder<true, false>{center, sum}, out);
  }
  if (summed) return ReadExtraBits(in, table, tokens, Rebuilder<false, true>{center, sum}, out);
  return ReadExtraBits(in, table, tokens, Rebuilder<false, false>{center, sum}, out);
}

}  // namespace bedplate::historian
