#include "historian/number_kernels.h"

#include <array>
#include <cmath>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/check.h"
#include "historian/compensated_sum.h"
#include "historian/processor.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kLanes = 4;

struct Lanes {
  explicit Lanes(double first) {
    min.fill(first);
    max.fill(first);
  }

  std::array<double, kLanes> min{};
  std::array<double, kLanes> max{};
  std::array<double, kLanes> sum{};
  std::array<double, kLanes> lost{};  // what rounding took away from sum
};

/// Adds the values from `begin` on, a multiple of kLanes.
void AddScalar(std::span<const double> values, std::size_t begin, Lanes& lanes) {
  for (std::size_t i = begin; i < values.size(); ++i) {
    const std::size_t lane = i % kLanes;
    const double value = values[i];
    lanes.min[lane] = value < lanes.min[lane] ? value : lanes.min[lane];
    lanes.max[lane] = value > lanes.max[lane] ? value : lanes.max[lane];
    const double before = lanes.sum[lane];
    const double next = before + value;
    const double added = next - before;
    lanes.lost[lane] += (before - (next - added)) + (value - added);
    lanes.sum[lane] = next;
  }
}

NumberSummary Combine(const Lanes& lanes) {
  NumberSummary summary{.min = lanes.min[0], .max = lanes.max[0]};
  CompensatedSum sum;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    summary.min = lanes.min[lane] < summary.min ? lanes.min[lane] : summary.min;
    summary.max = lanes.max[lane] > summary.max ? lanes.max[lane] : summary.max;
    sum.Add(lanes.sum[lane]);
  }
  for (const double lost : lanes.lost) {
    if (std::isfinite(lost)) sum.Add(lost);
  }
  summary.sum = sum.Total();
  return summary;
}

#if defined(__x86_64__)

/// Adds as many values as fill all lanes and returns how many those were.
__attribute__((target("avx2"))) std::size_t AddAvx2(std::span<const double> values, Lanes& lanes) {
  __m256d min = _mm256_loadu_pd(lanes.min.data());
  __m256d max = _mm256_loadu_pd(lanes.max.data());
  __m256d sum = _mm256_setzero_pd();
  __m256d lost = _mm256_setzero_pd();
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    const __m256d value = _mm256_loadu_pd(values.data() + i);
    min = _mm256_min_pd(value, min);
    max = _mm256_max_pd(value, max);
    const __m256d next = _mm256_add_pd(sum, value);
    const __m256d added = _mm256_sub_pd(next, sum);
    const __m256d low = _mm256_sub_pd(sum, _mm256_sub_pd(next, added));
    lost = _mm256_add_pd(lost, _mm256_add_pd(low, _mm256_sub_pd(value, added)));
    sum = next;
  }
  _mm256_storeu_pd(lanes.min.data(), min);
  _mm256_storeu_pd(lanes.max.data(), max);
  _mm256_storeu_pd(lanes.sum.data(), sum);
  _mm256_storeu_pd(lanes.lost.data(), lost);
  return i;
}

#else

std::size_t AddAvx2(std::span<const double>, Lanes&) { return 0; }

#endif

}  // namespace

NumberSummary SummarizeNumbers(std::span<const double> values) {
  BEDPLATE_CHECK(!values.empty());
  Lanes lanes(values.front());
  AddScalar(values, HasAvx2() ? AddAvx2(values, lanes) : 0, lanes);
  return Combine(lanes);
}

NumberSummary SummarizeNumbersScalar(std::span<const double> values) {
  BEDPLATE_CHECK(!values.empty());
  Lanes lanes(values.front());
  AddScalar(values, 0, lanes);
  return Combine(lanes);
}

}  // namespace bedplate::historian
