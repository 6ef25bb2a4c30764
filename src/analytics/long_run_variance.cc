#include "analytics/long_run_variance.h"

#include <Eigen/Dense>
#include <cmath>
#include <numbers>

#include "base/check.h"

namespace bedplate {
namespace {

/// Type II cosine number `term` (from 1), orthonormal over the periods.
double Cosine(std::size_t term, std::size_t period, std::size_t periods) {
  const auto count = static_cast<double>(periods);
  const double angle =
      std::numbers::pi * static_cast<double>(term) * (static_cast<double>(period) + 0.5) / count;
  return std::sqrt(2 / count) * std::cos(angle);
}

/// One column per cosine term: weight times cosine for every row.
Eigen::MatrixXd WeightedCosines(std::span<const double> weights,
                                std::span<const std::int32_t> period_of_row, std::size_t periods) {
  const std::size_t terms = CosineTerms(periods);
  Eigen::MatrixXd columns(weights.size(), terms);
  std::vector<double> cosine(periods);
  for (std::size_t j = 0; j < terms; ++j) {
    for (std::size_t p = 0; p < periods; ++p) cosine[p] = Cosine(j + 1, p, periods);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      columns(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          weights[i] * cosine[static_cast<std::size_t>(period_of_row[i])];
    }
  }
  return columns;
}

}  // namespace

std::size_t CosineTerms(std::size_t periods) {
  return static_cast<std::size_t>(0.4 * std::pow(static_cast<double>(periods), 2.0 / 3.0));
}

SumVariance EstimateSumVariance(std::span<const double> period_values) {
  const std::size_t periods = period_values.size();
  const std::size_t terms = CosineTerms(periods);
  if (terms == 0) return {};
  double power = 0;
  for (std::size_t j = 1; j <= terms; ++j) {
    double projection = 0;
    for (std::size_t p = 0; p < periods; ++p) {
      projection += Cosine(j, p, periods) * period_values[p];
    }
    power += projection * projection;
  }
  const auto count = static_cast<double>(terms);
  return {static_cast<double>(periods) * power / count, count};
}

SumVariance EstimateSumVariance(const LinearModel& model, std::span<const double> weights,
                                std::span<const std::int32_t> period_of_row, std::size_t periods) {
  const std::vector<double>& residuals = model.residuals();
  BEDPLATE_CHECK(weights.size() == residuals.size());
  BEDPLATE_CHECK(period_of_row.size() == weights.size());
  if (CosineTerms(periods) == 0) return {};
  Eigen::MatrixXd columns = WeightedCosines(weights, period_of_row, periods);
  const Eigen::Map<const Eigen::VectorXd> e(residuals.data(),
                                            static_cast<Eigen::Index>(residuals.size()));
  const double power = (columns.transpose() * e).squaredNorm();
  const double whole = columns.squaredNorm();
  for (Eigen::Index j = 0; j < columns.cols(); ++j) {
    model.Residualise({columns.col(j).data(), static_cast<std::size_t>(columns.rows())});
  }
  const Eigen::MatrixXd gram = columns.transpose() * columns;
  const double left = gram.trace();
  if (left <= 1e-9 * whole) return {};
  const double per_term = power / static_cast<double>(columns.cols()) * whole / left;
  return {static_cast<double>(periods) * per_term, left * left / gram.squaredNorm()};
}

}  // namespace bedplate
