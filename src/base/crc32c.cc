#include "base/crc32c.h"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace bedplate {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value >> 1U) ^ ((value & 1U) != 0 ? kPolynomial : 0);
    }
    table[i] = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t Crc32cHardware(ByteView bytes,
                                                               std::uint32_t crc) noexcept {
  std::uint64_t state = ~crc;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    state = _mm_crc32_u64(state, LoadFixed<std::uint64_t>(bytes.data()));
    bytes = bytes.subspan(sizeof(std::uint64_t));
  }
  auto tail = static_cast<std::uint32_t>(state);
  for (const std::byte byte : bytes) tail = _mm_crc32_u8(tail, std::to_integer<std::uint8_t>(byte));
  return ~tail;
}

bool DetectInstruction() noexcept { return __builtin_cpu_supports("sse4.2") != 0; }
#else
std::uint32_t Crc32cHardware(ByteView bytes, std::uint32_t crc) noexcept {
  return Crc32cScalar(bytes, crc);
}

bool DetectInstruction() noexcept { return false; }
#endif

}  // namespace

bool HasCrc32cInstruction() noexcept {
  static const bool kHas = DetectInstruction();
  return kHas;
}

std::uint32_t Crc32cScalar(ByteView bytes, std::uint32_t crc) noexcept {
  std::uint32_t state = ~crc;
  for (const std::byte byte : bytes) {
    state = (state >> 8U) ^ kTable[(state ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
  }
  return ~state;
}

std::uint32_t Crc32c(ByteView bytes, std::uint32_t crc) noexcept {
  return HasCrc32cInstruction() ? Crc32cHardware(bytes, crc) : Crc32cScalar(bytes, crc);
}

std::uint32_t Crc32cBefore(ByteView bytes, std::uint32_t crc) noexcept {
  std::uint32_t state = ~crc;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      // The polynomial's top bit is set, so the state's says whether it was added.
      const bool was_added = (state >> 31U) != 0;
      state = was_added ? ((state ^ kPolynomial) << 1U) | 1U : state << 1U;
    }
    state ^= std::to_integer<std::uint32_t>(*byte);
  }
  return ~state;
}

}  // namespace bedplate
