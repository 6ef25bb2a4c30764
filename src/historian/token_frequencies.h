#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace bedplate::historian {

inline constexpr std::size_t kMaxTokens = 256;
inline constexpr unsigned kFrequencyBits = 12;
inline constexpr std::uint32_t kFrequencySum = 1U << kFrequencyBits;

/// How often each token is expected in kFrequencySum, as both sides of the entropy coder use it
/// (docs/formats/segment.md, "Tokens"). Those that occur have at least 1; they add up.
struct TokenFrequencies {
  std::size_t size = 0;  // tokens 0 to size - 1
  std::size_t used = 0;  // of these, how many have a frequency
  std::array<std::uint16_t, kMaxTokens> values{};
};

/// Writes rounded `counts` (1 to kMaxTokens, the last not 0, each at most 2^14) and returns the
/// frequencies that a reader makes of them.
TokenFrequencies PutFrequencies(std::span<const std::uint32_t> counts, Bytes& out);

/// False when the bytes are not valid.
[[nodiscard]] bool TakeFrequencies(ByteReader& in, TokenFrequencies& frequencies);

/// The bits that PutFrequencies needs for such counts.
std::size_t FrequencyTableBits(std::span<const std::uint32_t> counts);

}  // namespace bedplate::historian
