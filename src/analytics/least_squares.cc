#include "analytics/least_squares.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace bedplate {
namespace {

constexpr double kRankTolerance = 1e-10;

}  // namespace

RowSum RowSum::Empty(const Regressors& shape) {
  return {std::vector<double>(static_cast<std::size_t>(shape.group_count)),
          std::vector<double>(shape.columns.size())};
}

void RowSum::Add(const Regressors& regressors, std::size_t row) {
  group_weights[static_cast<std::size_t>(regressors.groups[row])] += 1;
  for (std::size_t k = 0; k < column_sums.size(); ++k) column_sums[k] += regressors.columns[k][row];
}

struct LinearModel::State {
  std::vector<std::int32_t> groups;
  std::vector<double> group_rows;
  Eigen::MatrixXd column_means;  // group x column
  std::vector<Eigen::Index> kept;
  Eigen::VectorXd scales;  // per kept column
  Eigen::MatrixXd basis;   // rows x kept: orthonormal, spans the centred and scaled columns
  Eigen::MatrixXd upper;   // kept x kept: centred and scaled columns = basis * upper

  std::vector<double> coefficients;
  std::vector<double> levels;
  std::vector<double> residuals;
  std::vector<std::string> dropped;
  std::size_t parameters = 0;

  void CountGroups(const Regressors& regressors);
  Eigen::VectorXd GroupMeans(const double* values) const;
  void Centre(double* values, const Eigen::VectorXd& means) const;
  Eigen::MatrixXd CentredColumns(const Regressors& regressors);
  static Eigen::VectorXd Scale(const Regressors& regressors, Eigen::MatrixXd& centred);
  void Decompose(const Regressors& regressors);
  void Solve(const Regressors& regressors, std::span<const double> y);
  Eigen::VectorXd Reduce(const RowSum& sum) const;
};

void LinearModel::State::CountGroups(const Regressors& regressors) {
  groups = regressors.groups;
  group_rows.assign(static_cast<std::size_t>(regressors.group_count), 0);
  for (const std::int32_t group : groups) group_rows[static_cast<std::size_t>(group)] += 1;
}

Eigen::VectorXd LinearModel::State::GroupMeans(const double* values) const {
  Eigen::VectorXd means = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(group_rows.size()));
  for (std::size_t i = 0; i < groups.size(); ++i) means[groups[i]] += values[i];
  for (std::size_t g = 0; g < group_rows.size(); ++g) {
    if (group_rows[g] > 0) means[static_cast<Eigen::Index>(g)] /= group_rows[g];
  }
  return means;
}

void LinearModel::State::Centre(double* values, const Eigen::VectorXd& means) const {
  for (std::size_t i = 0; i < groups.size(); ++i) values[i] -= means[groups[i]];
}

Eigen::MatrixXd LinearModel::State::CentredColumns(const Regressors& regressors) {
  const auto rows = static_cast<Eigen::Index>(regressors.rows());
  const auto columns = static_cast<Eigen::Index>(regressors.columns.size());
  Eigen::MatrixXd centred(rows, columns);
  column_means.resize(static_cast<Eigen::Index>(group_rows.size()), columns);
  for (Eigen::Index k = 0; k < columns; ++k) {
    const std::vector<double>& column = regressors.columns[static_cast<std::size_t>(k)];
    BEDPLATE_CHECK(column.size() == regressors.rows());
    std::copy(column.begin(), column.end(), centred.col(k).data());
    column_means.col(k) = GroupMeans(column.data());
    Centre(centred.col(k).data(), column_means.col(k));
  }
  return centred;
}

/// Scales every centred column to length one; what centring leaves of a constant is rounding and
/// becomes zero. Returns the lengths.
Eigen::VectorXd LinearModel::State::Scale(const Regressors& regressors, Eigen::MatrixXd& centred) {
  Eigen::VectorXd lengths = centred.colwise().norm();
  for (Eigen::Index k = 0; k < centred.cols(); ++k) {
    const std::vector<double>& column = regressors.columns[static_cast<std::size_t>(k)];
    const double full = Eigen::Map<const Eigen::VectorXd>(column.data(), centred.rows()).norm();
    if (lengths[k] <= kRankTolerance * full) lengths[k] = 0;
    centred.col(k) *= lengths[k] > 0 ? 1 / lengths[k] : 0;
  }
  return lengths;
}

void LinearModel::State::Decompose(const Regressors& regressors) {
  basis.resize(static_cast<Eigen::Index>(regressors.rows()), 0);
  upper.resize(0, 0);
  Eigen::MatrixXd scaled = CentredColumns(regressors);
  if (scaled.cols() == 0) return;
  const Eigen::VectorXd lengths = Scale(regressors, scaled);
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr;
  qr.setThreshold(kRankTolerance);
  qr.compute(scaled);
  const Eigen::Index rank = lengths.maxCoeff() > 0 ? qr.rank() : 0;
  const auto& order = qr.colsPermutation().indices();
  scales.resize(rank);
  for (Eigen::Index j = 0; j < scaled.cols(); ++j) {
    if (j < rank) {
      kept.push_back(order[j]);
      scales[j] = lengths[order[j]];
    } else {
      dropped.push_back(regressors.names[static_cast<std::size_t>(order[j])]);
    }
  }
  basis = qr.householderQ() * Eigen::MatrixXd::Identity(scaled.rows(), rank);
  upper = qr.matrixR().topLeftCorner(rank, rank).triangularView<Eigen::Upper>();
}

