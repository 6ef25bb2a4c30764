#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace bedplate {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720 appendix B.4), continued from
/// `crc`, which is 0 or what an earlier call returned for the bytes before. Uses the SSE4.2
/// instruction where the processor has it.
std::uint32_t Crc32c(ByteView bytes, std::uint32_t crc = 0) noexcept;

/// The same by table, for processors without the instruction and to check the other against.
std::uint32_t Crc32cScalar(ByteView bytes, std::uint32_t crc = 0) noexcept;

/// The other way: what Crc32c continued from when it returned `crc` for these bytes.
std::uint32_t Crc32cBefore(ByteView bytes, std::uint32_t crc) noexcept;

/// Whether Crc32c uses the processor's instruction.
bool HasCrc32cInstruction() noexcept;

}  // namespace bedplate
