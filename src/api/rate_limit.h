#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace bedplate {

struct FailureLimits {
  unsigned free_failures = 10;  // per address, before answers slow down
  std::chrono::seconds first_wait{1};
  std::chrono::seconds longest_wait{60};
  std::chrono::seconds forgotten_after{900};  // without another failure
  unsigned global_failures = 1000;            // over all addresses in a minute
  std::size_t address_limit = 4096;           // remembered; beyond it the oldest goes
};

/// Slows down whoever guesses credentials: after ten failures an address waits one second, and
/// twice as long after each further one, up to a minute. A budget over all addresses bounds what a
/// crowd of them can cost. IPv6 addresses count by their /64. Safe for concurrent use.
class FailureLimiter {
 public:
  /// `clock` must outlive the limiter.
  explicit FailureLimiter(const Clock& clock, FailureLimits limits = {});

  /// How long `address` still has to wait; zero when it may try.
  [[nodiscard]] std::chrono::seconds WaitOf(std::string_view address) const;
  void Failed(std::string_view address);
  void Succeeded(std::string_view address);

 private:
  struct Entry {
    unsigned failures = 0;
    std::chrono::nanoseconds last{};
    std::chrono::nanoseconds blocked_until{};
  };

  [[nodiscard]] std::chrono::seconds PenaltyOf(unsigned failures) const;
  void MakeRoom(std::chrono::nanoseconds now);
  void CountGlobally(std::chrono::nanoseconds now);

  const Clock& clock_;
  const FailureLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::chrono::nanoseconds window_start_{};
  unsigned window_failures_ = 0;
};

}  // namespace bedplate
