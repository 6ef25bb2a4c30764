#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace bedplate::historian {

/// From so many due merges on, nothing holds them back any more.
inline constexpr std::uint64_t kUnpacedMerges = 6;

/// How fast merges in the background may read and write, so that appends and queries keep the disk
/// and a processor. Adapts to what comes in: with each merge that is due beyond the first the rate
/// doubles, and with kUnpacedMerges there is no limit, so that segments never pile up behind it.
/// Spend is for one thread; the rest is safe from any.
class CompactionPace {
 public:
  /// Without a limit when `bytes_per_second` is 0. `clock` must outlive the pace.
  CompactionPace(const Clock& clock, std::uint64_t bytes_per_second)
      : clock_(clock), base_(bytes_per_second) {}

  /// Notes that so many bytes were read and written, and returns how long to wait now.
  std::chrono::nanoseconds Spend(std::uint64_t bytes);
  /// How many merges are due, the one under way included.
  void SetDue(std::uint64_t merges) noexcept { due_ = merges; }

  /// The pause after a merge that took `worked`: as long as that, so that half of the time is left
  /// to others, and shorter the more is due.
  [[nodiscard]] std::chrono::nanoseconds PauseAfter(std::chrono::nanoseconds worked) const;
  /// Of now; 0 when there is no limit.
  [[nodiscard]] std::uint64_t bytes_per_second() const;
  [[nodiscard]] std::chrono::nanoseconds waited() const {
    return std::chrono::nanoseconds(waited_.load());
  }

 private:
  const Clock& clock_;
  const std::uint64_t base_;
  std::atomic<std::uint64_t> due_ = 0;
  std::atomic<std::int64_t> waited_ = 0;   // ns, in all
  std::chrono::nanoseconds free_from_{0};  // monotonic: until then the rate is used up
};

}  // namespace bedplate::historian
