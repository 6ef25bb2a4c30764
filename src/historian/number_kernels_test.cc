#include "historian/number_kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace bedplate::historian {
namespace {

void ExpectSameBits(double a, double b) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)) << a << " " << b;
}

/// A number of any size, with zeros of both signs among them.
double RandomNumber(std::mt19937_64& random) {
  if (random() % 8 == 0) return random() % 2 == 0 ? 0.0 : -0.0;
  const double mantissa = static_cast<double>(static_cast<std::int64_t>(random()));
  return std::ldexp(mantissa, static_cast<int>(random() % 200) - 160);
}

TEST(NumberKernelsTest, BothFormsGiveTheSameBits) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> values(random() % 40 + 1);
    for (double& value : values) value = RandomNumber(random);
    const NumberSummary fast = SummarizeNumbers(values);
    const NumberSummary scalar = SummarizeNumbersScalar(values);
    ExpectSameBits(fast.min, scalar.min);
    ExpectSameBits(fast.max, scalar.max);
    ExpectSameBits(fast.sum, scalar.sum);
  }
}

TEST(NumberKernelsTest, SmallTermsAreNotLostBesideLargeOnes) {
  std::vector<double> values = {1e16};
  for (int i = 0; i < 1000; ++i) values.push_back(0.25);
  values.push_back(-1e16);
  const NumberSummary summary = SummarizeNumbers(values);
  EXPECT_EQ(summary.sum, 250);
  EXPECT_EQ(summary.min, -1e16);
  EXPECT_EQ(summary.max, 1e16);
}

TEST(NumberKernelsTest, ASumBeyondTheRangeOfADoubleIsInfinite) {
  const std::vector<double> values(9, std::numeric_limits<double>::max());
  EXPECT_EQ(SummarizeNumbers(values).sum, std::numeric_limits<double>::infinity());
  EXPECT_EQ(SummarizeNumbersScalar(values).sum, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace bedplate::historian
