#pragma once

#include <chrono>

#include "base/clock.h"
#include "catalog/believed_time_store.h"

namespace bedplate {

/// For how long a clock that differs from what is believed has to say so, while a process runs.
inline constexpr std::chrono::nanoseconds kBeliefAfter = std::chrono::hours(24);
/// More than a clock that is being set right little by little goes wrong between two looks, and
/// than a restart takes.
inline constexpr std::chrono::nanoseconds kLeastJump = std::chrono::minutes(10);

/// The time of day for what cannot be undone. The believed time goes on with the monotonic clock,
/// and is set to the clock at each look as long as the two differ by no more than kLeastJump. A
/// clock that differs by more is believed when it has said so for kBeliefAfter of running, in
/// whatever number of processes: then the believed time becomes the one of all those told meanwhile
/// that is nearest to it. A clock that agrees again ends that; one that differs to the other side
/// only interrupts it, so that a clock which is wrong after each start and put right soon after
/// holds up nothing. docs/decisions/0018-believed-time.md has the cases.
class BelievedClock {
 public:
  /// Goes on from `known`. `clock` must outlive it.
  BelievedClock(const Clock& clock, const BelievedTime& known);

  /// Looks at the clock; to be called every few minutes, as only what passes between two looks
  /// counts. Returns the believed time or the clock's, whichever is less.
  Timestamp Look();
  /// To be kept for the next process.
  [[nodiscard]] const BelievedTime& state() const { return state_; }

 private:
  void Pass();
  /// Whether the clock has differed to that side for long enough.
  bool Doubt(std::optional<ClockClaim>& claim, Timestamp now);

  const Clock& clock_;
  BelievedTime state_;
  std::chrono::nanoseconds looked_at_;  // monotonic
  std::chrono::nanoseconds passed_{0};  // up to the last look since the one before
  bool has_told_ = false;               // the log of the difference that there is
};

}  // namespace bedplate
