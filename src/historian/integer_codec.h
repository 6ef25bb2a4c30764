#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace bedplate::historian {

/// Writes 1 to kMaxBlockSamples whole numbers (CHECK) as differences of order 0, 1 or 2: packed in
/// groups, as entropy-coded tokens, or compressed where they repeat themselves, whichever is
/// smallest (docs/formats/segment.md, "Integers"). Works for any values: differences wrap around in
/// 64 bits.
void EncodeIntegers(std::span<const std::int64_t> values, Bytes& out);

/// Reads `count` numbers (0 to kMaxBlockSamples) into `out` (cleared first). False when the bytes
/// are not valid or do not reach; never reads beyond them.
[[nodiscard]] bool DecodeIntegers(ByteReader& in, std::size_t count,
                                  std::vector<std::int64_t>& out);

}  // namespace bedplate::historian
