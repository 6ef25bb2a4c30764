#include "connectors/line_protocol/simple_number.h"

#include <cstddef>
#include <cstring>
#include <limits>

#include "base/ascii.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kExactIntegers = 1ULL << 53U;
constexpr int kMostDigits = 18;
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

/// Adds the digits at `at` to `number`; counts them, but no more than one beyond kMostDigits.
const char* TakeDigits(const char* at, const char* end, std::uint64_t& number, int& digits) {
  for (; at != end && IsDigit(*at) && digits <= kMostDigits; ++at, ++digits) {
    number = number * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  return at;
}

/// Whether all eight bytes are digits: their upper halves are 3, and stay so with 6 added.
bool AreDigits(std::uint64_t bytes) {
  constexpr std::uint64_t kUpper = 0xF0F0'F0F0'F0F0'F0F0;
  constexpr std::uint64_t kZeros = 0x3030'3030'3030'3030;
  constexpr std::uint64_t kSixes = 0x0606'0606'0606'0606;
  return (bytes & kUpper) == kZeros && ((bytes + kSixes) & kUpper) == kZeros;
}

/// The number that eight digits stand for: pairs, then fours, then all, each step for all lanes of
/// a word at once.
std::uint64_t EightDigits(std::uint64_t bytes) {
  bytes -= 0x3030'3030'3030'3030;
  bytes = (bytes * 10 + (bytes >> 8U)) & 0x00FF'00FF'00FF'00FF;
  bytes = (bytes * 100 + (bytes >> 16U)) & 0x0000'FFFF'0000'FFFF;
  return (bytes * 10'000 + (bytes >> 32U)) & 0xFFFF'FFFF;
}

}  // namespace

const char* ReadSimpleDouble(const char* at, const char* end, double& value) noexcept {
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  std::uint64_t number = 0;
  int digits = 0;
  const char* const start = at;
  at = TakeDigits(at, end, number, digits);
  if (at == start) return nullptr;
  int decimals = 0;
  if (at != end && *at == '.') {
    const int whole = digits;
    at = TakeDigits(at + 1, end, number, digits);
    decimals = digits - whole;
  }
  if (digits > kMostDigits || number >= kExactIntegers) return nullptr;
  const double magnitude = static_cast<double>(number) / kPowersOfTen[decimals];
  value = negative ? -magnitude : magnitude;
  return at;
}

const char* ReadSimpleInteger(const char* at, const char* end, std::int64_t& value) noexcept {
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  std::uint64_t number = 0;
  int digits = 0;
  at = TakeDigits(at, end, number, digits);
  if (digits == 0 || digits > kMostDigits || at == end || *at != 'i') return nullptr;
  value = negative ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  return at + 1;
}

const char* ReadSimpleCount(const char* at, const char* end, std::int64_t& value) noexcept {
  std::uint64_t number = 0;
  int digits = 0;
  for (int words = 0; words < 2 && end - at >= static_cast<std::ptrdiff_t>(sizeof(number));
       ++words) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof(bytes));
    if (!AreDigits(bytes)) break;
    number = number * 100'000'000 + EightDigits(bytes);
    digits += 8;
    at += sizeof(bytes);
  }
  at = TakeDigits(at, end, number, digits);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  // 19 digits are less than 2^64, so it has not wrapped around.
  if (digits == 0 || number > kMost || (at != end && IsDigit(*at))) return nullptr;
  value = static_cast<std::int64_t>(number);
  return at;
}

}  // namespace bedplate
