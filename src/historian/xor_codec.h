#pragma once

#include <span>

#include "base/bytes.h"

namespace bedplate::historian {

/// Doubles as the bits in which each differs from the one before, after T. Pelkonen et al.,
/// "Gorilla: a fast, scalable, in-memory time series database", VLDB 2015, section 4.1.2; the bit
/// layout is our own (docs/formats/segment.md, "Version 1").
/// Blocks of version 1 only: what is written now takes less. Fills `out`; false when the bytes do
/// not reach.
[[nodiscard]] bool DecodeXor(ByteReader& in, std::span<double> out);

}  // namespace bedplate::historian
