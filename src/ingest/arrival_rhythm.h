#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace bedplate {

/// How often data usually come, from the gaps between arrivals. Those that come close together are
/// one arrival, so that a burst each minute has a rhythm of a minute. Times are of a clock that
/// never goes back.
class ArrivalRhythm {
 public:
  using Time = std::chrono::nanoseconds;
  static constexpr std::chrono::milliseconds kTogether{100};

  void Arrived(Time now);
  /// A connection began: the time without one is no gap.
  void Interrupt() { last_.reset(); }
  /// The median of the newest gaps; nothing before there are kFewest.
  [[nodiscard]] std::optional<Time> Usual() const;

 private:
  static constexpr std::size_t kKept = 64;
  static constexpr std::size_t kFewest = 3;

  std::array<Time, kKept> gaps_{};
  std::size_t count_ = 0;  // of all gaps; the newest kKept are kept
  std::optional<Time> last_;
};

}  // namespace bedplate
