#include "historian/moments.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "historian/number_kernels.h"

namespace bedplate::historian {

void Moments::Add(std::span<const double> values) {
  if (values.empty()) return;
  const auto count = static_cast<double>(values.size());
  const double mean = SummarizeNumbers(values).sum / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double total = count_ + count;
  const double apart = mean - mean_;
  squares_ += squares + apart * apart * (count_ * count / total);
  mean_ += apart * (count / total);
  count_ = total;
}

double Moments::StandardDeviation() const {
  if (count_ < 2) return std::numeric_limits<double>::quiet_NaN();
  return std::sqrt(squares_ / (count_ - 1));
}

double Percentile(std::vector<double>& values, double percent) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double rank = static_cast<double>(values.size() - 1) * percent / 100;
  const auto below = static_cast<std::ptrdiff_t>(rank);
  const auto nth = values.begin() + below;
  std::nth_element(values.begin(), nth, values.end());
  if (nth + 1 == values.end()) return *nth;
  const double above = *std::min_element(nth + 1, values.end());
  return *nth + (above - *nth) * (rank - static_cast<double>(below));
}

}  // namespace bedplate::historian
