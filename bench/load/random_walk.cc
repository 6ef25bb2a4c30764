#include "load/random_walk.h"

#include <cmath>

namespace bedplate::bench {
namespace {

constexpr std::int32_t kLowest = 100'00;
constexpr std::int32_t kHighest = 999'99;
constexpr double kStepDeviation = 30;  // hundredths

/// Stays within the limits by turning back at them.
std::int32_t Reflected(std::int32_t value) {
  if (value < kLowest) return 2 * kLowest - value;
  if (value > kHighest) return 2 * kHighest - value;
  return value;
}

}  // namespace

RandomWalk::RandomWalk(std::uint32_t tags, std::uint64_t seed) : random_(seed), values_(tags) {
  for (std::uint32_t tag = 0; tag < tags; ++tag) {
    const double place = random_.Uniform(tag, -1);
    values_[tag] = kLowest + static_cast<std::int32_t>(place * (kHighest - kLowest));
  }
}

const std::vector<std::int32_t>& RandomWalk::Next() {
  for (std::uint32_t tag = 0; tag < values_.size(); ++tag) {
    const double step = random_.Normal(tag, time_) * kStepDeviation;
    values_[tag] = Reflected(values_[tag] + static_cast<std::int32_t>(std::lround(step)));
  }
  ++time_;
  return values_;
}

}  // namespace bedplate::bench
