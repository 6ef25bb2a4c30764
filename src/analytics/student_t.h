#pragma once

namespace bedplate {

/// The value that a Student t variable with `degrees_of_freedom` (> 0, need not be whole) stays
/// below with `probability` (0 < p < 1). Both bounds are the caller's duty (CHECK).
double StudentTQuantile(double probability, double degrees_of_freedom);

}  // namespace bedplate