void LinearModel::State::Solve(const Regressors& regressors, std::span<const double> y) {
  const auto rows = static_cast<Eigen::Index>(y.size());
  const Eigen::VectorXd y_means = GroupMeans(y.data());
  residuals.assign(y.begin(), y.end());
  Centre(residuals.data(), y_means);
  Eigen::Map<Eigen::VectorXd> rest(residuals.data(), rows);
  const Eigen::VectorXd projected = basis.transpose() * rest;
  rest -= basis * projected;
  const Eigen::VectorXd solution =
      upper.triangularView<Eigen::Upper>().solve(projected).cwiseQuotient(scales);
  coefficients.assign(regressors.columns.size(), 0);
  for (std::size_t j = 0; j < kept.size(); ++j) {
    coefficients[static_cast<std::size_t>(kept[j])] = solution[static_cast<Eigen::Index>(j)];
  }
  const Eigen::Map<const Eigen::VectorXd> b(coefficients.data(), column_means.cols());
  const Eigen::VectorXd fitted = y_means - column_means * b;
  levels.resize(group_rows.size());
  for (std::size_t g = 0; g < levels.size(); ++g) {
    levels[g] = group_rows[g] > 0 ? fitted[static_cast<Eigen::Index>(g)]
                                  : std::numeric_limits<double>::quiet_NaN();
  }
}

/// The column sums of `sum` less what its group weights explain, in the scaled basis: R'^-1 c.
Eigen::VectorXd LinearModel::State::Reduce(const RowSum& sum) const {
  Eigen::VectorXd c(static_cast<Eigen::Index>(kept.size()));
  const Eigen::Map<const Eigen::VectorXd> weights(
      sum.group_weights.data(), static_cast<Eigen::Index>(sum.group_weights.size()));
  for (std::size_t j = 0; j < kept.size(); ++j) {
    const auto k = static_cast<std::size_t>(kept[j]);
    const double centred = sum.column_sums[k] - weights.dot(column_means.col(kept[j]));
    c[static_cast<Eigen::Index>(j)] = centred / scales[static_cast<Eigen::Index>(j)];
  }
  return upper.transpose().triangularView<Eigen::Lower>().solve(c);
}

LinearModel::LinearModel(std::unique_ptr<State> state) : state_(std::move(state)) {}
LinearModel::LinearModel(LinearModel&&) noexcept = default;
LinearModel& LinearModel::operator=(LinearModel&&) noexcept = default;
LinearModel::~LinearModel() = default;

Result<LinearModel> LinearModel::Fit(const Regressors& regressors, std::span<const double> y) {
  BEDPLATE_CHECK(y.size() == regressors.rows());
  BEDPLATE_CHECK(regressors.names.size() == regressors.columns.size());
  auto state = std::make_unique<State>();
  state->CountGroups(regressors);
  const auto occupied = static_cast<std::size_t>(std::count_if(
      state->group_rows.begin(), state->group_rows.end(), [](double rows) { return rows > 0; }));
  if (y.size() <= occupied + regressors.columns.size()) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected more rows than the {} parameters, got {} rows",
                             occupied + regressors.columns.size(), y.size()));
  }
  state->Decompose(regressors);
  state->Solve(regressors, y);
  state->parameters = occupied + state->kept.size();
  return LinearModel(std::move(state));
}

const std::vector<double>& LinearModel::coefficients() const noexcept {
  return state_->coefficients;
}
const std::vector<double>& LinearModel::levels() const noexcept { return state_->levels; }
const std::vector<double>& LinearModel::residuals() const noexcept { return state_->residuals; }
const std::vector<std::string>& LinearModel::dropped() const noexcept { return state_->dropped; }
std::size_t LinearModel::parameters() const noexcept { return state_->parameters; }

double LinearModel::Predict(const Regressors& regressors, std::size_t row) const {
  double prediction = state_->levels[static_cast<std::size_t>(regressors.groups[row])];
  for (std::size_t k = 0; k < regressors.columns.size(); ++k) {
    prediction += state_->coefficients[k] * regressors.columns[k][row];
  }
  return prediction;
}

double LinearModel::Leverage(const RowSum& sum) const {
  double leverage = state_->Reduce(sum).squaredNorm();
  for (std::size_t g = 0; g < state_->group_rows.size(); ++g) {
    const double weight = sum.group_weights[g];
    if (state_->group_rows[g] > 0) leverage += weight * weight / state_->group_rows[g];
  }
  return leverage;
}

std::vector<double> LinearModel::Influence(const RowSum& sum) const {
  std::vector<double> influence(state_->groups.size());
  Eigen::Map<Eigen::VectorXd> w(influence.data(), static_cast<Eigen::Index>(influence.size()));
  w = state_->basis * state_->Reduce(sum);
  for (std::size_t i = 0; i < influence.size(); ++i) {
    const auto g = static_cast<std::size_t>(state_->groups[i]);
    influence[i] += sum.group_weights[g] / state_->group_rows[g];
  }
  return influence;
}

void LinearModel::Residualise(std::span<double> g) const {
  BEDPLATE_CHECK(g.size() == state_->groups.size());
  state_->Centre(g.data(), state_->GroupMeans(g.data()));
  Eigen::Map<Eigen::VectorXd> rest(g.data(), static_cast<Eigen::Index>(g.size()));
  rest -= state_->basis * (state_->basis.transpose() * rest);
}

}  // namespace bedplate
