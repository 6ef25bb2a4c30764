#pragma once

#include <cstdint>
#include <span>

#include "analytics/least_squares.h"

namespace bedplate {

/// The variance of a sum over autocorrelated periods, and what it is worth: `sum / sqrt(variance)`
/// follows a Student t with these degrees of freedom. No degrees of freedom: not estimable.
struct SumVariance {
  double variance = 0;
  double degrees_of_freedom = 0;
};

/// How many cosine terms the estimators below use for so many periods: 0.4 T^(2/3), rounded down.
std::size_t CosineTerms(std::size_t periods);

/// The variance of the sum of a stationary series (mean unknown, autocorrelation of any shape) by
/// the equal-weighted cosine estimator with fixed-b t inference: Lazarus, Lewis, Stock and Watson
/// (2018), "HAR Inference: Recommendations for Practice", Journal of Business & Economic Statistics
/// 36(4), 541-559. A missing period counts as zero, its place in time kept.
SumVariance EstimateSumVariance(std::span<const double> period_values);

/// The variance of sum(weights[i] * error[i]) over the rows of a fit, from its residuals, summed
/// into `periods` consecutive periods (`period_of_row` in 0 … periods - 1) and estimated as above.
/// What the fit has taken out of the residuals is put back: the estimate is scaled, and its degrees
/// of freedom are those of Satterthwaite, as if the errors were white (Bell and McCaffrey 2002,
/// Survey Methodology 28(2), 169-181, applied to the cosine terms).
SumVariance EstimateSumVariance(const LinearModel& model, std::span<const double> weights,
                                std::span<const std::int32_t> period_of_row, std::size_t periods);

}  // namespace bedplate
