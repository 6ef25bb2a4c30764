#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "historian/token_frequencies.h"

namespace bedplate::historian {

// Entropy coding of tokens by range asymmetric numeral systems after J. Duda, "Asymmetric numeral
// systems: entropy coding combining speed of Huffman coding with compression rate of arithmetic
// coding", arXiv:1311.2540, section 2.3; states of 32 bits, renewed by words of 16 bits, several
// of them interleaved (docs/formats/segment.md, "Tokens").

/// Each token has a frequency, and at least two tokens are used (CHECK).
void EncodeTokens(std::span<const std::uint8_t> tokens, const TokenFrequencies& frequencies,
                  Bytes& out);

/// Fills `out`; at least two tokens are used (CHECK). False when the bytes do not reach or are not
/// what the encoder writes. Never reads beyond them.
[[nodiscard]] bool DecodeTokens(ByteReader& in, const TokenFrequencies& frequencies,
                                std::span<std::uint8_t> out);

}  // namespace bedplate::historian
