#pragma once

#include <cmath>

namespace bedplate::historian {

/// A sum whose error does not grow with the number of terms (A. Neumaier, "Rundungsfehleranalyse
/// einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974).
class CompensatedSum {
 public:
  void Add(double term) noexcept {
    const double next = sum_ + term;
    const bool sum_is_larger = std::abs(sum_) >= std::abs(term);
    correction_ += sum_is_larger ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  [[nodiscard]] double Total() const noexcept {
    // Beyond the range of a double the correction is no number; the plain sum says "infinite".
    return std::isfinite(sum_) ? sum_ + correction_ : sum_;
  }

 private:
  double sum_ = 0;
  double correction_ = 0;
};

}  // namespace bedplate::historian
