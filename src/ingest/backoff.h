#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "base/result.h"

namespace bedplate {

/// How long a source waits before it tries again: twice as long each time, up to a bound, and a
/// little more or less so that many do not come at once.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{200};
  /// Low, so that data flow again soon after the peer is back.
  static constexpr std::chrono::milliseconds kMost{3'500};
  /// Where only a person can help: a wrong password is not to be tried until the account is locked.
  static constexpr std::chrono::milliseconds kMostInVain{30'000};
  static constexpr double kJitter = 0.25;  // of the time, up or down

  explicit Backoff(std::uint64_t seed) : random_(seed) {}

  /// The time to wait after `error`.
  std::chrono::nanoseconds Next(const Error& error);
  /// The connection held: the next failure is a first one.
  void Succeeded() noexcept { failures_ = 0; }

 private:
  std::mt19937_64 random_;
  unsigned failures_ = 0;
};

}  // namespace bedplate
