#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "historian/moments.h"

namespace bedplate::historian {

__extension__ using WideInteger = __int128;

/// Whole numbers below this have a double each.
inline constexpr double kExactIntegers = 0x1p53;

/// The differences between the values of a series of int64 in a bucket. They are taken of the whole
/// numbers and only then become a double, which beyond 2^53 holds the values themselves by halves.
class IntegerBucket {
 public:
  /// The least and the greatest of some values.
  void AddExtremes(std::int64_t least, std::int64_t greatest) noexcept;
  /// As AddExtremes, of at least one value.
  void AddExtremesOf(std::span<const std::int64_t> values);
  /// Values of which the standard deviation is wanted; `scratch` is memory that is used again.
  void AddSpread(std::span<const std::int64_t> values, std::vector<double>& scratch);
  /// A counter went from one value to the next; where it fell it had started again at 0.
  void AddStep(std::int64_t from, std::int64_t to) noexcept;

  /// Of the extremes; without them it is 0.
  [[nodiscard]] double Range() const noexcept;
  [[nodiscard]] double StandardDeviation() const { return distances_.StandardDeviation(); }
  [[nodiscard]] double Increase() const noexcept { return static_cast<double>(increase_); }

 private:
  // 128 bits hold the sum of more steps than there are nanoseconds.
  WideInteger increase_ = 0;
  bool has_extremes_ = false;
  std::int64_t least_ = 0;
  std::int64_t greatest_ = 0;
  bool has_origin_ = false;
  std::int64_t origin_ = 0;  // the first value, from which distances are taken
  Moments distances_;
};

}  // namespace bedplate::historian
