#include "services/believed_clock.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <spdlog/spdlog.h>

namespace bedplate {
namespace {

std::int64_t HoursIn(std::chrono::nanoseconds duration) {
  return std::chrono::floor<std::chrono::hours>(duration).count();
}

}  // namespace

BelievedClock::BelievedClock(const Clock& clock, const BelievedTime& known)
    : clock_(clock), state_(known), looked_at_(clock.Monotonic()) {}

Timestamp BelievedClock::Look() {
  Pass();
  const Timestamp now = clock_.Now();
  const std::chrono::nanoseconds gap = now - state_.time;
  if (std::chrono::abs(gap) <= kLeastJump) {
    state_ = {.time = now};
    has_told_ = false;
  } else {
    std::optional<ClockClaim>& claim = gap.count() > 0 ? state_.ahead : state_.behind;
    if (Doubt(claim, now)) {
      state_ = {.time = claim->time};
      has_told_ = false;
      spdlog::info("retention: the clock has told {} for a day, so it is believed",
                   FormatTimestamp(state_.time));
    }
  }
  return std::min(now, state_.time);
}

/// Lets the time go on for as long as the last look is ago.
void BelievedClock::Pass() {
  const auto monotonic = clock_.Monotonic();
  passed_ = monotonic - looked_at_;
  looked_at_ = monotonic;
  state_.time = state_.time + passed_;
  for (auto* claim : {&state_.ahead, &state_.behind}) {
    if (claim->has_value()) (*claim)->time = (*claim)->time + passed_;
  }
}

bool BelievedClock::Doubt(std::optional<ClockClaim>& claim, Timestamp now) {
  if (claim) {
    claim->told += passed_;
    claim->time = now > state_.time ? std::min(claim->time, now) : std::max(claim->time, now);
  } else {
    claim = {now, std::chrono::nanoseconds(0)};
  }
  if (!std::exchange(has_told_, true)) {
    // Who switches his machine off each night does not want a warning each morning.
    const bool is_usual = std::chrono::abs(now - state_.time) < std::chrono::days(1);
    spdlog::log(
        is_usual ? spdlog::level::info : spdlog::level::warn,
        "retention: the clock says {}, expected about {}; believed after {} h of running, of "
        "which {} are over",
        FormatTimestamp(now), FormatTimestamp(state_.time), HoursIn(kBeliefAfter),
        HoursIn(claim->told));
  }
  return claim->told >= kBeliefAfter;
}

}  // namespace bedplate
