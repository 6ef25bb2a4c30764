#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "historian/token_model.h"

namespace bedplate::historian {

// Whole numbers as entropy-coded tokens and extra bits (docs/formats/segment.md, "Tokens").

/// `values` holds 1 to kMaxBlockSamples numbers (CHECK).
void EncodeTokenized(std::span<const std::int64_t> values, const TokenModel& model, Bytes& out);

/// Fills `out`, which has 1 to kMaxBlockSamples places (CHECK), with running sums of the numbers
/// that begin after `sum_before`, or with the numbers themselves when `summed` is false. False when
/// the bytes are not valid; never reads beyond them.
[[nodiscard]] bool DecodeTokenized(ByteReader& in, bool summed, std::int64_t sum_before,
                                   std::span<std::int64_t> out);

}  // namespace bedplate::historian
