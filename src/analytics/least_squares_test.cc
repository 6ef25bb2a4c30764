#include "analytics/least_squares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analytics/fit_quality.h"

namespace bedplate {
namespace {

Regressors WithIntercept(std::vector<std::vector<double>> columns) {
  Regressors regressors;
  regressors.groups.assign(columns.at(0).size(), 0);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    regressors.names.push_back("x" + std::to_string(k + 1));
  }
  regressors.columns = std::move(columns);
  return regressors;
}

std::vector<std::int64_t> Consecutive(std::size_t n) {
  std::vector<std::int64_t> positions(n);
  for (std::size_t i = 0; i < n; ++i) positions[i] = static_cast<std::int64_t>(i);
  return positions;
}

// Data and certified values: NIST Statistical Reference Datasets, linear regression.
const std::vector<double> kNorrisX = {0.2,   337.4, 118.2, 884.6, 10.1,  226.5, 666.3, 996.3, 448.6,
                                      777.0, 558.2, 0.4,   0.6,   775.5, 666.9, 338.0, 447.5, 11.6,
                                      556.0, 228.1, 995.8, 887.6, 120.2, 0.3,   0.3,   556.8, 339.1,
                                      887.2, 999.0, 779.0, 11.1,  118.3, 229.2, 669.1, 448.9, 0.5};
const std::vector<double> kNorrisY = {0.1,   338.8, 118.1, 888.0, 9.2,   228.1, 668.5, 998.5, 449.1,
                                      778.9, 559.2, 0.3,   0.1,   778.1, 668.8, 339.3, 448.9, 10.8,
                                      557.7, 228.3, 998.0, 888.8, 119.6, 0.3,   0.6,   557.6, 339.3,
                                      888.0, 998.5, 778.9, 10.2,  117.6, 228.9, 668.4, 449.2, 0.2};

const std::vector<std::vector<double>> kLongleyX = {
    {83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2,
     115.7, 116.9},
    {234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546,
     482704, 502601, 518173, 554894},
    {2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806,
     4007},
    {1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572,
     2827},
    {107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950,
     123366, 125368, 127852, 130081},
    {1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961,
     1962}};
const std::vector<double> kLongleyY = {60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761,
                                       66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551};

TEST(LeastSquares, AgreesWithNistNorris) {
  const Regressors regressors = WithIntercept({kNorrisX});
  const auto model = LinearModel::Fit(regressors, kNorrisY);
  ASSERT_TRUE(model.ok());
  EXPECT_NEAR(model.value().levels()[0], -0.262323073774029, 1e-11);
  EXPECT_NEAR(model.value().coefficients()[0], 1.00211681802045, 1e-13);
  const FitQuality quality =
      AssessFit(kNorrisY, model.value().residuals(), Consecutive(36), model.value().parameters());
  EXPECT_NEAR(quality.rmse, 0.884796396144373, 1e-11);
  EXPECT_NEAR(quality.r_squared, 0.999993745883712, 1e-14);

  RowSum slope = RowSum::Empty(regressors);
  slope.column_sums[0] = 1;
  const double standard_error = quality.rmse * std::sqrt(model.value().Leverage(slope));
  EXPECT_NEAR(standard_error, 0.429796848199937e-3, 1e-14);
  RowSum intercept = RowSum::Empty(regressors);
  intercept.group_weights[0] = 1;
  EXPECT_NEAR(quality.rmse * std::sqrt(model.value().Leverage(intercept)), 0.232818234301152,
              1e-11);
}

TEST(LeastSquares, AgreesWithNistLongley) {
  const Regressors regressors = WithIntercept(kLongleyX);
  const auto model = LinearModel::Fit(regressors, kLongleyY);
  ASSERT_TRUE(model.ok());
  const double certified[] = {15.0618722713733,  -0.358191792925910e-01, -2.02022980381683,
                              -1.03322686717359, -0.511041056535807e-01, 1829.15146461355};
  const double certified_errors[] = {84.9149257747669,  0.334910077722432e-01, 0.488399681651699,
                                     0.214274163161675, 0.226073200069370,     455.478499142212};
  const FitQuality quality =
      AssessFit(kLongleyY, model.value().residuals(), Consecutive(16), model.value().parameters());
  EXPECT_NEAR(model.value().levels()[0] / -3482258.63459582, 1, 1e-9);
  for (std::size_t k = 0; k < 6; ++k) {
    EXPECT_NEAR(model.value().coefficients()[k] / certified[k], 1, 1e-9) << k;
    RowSum one = RowSum::Empty(regressors);
    one.column_sums[k] = 1;
    const double standard_error = quality.rmse * std::sqrt(model.value().Leverage(one));
    EXPECT_NEAR(standard_error / certified_errors[k], 1, 1e-9) << k;
  }
  EXPECT_NEAR(quality.rmse, 304.854073561965, 1e-7);
  EXPECT_NEAR(quality.r_squared, 0.995479004577296, 1e-12);
}

/// Random rows in `groups` groups with `columns` columns, and y.
struct RandomCase {
  Regressors regressors;
  std::vector<double> y;

  explicit RandomCase(unsigned seed, std::size_t rows = 60, int groups = 7, int columns = 3) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    regressors.group_count = groups;
    for (std::size_t i = 0; i < rows; ++i) {
      regressors.groups.push_back(static_cast<std::int32_t>(i % static_cast<std::size_t>(groups)));
      y.push_back(normal(random) * 3 + 10);
    }
    for (int k = 0; k < columns; ++k) {
      regressors.names.push_back("x" + std::to_string(k));
      auto& column = regressors.columns.emplace_back();
      for (std::size_t i = 0; i < rows; ++i) column.push_back(normal(random) * 100 + 5);
    }
  }
};

