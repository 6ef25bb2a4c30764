#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace bedplate::historian {

// Whole numbers in groups of 128, each with its least number and the bits that hold the distances
// from it (docs/formats/segment.md, "Integers").

void EncodePacked(std::span<const std::int64_t> values, Bytes& out);
/// The bytes that EncodePacked adds.
std::size_t PackedSize(std::span<const std::int64_t> values);
/// Fills `out`. False when the bytes are not valid or do not reach; never reads beyond them.
[[nodiscard]] bool DecodePacked(ByteReader& in, std::span<std::int64_t> out);

}  // namespace bedplate::historian
