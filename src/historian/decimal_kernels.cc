#include "historian/decimal_kernels.h"

#include <array>
#include <bit>
#include <cmath>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/check.h"
#include "historian/processor.h"

namespace bedplate::historian {
namespace {

constexpr std::array<double, kMaxDecimals + 1> kPowersOfTen = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// Added to a number below 2^51 in size, this leaves it as a whole number in the low bits of the
// sum's mantissa, rounded to nearest even.
constexpr double kRounder = 0x1.8p52;
constexpr std::int64_t kRounderBits = std::bit_cast<std::int64_t>(kRounder);
constexpr double kMaxScaled = 0x1p51;

#if defined(__x86_64__)

__attribute__((target("avx2"))) std::size_t DivideIntegersAvx2(const std::int64_t* integers,
                                                               std::size_t count, double divisor,
                                                               double* out) {
  const __m256i rounder_bits = _mm256_set1_epi64x(kRounderBits);
  const __m256d rounder = _mm256_set1_pd(kRounder);
  const __m256d divisors = _mm256_set1_pd(divisor);
  const __m256i half_range = _mm256_set1_epi64x(std::int64_t{1} << 51);
  // Beyond this, in unsigned order, shifted numbers are not in -2^51 to 2^51 - 1.
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m256i whole = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(integers + i));
    const __m256i beyond = _mm256_srli_epi64(_mm256_add_epi64(whole, half_range), 52);
    if (_mm256_testz_si256(beyond, beyond) == 0) break;
    const __m256d number =
        _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(whole, rounder_bits)), rounder);
    _mm256_storeu_pd(out + i, _mm256_div_pd(number, divisors));
  }
  return i;
}

__attribute__((target("avx2"))) std::size_t ScaleToIntegersAvx2(const double* values,
                                                                std::size_t count, double factor,
                                                                std::int64_t* out) {
  const __m256d factors = _mm256_set1_pd(factor);
  const __m256d rounder = _mm256_set1_pd(kRounder);
  const __m256i rounder_bits = _mm256_set1_epi64x(kRounderBits);
  const __m256d limit = _mm256_set1_pd(kMaxScaled);
  const __m256d sign = _mm256_set1_pd(-0.0);
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const __m256d scaled = _mm256_mul_pd(_mm256_loadu_pd(values + i), factors);
    const __m256d fits = _mm256_cmp_pd(_mm256_andnot_pd(sign, scaled), limit, _CMP_LT_OQ);
    const __m256i whole =
        _mm256_sub_epi64(_mm256_castpd_si256(_mm256_add_pd(scaled, rounder)), rounder_bits);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                        _mm256_and_si256(whole, _mm256_castpd_si256(fits)));
  }
  return i;
}

#else

std::size_t DivideIntegersAvx2(const std::int64_t*, std::size_t, double, double*) { return 0; }
std::size_t ScaleToIntegersAvx2(const double*, std::size_t, double, std::int64_t*) { return 0; }

#endif

}  // namespace

double PowerOfTen(unsigned exponent) { return kPowersOfTen[exponent]; }

void DivideIntegers(std::span<const std::int64_t> integers, double divisor, std::span<double> out) {
  BEDPLATE_CHECK(integers.size() == out.size());
  const std::size_t done =
      HasAvx2() ? DivideIntegersAvx2(integers.data(), integers.size(), divisor, out.data()) : 0;
  DivideIntegersScalar(integers.subspan(done), divisor, out.subspan(done));
}

void DivideIntegersScalar(std::span<const std::int64_t> integers, double divisor,
                          std::span<double> out) {
  for (std::size_t i = 0; i < integers.size(); ++i) {
    out[i] = static_cast<double>(integers[i]) / divisor;
  }
}

void ScaleToIntegers(std::span<const double> values, double factor, std::span<std::int64_t> out) {
  BEDPLATE_CHECK(values.size() == out.size());
  const std::size_t done =
      HasAvx2() ? ScaleToIntegersAvx2(values.data(), values.size(), factor, out.data()) : 0;
  ScaleToIntegersScalar(values.subspan(done), factor, out.subspan(done));
}

void ScaleToIntegersScalar(std::span<const double> values, double factor,
                           std::span<std::int64_t> out) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double scaled = values[i] * factor;
    const bool fits = std::abs(scaled) < kMaxScaled;
    out[i] = fits ? std::bit_cast<std::int64_t>(scaled + kRounder) - kRounderBits : 0;
  }
}

}  // namespace bedplate::historian
