#include "analytics/student_t.h"

#include <boost/math/distributions/students_t.hpp>

#include "base/check.h"

namespace bedplate {

double StudentTQuantile(double probability, double degrees_of_freedom) {
  BEDPLATE_CHECK(probability > 0);
  BEDPLATE_CHECK(probability < 1);
  BEDPLATE_CHECK(degrees_of_freedom > 0);
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), probability);
}

}  // namespace bedplate
