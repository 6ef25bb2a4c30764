#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bedplate {

/// Random numbers by address: the number at (stream, index) depends on these two and the seed and
/// on nothing else, so that a simulated plant can be asked about any moment in any order, and two
/// machines agree. Mixing: SplitMix64 (Steele, Lea and Flood 2014, OOPSLA). Not for secrets.
class RandomField {
 public:
  explicit constexpr RandomField(std::uint64_t seed) : seed_(seed) {}

  [[nodiscard]] std::uint64_t Bits(std::uint32_t stream, std::int64_t index) const noexcept;
  /// In [0, 1).
  [[nodiscard]] double Uniform(std::uint32_t stream, std::int64_t index) const noexcept;
  /// Mean 0, standard deviation 1.
  [[nodiscard]] double Normal(std::uint32_t stream, std::int64_t index) const noexcept;
  /// Mean 0, standard deviation 1, and a correlation of about `rho` (0 <= rho <= 0.9) between
  /// neighbouring indices: a first-order autoregression cut after 64 terms.
  [[nodiscard]] double Correlated(std::uint32_t stream, std::int64_t index,
                                  double rho) const noexcept;
  /// Correlated(stream, first + i, rho) for i in 0 … count - 1, much faster than one by one.
  [[nodiscard]] std::vector<double> CorrelatedRun(std::uint32_t stream, std::int64_t first,
                                                  std::size_t count, double rho) const;

 private:
  std::uint64_t seed_;
};

}  // namespace bedplate
