#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace bedplate::historian {

// One pair of functions per column of a block (docs/formats/segment.md, "Columns"). Each encoder
// puts a byte that names the encoding it chose, then its data. Each decoder reads `count` (at most
// kMaxBlockSamples) values from bytes that may be hostile into `out`, and returns false when they
// are not valid; it never reads beyond them and allocates no more than `count` values need.

/// `times` strictly ascending. The first one is not written: the block header has it.
void EncodeTimes(std::span<const std::int64_t> times, Bytes& out);
[[nodiscard]] bool DecodeTimes(ByteReader& in, std::size_t count, std::int64_t first,
                               std::vector<std::int64_t>& out);

/// Bit-exact, NaN payloads and -0.0 included.
void EncodeDoubles(std::span<const double> values, Bytes& out);
/// `scratch` is memory that is used again from block to block; what it holds does not matter.
[[nodiscard]] bool DecodeDoubles(ByteReader& in, std::size_t count,
                                 std::vector<std::int64_t>& scratch, std::vector<double>& out);
[[nodiscard]] bool DecodeDoubles(ByteReader& in, std::size_t count, std::vector<double>& out);

void EncodeInt64s(std::span<const std::int64_t> values, Bytes& out);
[[nodiscard]] bool DecodeInt64s(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out);

/// Each value is 0 or 1.
void EncodeBools(std::span<const std::uint8_t> values, Bytes& out);
[[nodiscard]] bool DecodeBools(ByteReader& in, std::size_t count, std::vector<std::uint8_t>& out);

/// Fails when the strings together exceed twice kBlockStringBytes.
void EncodeStrings(std::span<const std::string> values, Bytes& out);
[[nodiscard]] bool DecodeStrings(ByteReader& in, std::size_t count, std::vector<std::string>& out);

/// Empty means that all are good; decoding then yields empty again.
void EncodeQualities(std::span<const std::uint32_t> qualities, Bytes& out);
[[nodiscard]] bool DecodeQualities(ByteReader& in, std::size_t count,
                                   std::vector<std::uint32_t>& out);

}  // namespace bedplate::historian
