#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bedplate {
namespace {

constexpr int kDraws = 100'000;

TEST(RandomField, DependsOnSeedStreamAndIndexOnly) {
  const RandomField field(1);
  EXPECT_EQ(field.Bits(2, 3), RandomField(1).Bits(2, 3));
  EXPECT_NE(field.Bits(2, 3), RandomField(2).Bits(2, 3));
  EXPECT_NE(field.Bits(2, 3), field.Bits(3, 3));
  EXPECT_NE(field.Bits(2, 3), field.Bits(2, -3));
}

TEST(RandomField, UniformFillsTheUnitInterval) {
  const RandomField field(42);
  double sum = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = field.Uniform(0, i);
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);  // five standard errors
}

TEST(RandomField, CorrelatedHasUnitVarianceAndTheCorrelationAskedFor) {
  const RandomField field(7);
  for (const double rho : {0.0, 0.4, 0.8}) {
    double sum = 0;
    double squares = 0;
    double products = 0;
    double last = field.Correlated(1, -1, rho);
    for (int i = 0; i < kDraws; ++i) {
      const double value = field.Correlated(1, i, rho);
      sum += value;
      squares += value * value;
      products += value * last;
      last = value;
    }
    EXPECT_NEAR(sum / kDraws, 0, 0.05) << rho;
    EXPECT_NEAR(squares / kDraws, 1, 0.05) << rho;
    EXPECT_NEAR(products / squares, rho, 0.02) << rho;
  }
}

TEST(RandomField, ARunIsTheSameNumbers) {
  const RandomField field(9);
  const std::vector<double> run = field.CorrelatedRun(3, -20, 50, 0.7);
  ASSERT_EQ(run.size(), 50U);
  for (std::size_t i = 0; i < run.size(); ++i) {
    EXPECT_EQ(run[i], field.Correlated(3, static_cast<std::int64_t>(i) - 20, 0.7));
  }
}

}  // namespace
}  // namespace bedplate
