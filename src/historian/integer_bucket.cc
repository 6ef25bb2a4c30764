#include "historian/integer_bucket.h"

#include <algorithm>

namespace bedplate::historian {
namespace {

/// a - b, rounded once.
double Difference(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return static_cast<double>(difference);
  return static_cast<double>(WideInteger{a} - b);
}

}  // namespace

void IntegerBucket::AddExtremes(std::int64_t least, std::int64_t greatest) noexcept {
  least_ = has_extremes_ ? std::min(least_, least) : least;
  greatest_ = has_extremes_ ? std::max(greatest_, greatest) : greatest;
  has_extremes_ = true;
}

void IntegerBucket::AddExtremesOf(std::span<const std::int64_t> values) {
  const auto [least, greatest] = std::ranges::minmax(values);
  AddExtremes(least, greatest);
}

void IntegerBucket::AddSpread(std::span<const std::int64_t> values, std::vector<double>& scratch) {
  if (values.empty()) return;
  if (!has_origin_) origin_ = values.front();
  has_origin_ = true;
  scratch.resize(values.size());
  std::ranges::transform(values, scratch.begin(),
                         [this](std::int64_t value) { return Difference(value, origin_); });
  distances_.Add(scratch);
}

void IntegerBucket::AddStep(std::int64_t from, std::int64_t to) noexcept {
  increase_ += to >= from ? WideInteger{to} - from : WideInteger{to};
}

double IntegerBucket::Range() const noexcept { return Difference(greatest_, least_); }

}  // namespace bedplate::historian
