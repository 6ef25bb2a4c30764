#pragma once

#include <span>

namespace bedplate::historian {

/// What a row of numbers amounts to. The sum is compensated: its error is about one rounding,
/// whatever the number of terms.
struct NumberSummary {
  double min = 0;
  double max = 0;
  double sum = 0;
};

/// `values` holds at least one number and no NaN. Value i goes to lane i mod 4, and the lanes are
/// added up in their order, so that the form for AVX2 and the scalar one give the very same bits.
/// Source of the sum: D. E. Knuth, "The Art of Computer Programming", volume 2, 4.2.2, theorem B.
NumberSummary SummarizeNumbers(std::span<const double> values);
NumberSummary SummarizeNumbersScalar(std::span<const double> values);

}  // namespace bedplate::historian
