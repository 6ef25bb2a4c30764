#include "base/random.h"

#include <cmath>
#include <numbers>

namespace bedplate {
namespace {

constexpr int kMaxTerms = 64;
constexpr double kNegligible = 1e-3;  // a smaller weight changes no figure that is looked at

std::uint64_t Mix(std::uint64_t z) noexcept {
  z += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

/// Sum of rho^k times term(k), scaled to the variance of one term.
template <typename Term>
double WeightedSum(double rho, Term term) {
  double sum = 0;
  double squares = 0;
  double weight = 1;
  for (int k = 0; k < kMaxTerms && weight > kNegligible; ++k) {
    sum += weight * term(k);
    squares += weight * weight;
    weight *= rho;
  }
  return sum / std::sqrt(squares);
}

double ToUnit(std::uint64_t bits) noexcept { return static_cast<double>(bits >> 11U) * 0x1p-53; }

}  // namespace

std::uint64_t RandomField::Bits(std::uint32_t stream, std::int64_t index) const noexcept {
  return Mix(Mix(Mix(seed_) ^ stream) ^ static_cast<std::uint64_t>(index));
}

double RandomField::Uniform(std::uint32_t stream, std::int64_t index) const noexcept {
  return ToUnit(Bits(stream, index));
}

double RandomField::Normal(std::uint32_t stream, std::int64_t index) const noexcept {
  const std::uint64_t bits = Bits(stream, index);
  // Box and Muller (1958); one minus the first keeps the logarithm finite.
  const double radius = std::sqrt(-2 * std::log(1 - ToUnit(bits)));
  return radius * std::cos(2 * std::numbers::pi * ToUnit(Mix(bits)));
}

double RandomField::Correlated(std::uint32_t stream, std::int64_t index,
                               double rho) const noexcept {
  return WeightedSum(rho, [&](int k) { return Normal(stream, index - k); });
}

std::vector<double> RandomField::CorrelatedRun(std::uint32_t stream, std::int64_t first,
                                               std::size_t count, double rho) const {
  std::vector<double> normals(count + kMaxTerms);
  for (std::size_t i = 0; i < normals.size(); ++i) {
    normals[i] = Normal(stream, first - kMaxTerms + static_cast<std::int64_t>(i));
  }
  std::vector<double> run(count);
  for (std::size_t i = 0; i < count; ++i) {
    run[i] = WeightedSum(
        rho, [&](int k) { return normals[i + kMaxTerms - static_cast<std::size_t>(k)]; });
  }
  return run;
}

}  // namespace bedplate
