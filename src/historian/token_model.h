#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "historian/token_frequencies.h"

namespace bedplate::historian {

/// How a number becomes a token and extra bits (docs/formats/segment.md, "Tokens"). A number's
/// distance from the centre is first made unsigned. Distances are then cut into ranges, one for
/// each token: 2^linear_bits ranges of 2^shift distances, and then four to each power of two.
struct TokenModel {
  bool zigzag = true;  // distances to both sides of the centre; else all numbers are above it
  std::int64_t center = 0;
  std::optional<std::int64_t> dominant;  // a number with a token of its own
  unsigned shift = 0;                    // at most kMaxShift
  unsigned linear_bits = kMinLinearBits;

  static constexpr unsigned kMaxShift = 61;
  static constexpr unsigned kMinLinearBits = 2;
  static constexpr unsigned kMaxLinearBits = 8;

  bool operator==(const TokenModel&) const = default;
};

/// The range of distances of a token: `base` and 2^bits - 1 more.
struct TokenRange {
  std::uint64_t base = 0;
  unsigned bits = 0;  // at most kMaxExtraBits
};
inline constexpr unsigned kMaxExtraBits = 61;

/// The distance of `value` from the centre. Differences wrap around in 64 bits.
inline std::uint64_t DistanceOf(const TokenModel& model, std::int64_t value) {
  const std::uint64_t difference =
      static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(model.center);
  return model.zigzag ? ZigZag(static_cast<std::int64_t>(difference)) : difference;
}

/// Bits below the highest one of a distance that its token tells, beyond the linear part.
inline constexpr unsigned kTokenRangeBits = 2;

/// The token of a distance, without regard to a dominant number; may exceed kMaxTokens.
inline std::size_t TokenOfDistance(const TokenModel& model, std::uint64_t distance) {
  const std::uint64_t high = distance >> model.shift;
  if (high < (1ULL << model.linear_bits)) return high;
  const auto power = static_cast<unsigned>(std::bit_width(high)) - 1;
  const std::size_t range = (high >> (power - kTokenRangeBits)) % (1U << kTokenRangeBits);
  return (1ULL << model.linear_bits) + ((power - model.linear_bits) << kTokenRangeBits) + range;
}

/// The range of token `token`, counted with the dominant number's; nothing for tokens that lie
/// beyond all 64-bit distances.
std::optional<TokenRange> RangeOfToken(const TokenModel& model, std::size_t token);

struct ChosenModel {
  TokenModel model;
  double bits = 0;  // estimate of all that is written with it, but for a fixed part
};

/// The model that is expected to take least for `values` (at least 1). Looks at histograms and
/// encodes nothing.
ChosenModel ChooseTokenModel(std::span<const std::int64_t> values);

}  // namespace bedplate::historian
