#pragma once

#include "value/design.h"

namespace bedplate {

/// What the method finds inside the baseline, where there is no effect to be found.
struct Placebo {
  std::size_t blocks = 0;  // that could be judged; 0: the baseline is too short to tell
  double ratio = 0;        // root mean square of false effect / claimed spread; 1 is expected
};

/// The in-time placebo test of Abadie, Diamond and Hainmueller (2015), "Comparative Politics and
/// the Synthetic Control Method", American Journal of Political Science 59(2), 495-510: cuts the
/// baseline into blocks as long as the reporting period (into halves where it is not twice as long,
/// into 6 at most), predicts each from the others and compares its false effect with the spread
/// that the method claims for it.
Placebo TestPlacebo(const Design& design);

/// The factor, 1 or more, by which a standard error of these degrees of freedom has to grow so that
/// the half width of its 90 % interval is no less than the false effects.
double WideningOf(const Placebo& placebo, double degrees_of_freedom);

}  // namespace bedplate
