#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "base/time.h"

namespace bedplate {

/// Jumps in the times of a file whose readings come at a regular step.
struct TimeJumps {
  std::uint64_t steps = 0;  // from one reading to the next
  std::uint64_t other = 0;  // that are not the usual one
  std::chrono::nanoseconds usual{0};
  std::chrono::nanoseconds largest{0};  // by its length; negative: backwards
};

/// Watches the steps from each reading of a series to the next. Memory is bounded.
class StepWatch {
 public:
  void Add(Timestamp time);

  /// What looks as if day and month were swapped: most steps are one and the same and at most a
  /// day, and one goes at least 27 days beyond it (no month is shorter than 28) or at least a day
  /// against it. Empty where nothing does.
  [[nodiscard]] std::optional<TimeJumps> Find() const;

 private:
  static constexpr std::size_t kMaxKinds = 10'000;  // of steps; a file with more has no usual one

  std::optional<Timestamp> previous_;
  std::map<std::int64_t, std::uint64_t> counts_;  // of steps in nanoseconds
  std::uint64_t steps_ = 0;
};

}  // namespace bedplate
