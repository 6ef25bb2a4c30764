#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "query/sql_functions.h"

namespace bedplate {

/// What a part of a statement costs at most, with everything in it written out. Sums stop at
/// kMeasureLimit instead of wrapping around.
struct Measure {
  std::uint64_t columns = 0;      // that it yields
  std::uint64_t relations = 0;    // that it reads
  std::uint64_t expressions = 0;  // that it evaluates
  std::uint64_t text_bytes = 0;   // of text that it makes for one row
  std::uint64_t widest_text = 0;  // the longest text that it yields

  /// Adds the work of `other`; the widest yield of both.
  void Add(const Measure& other) noexcept;
  /// The work of `times` copies.
  void Multiply(std::uint64_t times) noexcept;
};

inline constexpr std::uint64_t kMeasureLimit = 1ULL << 62U;

constexpr std::uint64_t BoundedSum(std::uint64_t a, std::uint64_t b) noexcept {
  return std::min(kMeasureLimit, std::min(a, kMeasureLimit) + std::min(b, kMeasureLimit));
}

constexpr std::uint64_t BoundedProduct(std::uint64_t a, std::uint64_t b) noexcept {
  if (a == 0 || b == 0) return 0;
  return a > kMeasureLimit / b ? kMeasureLimit : a * b;
}

/// How long the text is that a function of `group` makes of arguments with `lengths`, at most.
std::uint64_t GrownText(const FunctionGroup& group,
                        std::span<const std::uint64_t> lengths) noexcept;

}  // namespace bedplate
