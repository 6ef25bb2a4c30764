#include "historian/roll_up_cuts.h"

#include <algorithm>

#include "historian/format.h"

namespace bedplate::historian {
namespace {

using Times = std::span<const std::int64_t>;

constexpr std::array kLengths = {3600 * kNanosecondsPerSecond, 60 * kNanosecondsPerSecond};
/// A period is whole if no more than this part of it is missing at either end.
constexpr std::int64_t kEdgePart = 60;
/// So many samples tell whether the block that comes next should be one or two halves.
constexpr std::size_t kLookAhead = 2 * kMaxBlockSamples;

/// The first position at which a later period than that of `times[begin]` begins.
std::size_t EndOfPeriod(Times times, std::size_t begin, std::int64_t length) {
  const std::int64_t stop = (times[begin] / length + 1) * length;
  const auto from = times.begin() + static_cast<std::ptrdiff_t>(begin);
  return static_cast<std::size_t>(std::lower_bound(from, times.end(), stop) - times.begin());
}

/// Whether some period may have kRollUpSamples of `times`: of those it has then, an aligned half
/// lies in it too. Spares slow series the look at each period.
bool MayBeDense(Times times, std::int64_t length) {
  constexpr std::size_t kHalf = kRollUpSamples / 2;
  for (std::size_t begin = 0; begin + kHalf <= times.size(); begin += kHalf) {
    if (times[begin + kHalf - 1] - times[begin] < length) return true;
  }
  return false;
}

bool IsWhole(std::int64_t first_time, std::int64_t last_time, std::int64_t length) {
  const std::int64_t edge = length / kEdgePart;
  return first_time % length < edge && last_time % length >= length - edge;
}

}  // namespace

std::size_t RollUpCuts::NextBlock(Times times, bool is_end) const {
  if (times.size() < kLookAhead && !is_end) return 0;
  times = times.first(std::min(times.size(), kLookAhead));
  std::size_t cut = times.size();
  for (std::size_t i = 0; i < kLengths.size(); ++i) {
    // What stands behind a cut that was found need not be looked at.
    cut = FirstCut(times.first(cut), kLengths[i], taken_[i]);
  }
  if (cut == times.size()) return std::min(cut, kMaxBlockSamples);
  return cut <= kMaxBlockSamples ? cut : cut / 2;
}

/// The first position behind a period that is to be cut off, or the number of times.
std::size_t RollUpCuts::FirstCut(Times times, std::int64_t length, const Taken& taken) const {
  const bool is_sparse = !MayBeDense(times, length);
  for (std::size_t begin = 0; begin < times.size();) {
    const bool goes_on = begin == 0 && times[0] / length == taken.period;
    if (!goes_on && is_sparse) return times.size();
    const std::size_t end = EndOfPeriod(times, begin, length);
    const std::size_t count = end - begin + (goes_on ? taken.count : 0);
    const std::int64_t first_time = goes_on ? taken.first_time : times[begin];
    if (count >= kRollUpSamples && IsWhole(first_time, times[end - 1], length)) return end;
    begin = end;
  }
  return times.size();
}

void RollUpCuts::Take(Times times) {
  for (std::size_t i = 0; i < kLengths.size(); ++i) {
    const std::int64_t period = times.back() / kLengths[i];
    const auto first = std::lower_bound(times.begin(), times.end(), period * kLengths[i]);
    Taken& taken = taken_[i];
    if (taken.period != period) taken = {period, *first, 0};
    taken.count += static_cast<std::size_t>(times.end() - first);
  }
}

}  // namespace bedplate::historian
