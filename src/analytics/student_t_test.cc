#include "analytics/student_t.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

struct TableEntry {
  double degrees_of_freedom;
  double at_90, at_95, at_975, at_99;
};

// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, upper critical values of t.
constexpr TableEntry kTable[] = {
    {1, 3.078, 6.314, 12.706, 31.821}, {2, 1.886, 2.920, 4.303, 6.965},
    {5, 1.476, 2.015, 2.571, 3.365},   {10, 1.372, 1.812, 2.228, 2.764},
    {30, 1.310, 1.697, 2.042, 2.457},  {100, 1.290, 1.660, 1.984, 2.364},
};

TEST(StudentT, AgreesWithThePublishedTable) {
  for (const TableEntry& entry : kTable) {
    EXPECT_NEAR(StudentTQuantile(0.90, entry.degrees_of_freedom), entry.at_90, 5.1e-4);
    EXPECT_NEAR(StudentTQuantile(0.95, entry.degrees_of_freedom), entry.at_95, 5.1e-4);
    EXPECT_NEAR(StudentTQuantile(0.975, entry.degrees_of_freedom), entry.at_975, 5.1e-4);
    EXPECT_NEAR(StudentTQuantile(0.99, entry.degrees_of_freedom), entry.at_99, 5.1e-4);
  }
}

TEST(StudentT, IsSymmetric) {
  for (const double degrees : {0.5, 3.0, 12.7}) {
    EXPECT_NEAR(StudentTQuantile(0.05, degrees), -StudentTQuantile(0.95, degrees), 1e-9);
  }
}

}  // namespace
}  // namespace bedplate
