#pragma once

#include <cstdint>
#include <span>

namespace bedplate::historian {

// The inner loops of decimal columns. Each has a form for AVX2, which is taken where the processor
// has it, and a scalar one that gives the very same bits.

/// The divisor of a decimal exponent of 0 to kMaxDecimals, a power of ten that a double holds
/// exactly.
inline constexpr unsigned kMaxDecimals = 15;
double PowerOfTen(unsigned exponent);

/// out[i] = integers[i] / divisor, rounded once.
void DivideIntegers(std::span<const std::int64_t> integers, double divisor, std::span<double> out);
void DivideIntegersScalar(std::span<const std::int64_t> integers, double divisor,
                          std::span<double> out);

/// out[i] = the nearest whole number to values[i] x factor where that has at most 51 bits, and 0
/// where not.
void ScaleToIntegers(std::span<const double> values, double factor, std::span<std::int64_t> out);
void ScaleToIntegersScalar(std::span<const double> values, double factor,
                           std::span<std::int64_t> out);

}  // namespace bedplate::historian
