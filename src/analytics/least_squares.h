#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace bedplate {

/// The right-hand side of a linear regression. Every row belongs to one group, and every group has
/// its own level; with a single group that level is the intercept. So a factor of many categories
/// (the 168 hours of a week) costs a subtraction of means instead of a column each.
struct Regressors {
  std::vector<std::int32_t> groups;  // per row, 0 … group_count - 1
  std::int32_t group_count = 1;
  std::vector<std::string> names;            // per column
  std::vector<std::vector<double>> columns;  // each as long as `groups`, finite

  [[nodiscard]] std::size_t rows() const noexcept { return groups.size(); }
};

/// A sum of rows, each times a weight: what a prediction of a total needs to know.
struct RowSum {
  std::vector<double> group_weights;  // per group
  std::vector<double> column_sums;    // per column

  static RowSum Empty(const Regressors& shape);
  /// Adds row `row` of `regressors`.
  void Add(const Regressors& regressors, std::size_t row);
};

/// Ordinary least squares, y = level(group) + X b + e.
///
/// The group levels are eliminated by subtracting group means (Frisch, Waugh, Lovell); the columns
/// that remain, scaled to length one, are solved by Householder QR with column pivoting (Golub and
/// Van Loan, Matrix Computations, 5.4). A column that is a combination of others (the part of it
/// that the others leave is under 1e-10 of its length) is dropped and named, its coefficient is 0.
class LinearModel {
 public:
  /// `y` and every column have `regressors.rows()` finite entries (CHECK).
  /// Errors: kInvalidArgument when there are no more rows than parameters.
  static Result<LinearModel> Fit(const Regressors& regressors, std::span<const double> y);

  LinearModel(LinearModel&&) noexcept;
  LinearModel& operator=(LinearModel&&) noexcept;
  ~LinearModel();

  [[nodiscard]] const std::vector<double>& coefficients() const noexcept;  // per column
  [[nodiscard]] const std::vector<double>& levels() const noexcept;     // per group; empty ones NaN
  [[nodiscard]] const std::vector<double>& residuals() const noexcept;  // per row
  [[nodiscard]] const std::vector<std::string>& dropped() const noexcept;
  /// Groups that have rows plus columns that were kept.
  [[nodiscard]] std::size_t parameters() const noexcept;

  /// The prediction of one row of `regressors`; NaN for a group without rows in the fit.
  [[nodiscard]] double Predict(const Regressors& regressors, std::size_t row) const;
  /// c' (X'X)^-1 c: the variance of the prediction of `sum` in units of the error variance.
  [[nodiscard]] double Leverage(const RowSum& sum) const;
  /// w = X (X'X)^-1 c per row of the fit: the prediction of `sum` is w'y, so that its error is w'e.
  [[nodiscard]] std::vector<double> Influence(const RowSum& sum) const;
  /// M g = g - X (X'X)^-1 X' g, in place: the part of `g` (per row) that the model cannot explain.
  void Residualise(std::span<double> g) const;

 private:
  struct State;
  explicit LinearModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bedplate
