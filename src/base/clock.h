#pragma once

#include <atomic>

#include "base/time.h"

namespace bedplate {

/// Where "now" comes from. Handed in, so that tests decide what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  /// The wall clock in UTC.
  [[nodiscard]] virtual Timestamp Now() const = 0;
  /// A clock that never goes back, for measuring and waiting; its zero means nothing.
  [[nodiscard]] virtual std::chrono::nanoseconds Monotonic() const = 0;
};

/// The operating system's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp Now() const override;
  [[nodiscard]] std::chrono::nanoseconds Monotonic() const override;
};

/// A clock that stands still until told to move. Safe to share between threads.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp now) : now_(now.nanoseconds()) {}

  [[nodiscard]] Timestamp Now() const override { return Timestamp(now_.load()); }
  [[nodiscard]] std::chrono::nanoseconds Monotonic() const override {
    return std::chrono::nanoseconds(now_.load());
  }
  void Advance(std::chrono::nanoseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace bedplate
