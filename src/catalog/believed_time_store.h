#pragma once

#include <chrono>
#include <optional>

#include "base/result.h"
#include "base/time.h"

namespace bedplate {

/// A time that the clock tells and that is not believed yet. It goes on with the time that passes.
struct ClockClaim {
  Timestamp time;
  std::chrono::nanoseconds told{0};  // how long the clock has told it while a process ran

  bool operator==(const ClockClaim&) const = default;
};

/// What time it is believed to be, and what the clock says against it.
struct BelievedTime {
  Timestamp time;
  std::optional<ClockClaim> ahead = std::nullopt;   // the least that was told of more than `time`
  std::optional<ClockClaim> behind = std::nullopt;  // the most that was told of less

  bool operator==(const BelievedTime&) const = default;
};

/// Keeps the believed time from one process to the next.
class BelievedTimeStore {
 public:
  virtual ~BelievedTimeStore() = default;
  /// Nothing before the first Write.
  [[nodiscard]] virtual Result<std::optional<BelievedTime>> Read() const = 0;
  /// Durable when it returns; replaces what there is.
  virtual Status Write(const BelievedTime& time) = 0;
};

}  // namespace bedplate
