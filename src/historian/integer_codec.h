#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace bedplate::historian {

/// Packs whole numbers as differences of order 0, 1 or 2, whichever is smallest, in groups of 128
/// with a frame of reference and a bit width each (docs/formats/segment.md, "Integers"). Works for
/// any values: differences wrap around in 64 bits.
void EncodeIntegers(std::span<const std::int64_t> values, Bytes& out);

/// Reads `count` numbers into `out` (cleared first). False when the bytes are not valid or do not
/// reach; never reads beyond them.
[[nodiscard]] bool DecodeIntegers(ByteReader& in, std::size_t count,
                                  std::vector<std::int64_t>& out);

}  // namespace bedplate::historian
