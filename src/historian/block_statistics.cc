#include "historian/block_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"
#include "historian/compensated_sum.h"
#include "historian/decimal_kernels.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

constexpr double kMaxScaled = 0x1p51;
/// How far, in parts of the greatest value times the count, a decimal sum may lie from the sum of
/// the doubles: those were each rounded to 2^-53.
constexpr double kSumTolerance = 0x1p-50;

double Seconds(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / static_cast<double>(kNanosecondsPerSecond);
}

/// Integrals over neighbours of which the first (step) or both (linear) are good.
void SetIntegrals(const SampleColumns& columns, BlockStatistics& statistics) {
  CompensatedSum step;
  CompensatedSum linear;
  for (std::size_t i = 1; i < columns.size(); ++i) {
    if (!columns.QualityAt(i - 1).IsGood()) continue;
    const double seconds = Seconds(columns.times[i] - columns.times[i - 1]);
    const double before = columns.NumberAt(i - 1);
    step.Add(before * seconds);
    if (!columns.QualityAt(i).IsGood()) continue;
    linear.Add((before / 2 + columns.NumberAt(i) / 2) * seconds);
  }
  statistics.step_integral = step.Total();
  statistics.linear_integral = linear.Total();
}

template <typename T>
BlockStatistics SummarizeValues(const std::vector<T>& values,
                                const std::vector<std::uint32_t>& qualities) {
  BlockStatistics statistics;
  CompensatedSum sum;
  bool any = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!qualities.empty() && !Quality(qualities[i]).IsGood()) continue;
    const auto value = static_cast<double>(values[i]);
    if (!any) statistics = {.min = value, .max = value, .first = value};
    any = true;
    statistics.min = std::min(statistics.min, value);
    statistics.max = std::max(statistics.max, value);
    statistics.last = value;
    sum.Add(value);
  }
  statistics.sum = sum.Total();
  return statistics;
}

BlockStatistics Summarize(const SampleColumns& columns) {
  switch (columns.type) {
    case ValueType::kDouble: return SummarizeValues(columns.doubles, columns.qualities);
    case ValueType::kInt64: return SummarizeValues(columns.int64s, columns.qualities);
    case ValueType::kBool: return SummarizeValues(columns.bools, columns.qualities);
    case ValueType::kString: break;
  }
  return {};
}

/// The whole number that divided by the power of ten gives `value` bit for bit.
std::optional<std::int64_t> ExactInteger(double value, double power) {
  const double scaled = value * power;
  if (!(std::abs(scaled) < kMaxScaled)) return std::nullopt;
  const double whole = std::nearbyint(scaled);
  const auto integer = static_cast<std::int64_t>(whole);
  const double back = static_cast<double>(integer) / power;
  if (std::bit_cast<std::uint64_t>(back) != std::bit_cast<std::uint64_t>(value)) {
    return std::nullopt;
  }
  return integer;
}

std::optional<DecimalStatistics> ScaleStatistics(const BlockStatistics& statistics,
                                                 std::uint32_t count, unsigned exponent) {
  const double power = PowerOfTen(exponent);
  const auto min = ExactInteger(statistics.min, power);
  const auto max = ExactInteger(statistics.max, power);
  const auto first = ExactInteger(statistics.first, power);
  const auto last = ExactInteger(statistics.last, power);
  const double scaled_sum = statistics.sum * power;
  if (!min || !max || !first || !last || !(std::abs(scaled_sum) < kMaxScaled)) return std::nullopt;
  const auto sum = static_cast<std::int64_t>(std::nearbyint(scaled_sum));
  const double greatest = std::max(std::abs(statistics.min), std::abs(statistics.max));
  const double error = std::abs(static_cast<double>(sum) / power - statistics.sum);
  if (error > greatest * count * kSumTolerance) return std::nullopt;
  if (*min == *max && sum != *min * static_cast<std::int64_t>(count)) return std::nullopt;
  return DecimalStatistics{exponent, *min, *max, *first, *last, sum};
}

}  // namespace

void SummarizeStatistics(const SampleColumns& columns, std::int64_t stride, BlockHeader& header) {
  BEDPLATE_CHECK(header.good_count > 0);
  BlockStatistics& statistics = header.statistics;
  statistics = Summarize(columns);
  const auto decimal = ToDecimalStatistics(statistics, header.good_count, std::nullopt);
  header.decimals = kNoDecimals;
  if (decimal) {
    statistics = FromDecimalStatistics(*decimal);
    header.decimals = static_cast<std::uint8_t>(decimal->exponent);
  }
  header.has_integrals = false;
  if (!header.AllGood()) return;
  if (header.even) {
    SetEvenIntegrals(stride, statistics);
    // A sum beyond a double's range does not tell the integrals.
    if (std::isfinite(statistics.step_integral) && std::isfinite(statistics.linear_integral)) {
      return;
    }
  }
  header.has_integrals = true;
  SetIntegrals(columns, statistics);
}

std::optional<DecimalStatistics> ToDecimalStatistics(const BlockStatistics& statistics,
                                                     std::uint32_t count,
                                                     std::optional<unsigned> exponent) {
  if (exponent) return ScaleStatistics(statistics, count, *exponent);
  for (unsigned e = 0; e <= kMaxDecimals; ++e) {
    if (auto scaled = ScaleStatistics(statistics, count, e)) return scaled;
  }
  return std::nullopt;
}

BlockStatistics FromDecimalStatistics(const DecimalStatistics& decimal) {
  const double power = PowerOfTen(decimal.exponent);
  const auto scale = [&](std::int64_t integer) { return static_cast<double>(integer) / power; };
  return {.min = scale(decimal.min),
          .max = scale(decimal.max),
          .sum = scale(decimal.sum),
          .first = scale(decimal.first),
          .last = scale(decimal.last)};
}

void SetEvenIntegrals(std::int64_t stride, BlockStatistics& statistics) {
  const double seconds = Seconds(stride);
  statistics.step_integral = (statistics.sum - statistics.last) * seconds;
  statistics.linear_integral =
      (statistics.sum - (statistics.first / 2 + statistics.last / 2)) * seconds;
}

}  // namespace bedplate::historian
