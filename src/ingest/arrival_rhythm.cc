#include "ingest/arrival_rhythm.h"

#include <algorithm>
#include <vector>

namespace bedplate {

void ArrivalRhythm::Arrived(Time now) {
  const std::optional<Time> last = last_;
  last_ = now;
  if (!last || now - *last < kTogether) return;
  gaps_[count_++ % kKept] = now - *last;
}

std::optional<ArrivalRhythm::Time> ArrivalRhythm::Usual() const {
  const std::size_t kept = std::min(count_, kKept);
  if (kept < kFewest) return std::nullopt;
  std::vector<Time> gaps(gaps_.begin(), gaps_.begin() + static_cast<std::ptrdiff_t>(kept));
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(kept / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle;
}

}  // namespace bedplate
