#pragma once

#include <span>
#include <vector>

namespace bedplate::historian {

/// Mean and spread of numbers that come in parts (T. F. Chan, G. H. Golub, R. J. LeVeque,
/// "Algorithms for Computing the Sample Variance", The American Statistician 37, 1983).
class Moments {
 public:
  void Add(std::span<const double> values);
  /// With n - 1 in the denominator; NaN for fewer than two numbers.
  [[nodiscard]] double StandardDeviation() const;

 private:
  double count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // sum of the squared distances from the mean
};

/// The value below which `percent` of the `values` lie, on the line between the two nearest ranks
/// (definition 7 of R. J. Hyndman, Y. Fan, "Sample Quantiles in Statistical Packages", The American
/// Statistician 50, 1996). Reorders `values`; NaN when there are none.
double Percentile(std::vector<double>& values, double percent);

}  // namespace bedplate::historian
