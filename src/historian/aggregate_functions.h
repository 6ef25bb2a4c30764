#pragma once

#include <array>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <vector>

#include "historian/historian.h"

namespace bedplate {

/// One function of Historian::Aggregate: how it is called and where its results stand.
struct AggregateFunctionInfo {
  AggregateFunction function;
  std::string_view name;
  std::vector<double> AggregateColumns::* column;  // null for count, whose numbers are whole
  double nothing;                                  // what it is in a bucket without samples
};

inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

/// All there are, in the order of their bits (docs/methods/aggregates.md).
inline constexpr std::array kAggregateFunctions = {
    AggregateFunctionInfo{AggregateFunction::kCount, "count", nullptr, 0},
    AggregateFunctionInfo{AggregateFunction::kMin, "min", &AggregateColumns::min, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kMax, "max", &AggregateColumns::max, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kMean, "mean", &AggregateColumns::mean, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kSum, "sum", &AggregateColumns::sum, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kFirst, "first", &AggregateColumns::first, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kLast, "last", &AggregateColumns::last, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kTimeWeightedMean, "time_weighted_mean",
                          &AggregateColumns::time_weighted_mean, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kIntegral, "integral", &AggregateColumns::integral,
                          kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kKnownSeconds, "known_seconds",
                          &AggregateColumns::known_seconds, 0},
    AggregateFunctionInfo{AggregateFunction::kRange, "range", &AggregateColumns::range, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kStandardDeviation, "standard_deviation",
                          &AggregateColumns::standard_deviation, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kIncrease, "increase", &AggregateColumns::increase,
                          kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kRate, "rate", &AggregateColumns::rate, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kDurationGood, "duration_good",
                          &AggregateColumns::duration_good, 0},
    AggregateFunctionInfo{AggregateFunction::kDurationBad, "duration_bad",
                          &AggregateColumns::duration_bad, 0},
    AggregateFunctionInfo{AggregateFunction::kPercentGood, "percent_good",
                          &AggregateColumns::percent_good, 0},
    AggregateFunctionInfo{AggregateFunction::kPercentile, "percentile",
                          &AggregateColumns::percentile, kNoNumber},
    AggregateFunctionInfo{AggregateFunction::kWorstQuality, "worst_quality",
                          &AggregateColumns::worst_quality, kNoNumber},
};

[[nodiscard]] constexpr bool Includes(std::uint32_t functions, AggregateFunction function) {
  return (functions & static_cast<std::uint32_t>(function)) != 0;
}

constexpr std::uint32_t BitsOf(std::initializer_list<AggregateFunction> functions) {
  std::uint32_t bits = 0;
  for (const AggregateFunction function : functions) bits |= static_cast<std::uint32_t>(function);
  return bits;
}

/// By what a function needs: the value between samples, the quality between them, the steps from
/// each usable sample to the next, every sample.
inline constexpr std::uint32_t kTimeWeightedFunctions =
    BitsOf({AggregateFunction::kTimeWeightedMean, AggregateFunction::kIntegral,
            AggregateFunction::kKnownSeconds});
inline constexpr std::uint32_t kDurationFunctions =
    BitsOf({AggregateFunction::kDurationGood, AggregateFunction::kDurationBad,
            AggregateFunction::kPercentGood});
inline constexpr std::uint32_t kCounterFunctions =
    BitsOf({AggregateFunction::kIncrease, AggregateFunction::kRate});
inline constexpr std::uint32_t kSampleFunctions =
    BitsOf({AggregateFunction::kStandardDeviation, AggregateFunction::kPercentile});

/// Those that tell differences between values and not the values themselves.
inline constexpr std::uint32_t kDifferenceFunctions =
    BitsOf({AggregateFunction::kRange, AggregateFunction::kStandardDeviation,
            AggregateFunction::kIncrease, AggregateFunction::kRate});

/// What a request for `functions` is answered with under a policy.
[[nodiscard]] constexpr std::uint32_t WithPolicy(std::uint32_t functions, QualityPolicy quality) {
  return quality == QualityPolicy::kWorst ? functions | BitsOf({AggregateFunction::kWorstQuality})
                                          : functions;
}

/// The bits of all functions.
inline constexpr std::uint32_t kAllAggregateFunctions = [] {
  std::uint32_t bits = 0;
  for (const AggregateFunctionInfo& info : kAggregateFunctions) {
    bits |= static_cast<std::uint32_t>(info.function);
  }
  return bits;
}();

}  // namespace bedplate
