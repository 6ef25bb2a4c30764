#pragma once

#include <cstdint>
#include <optional>

#include "historian/block.h"

namespace bedplate::historian {

/// Statistics as whole numbers of 1 / 10^exponent.
struct DecimalStatistics {
  unsigned exponent = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t sum = 0;
};

/// The statistics of the good ones of `columns` (at least one, CHECK) as a version 2 block has
/// them: a sum of decimals is the exact one, and the integrals of an even block (neighbours all
/// `stride` ns apart) follow from it. Sets the statistics and how they are written in `header`,
/// whose counts are filled.
void SummarizeStatistics(const SampleColumns& columns, std::int64_t stride, BlockHeader& header);

/// Min, max, sum, first and last as whole numbers, with an exponent of 0 to 15 at which min, max,
/// first and last are exact and the sum is as good as the values; the least such exponent, but
/// `exponent` if that is given. Nothing when there is none.
std::optional<DecimalStatistics> ToDecimalStatistics(const BlockStatistics& statistics,
                                                     std::uint32_t count,
                                                     std::optional<unsigned> exponent);
/// The counterpart; integrals are 0.
BlockStatistics FromDecimalStatistics(const DecimalStatistics& decimal);

/// Integrals of `count` values that are `stride` ns apart, by the trapezoids' closed form.
void SetEvenIntegrals(std::int64_t stride, BlockStatistics& statistics);

}  // namespace bedplate::historian
