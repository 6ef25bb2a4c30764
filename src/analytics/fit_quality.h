#pragma once

#include <cstdint>
#include <span>

namespace bedplate {

/// How well a regression describes the data it was made from.
struct FitQuality {
  std::size_t rows = 0;
  std::size_t parameters = 0;
  double mean = 0;       // of y
  double rmse = 0;       // sqrt(SSE / (n - p)), in the unit of y
  double cv_rmse = 0;    // rmse / mean (ASHRAE Guideline 14-2014)
  double nmbe = 0;       // sum of residuals / ((n - p) mean) (Guideline 14)
  double r_squared = 0;  // 1 - SSE / SST
  double adjusted_r_squared = 0;
  double autocorrelation = 0;  // of the residuals at lag 1, in [-1, 1]
  double effective_rows = 0;   // n (1 - rho) / (1 + rho), never more than n (Guideline 14)
  double durbin_watson = 0;    // about 2 (1 - rho); 2 means no autocorrelation
};

/// `y`, `residuals` and `positions` are of equal length n > `parameters`, in time order; positions
/// number the periods, so that two rows are neighbours when their positions differ by one.
FitQuality AssessFit(std::span<const double> y, std::span<const double> residuals,
                     std::span<const std::int64_t> positions, std::size_t parameters);

}  // namespace bedplate
