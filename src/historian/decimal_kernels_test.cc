#include "historian/decimal_kernels.h"

#include <bit>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace bedplate::historian {
namespace {

std::vector<std::uint64_t> BitsOf(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

/// Numbers of every size and sign, and those at which the wide form's ways end.
std::vector<std::int64_t> EdgeIntegers() {
  std::vector<std::int64_t> numbers = {0, 1, -1, INT64_MAX, INT64_MIN};
  for (const unsigned bit : {50U, 51U, 52U, 53U, 62U}) {
    const std::int64_t edge = std::int64_t{1} << bit;
    for (const std::int64_t beside : {-1, 0, 1}) {
      numbers.push_back(edge + beside);
      numbers.push_back(-edge + beside);
    }
  }
  return numbers;
}

TEST(DecimalKernelsTest, DividingGivesTheSameBitsInBothForms) {
  std::mt19937_64 random(1);
  const std::vector<std::int64_t> edges = EdgeIntegers();
  for (int round = 0; round < 400; ++round) {
    std::vector<std::int64_t> integers(random() % 70);
    for (auto& integer : integers) {
      integer = static_cast<std::int64_t>(random()) >> (random() % 64);
      if (round % 2 == 0 && random() % 8 == 0) integer = edges[random() % edges.size()];
    }
    const double divisor = PowerOfTen(static_cast<unsigned>(random() % (kMaxDecimals + 1)));
    std::vector<double> wide(integers.size());
    std::vector<double> narrow(integers.size());
    DivideIntegers(integers, divisor, wide);
    DivideIntegersScalar(integers, divisor, narrow);
    EXPECT_EQ(BitsOf(wide), BitsOf(narrow));
  }
}

TEST(DecimalKernelsTest, ScalingGivesTheSameNumbersInBothForms) {
  std::mt19937_64 random(2);
  const double edges[] = {0.0,
                          -0.0,
                          0.5,
                          -0.5,
                          1.5,
                          2.5,
                          0x1p51,
                          -0x1p51,
                          0x1p50,
                          0x1p52,
                          1e300,
                          std::numeric_limits<double>::infinity(),
                          -1e300,
                          5e-324,
                          0x1.fffffffffffffp50,
                          std::numeric_limits<double>::quiet_NaN()};
  for (int round = 0; round < 400; ++round) {
    std::vector<double> values(random() % 70);
    for (double& value : values) {
      value = static_cast<double>(static_cast<std::int64_t>(random()) >> (random() % 64)) / 1000;
      if (random() % 4 == 0) value = edges[random() % std::size(edges)];
      if (random() % 4 == 0) value = std::bit_cast<double>(random());
    }
    const double factor = PowerOfTen(static_cast<unsigned>(random() % (kMaxDecimals + 1)));
    std::vector<std::int64_t> wide(values.size());
    std::vector<std::int64_t> narrow(values.size());
    ScaleToIntegers(values, factor, wide);
    ScaleToIntegersScalar(values, factor, narrow);
    EXPECT_EQ(wide, narrow);
  }
}

TEST(DecimalKernelsTest, ADecimalTextIsGivenBackByItsQuotient) {
  std::vector<double> quotients(3);
  DivideIntegers(std::vector<std::int64_t>{317, -2205, 73'967'322}, 100, quotients);
  EXPECT_EQ(quotients, (std::vector<double>{3.17, -22.05, 739'673.22}));
}

}  // namespace
}  // namespace bedplate::historian
