#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

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
std::uint64_t DistanceOf(const TokenModel& model, std::int64_t value);

/// The token of a distance, without regard to a dominant number; may exceed kMaxTokens.
std::size_t TokenOfDistance(const TokenModel& model, std::uint64_t distance);

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