/// The same regression with the groups spelled out as indicator columns (one left out).
Regressors SpelledOut(const Regressors& grouped) {
  Regressors plain;
  plain.groups.assign(grouped.rows(), 0);
  plain.names = grouped.names;
  plain.columns = grouped.columns;
  for (std::int32_t g = 1; g < grouped.group_count; ++g) {
    plain.names.push_back("group " + std::to_string(g));
    auto& column = plain.columns.emplace_back();
    for (const std::int32_t group : grouped.groups) column.push_back(group == g ? 1 : 0);
  }
  return plain;
}

TEST(LeastSquares, GroupsEqualIndicatorColumns) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const RandomCase random(seed);
    const Regressors plain = SpelledOut(random.regressors);
    const auto grouped_model = LinearModel::Fit(random.regressors, random.y);
    const auto plain_model = LinearModel::Fit(plain, random.y);
    ASSERT_TRUE(grouped_model.ok() && plain_model.ok());
    EXPECT_EQ(grouped_model.value().parameters(), plain_model.value().parameters());
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(grouped_model.value().coefficients()[k], plain_model.value().coefficients()[k],
                  1e-10);
    }
    RowSum grouped_sum = RowSum::Empty(random.regressors);
    RowSum plain_sum = RowSum::Empty(plain);
    for (std::size_t row = 3; row < 40; row += 2) {
      grouped_sum.Add(random.regressors, row);
      plain_sum.Add(plain, row);
    }
    EXPECT_NEAR(grouped_model.value().Leverage(grouped_sum),
                plain_model.value().Leverage(plain_sum), 1e-9);
  }
}

TEST(LeastSquares, ResidualsAreOrthogonalToEveryColumnAndGroup) {
  const RandomCase random(7);
  const auto model = LinearModel::Fit(random.regressors, random.y);
  ASSERT_TRUE(model.ok());
  std::vector<double> group_sums(7);
  std::vector<double> products(3);
  for (std::size_t i = 0; i < random.y.size(); ++i) {
    const double e = model.value().residuals()[i];
    EXPECT_NEAR(random.y[i] - model.value().Predict(random.regressors, i), e, 1e-11);
    group_sums[static_cast<std::size_t>(random.regressors.groups[i])] += e;
    for (std::size_t k = 0; k < 3; ++k) products[k] += e * random.regressors.columns[k][i];
  }
  for (const double sum : group_sums) EXPECT_NEAR(sum, 0, 1e-10);
  for (const double product : products) EXPECT_NEAR(product, 0, 1e-8);
}

TEST(LeastSquares, InfluenceReproducesThePredictionAndItsVariance) {
  const RandomCase random(11);
  const auto model = LinearModel::Fit(random.regressors, random.y);
  ASSERT_TRUE(model.ok());
  RowSum sum = RowSum::Empty(random.regressors);
  double predicted = 0;
  for (std::size_t row = 0; row < 25; ++row) {
    sum.Add(random.regressors, row);
    predicted += model.value().Predict(random.regressors, row);
  }
  const std::vector<double> influence = model.value().Influence(sum);
  double weighted = 0;
  double squares = 0;
  for (std::size_t i = 0; i < influence.size(); ++i) {
    weighted += influence[i] * random.y[i];
    squares += influence[i] * influence[i];
  }
  EXPECT_NEAR(weighted, predicted, 1e-9);
  EXPECT_NEAR(squares, model.value().Leverage(sum), 1e-9);
}

TEST(LeastSquares, ResidualisingTwiceChangesNothing) {
  const RandomCase random(5);
  const auto model = LinearModel::Fit(random.regressors, random.y);
  ASSERT_TRUE(model.ok());
  std::vector<double> once = random.y;
  model.value().Residualise(once);
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_NEAR(once[i], model.value().residuals()[i], 1e-11);
  }
  std::vector<double> twice = once;
  model.value().Residualise(twice);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(once[i], twice[i], 1e-11);
}

TEST(LeastSquares, DropsAnAliasedColumnByName) {
  RandomCase random(3);
  const auto before = LinearModel::Fit(random.regressors, random.y);
  random.regressors.names.push_back("sum of both");
  auto& alias = random.regressors.columns.emplace_back();
  for (std::size_t i = 0; i < random.y.size(); ++i) {
    alias.push_back(random.regressors.columns[0][i] + random.regressors.columns[1][i]);
  }
  random.regressors.names.push_back("constant");
  random.regressors.columns.emplace_back(random.y.size(), 0.1);
  const auto after = LinearModel::Fit(random.regressors, random.y);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(after.value().dropped().size(), 2U);
  EXPECT_EQ(after.value().parameters(), before.value().parameters());
  for (std::size_t i = 0; i < random.y.size(); ++i) {
    EXPECT_NEAR(after.value().residuals()[i], before.value().residuals()[i], 1e-9);
  }
}

TEST(LeastSquares, RefusesFewerRowsThanParameters) {
  const RandomCase random(1, 10, 7, 3);
  const auto model = LinearModel::Fit(random.regressors, random.y);
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.error().code(), ErrorCode::kInvalidArgument);
}

TEST(LeastSquares, FitsLevelsAlone) {
  Regressors regressors;
  regressors.group_count = 3;
  regressors.groups = {0, 0, 1, 1};
  const auto model = LinearModel::Fit(regressors, std::vector<double>{1, 3, 10, 20});
  ASSERT_TRUE(model.ok());
  EXPECT_DOUBLE_EQ(model.value().levels()[0], 2);
  EXPECT_DOUBLE_EQ(model.value().levels()[1], 15);
  EXPECT_TRUE(std::isnan(model.value().levels()[2]));
}

}  // namespace
}  // namespace bedplate
