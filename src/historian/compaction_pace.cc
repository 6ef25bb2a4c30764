#include "historian/compaction_pace.h"

#include <algorithm>

namespace bedplate::historian {
namespace {

using std::chrono::nanoseconds;

/// What was not used of the rate may be made up for, but no more than this.
constexpr nanoseconds kLargestCredit = std::chrono::milliseconds(100);
/// Less is not worth a wait of its own, and is added to the next.
constexpr nanoseconds kShortestWait = std::chrono::milliseconds(5);

}  // namespace

std::uint64_t CompactionPace::bytes_per_second() const {
  const std::uint64_t due = due_;
  if (due >= kUnpacedMerges) return 0;
  return due <= 1 ? base_ : base_ << (due - 1);
}

nanoseconds CompactionPace::Spend(std::uint64_t bytes) {
  const std::uint64_t rate = bytes_per_second();
  const nanoseconds now = clock_.Monotonic();
  if (rate == 0) {
    free_from_ = now;
    return nanoseconds(0);
  }
  const double seconds = static_cast<double>(bytes) / static_cast<double>(rate);
  free_from_ = std::max(free_from_, now - kLargestCredit) +
               std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
  const nanoseconds wait = free_from_ - now;
  if (wait < kShortestWait) return nanoseconds(0);
  waited_ += wait.count();
  return wait;
}

nanoseconds CompactionPace::PauseAfter(nanoseconds worked) const {
  return worked / static_cast<std::int64_t>(due_ + 1);
}

}  // namespace bedplate::historian
