#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace bedplate::modbus {

/// When what is to be read next. Each task has a rhythm of its own, which does not drift: its
/// moments are a whole number of intervals apart, and those that were missed are left out.
class Schedule {
 public:
  using Time = std::chrono::nanoseconds;  // of Clock::Monotonic

  struct Moment {
    Time at{0};
    std::size_t task = 0;
  };

  /// Tasks are numbered from 0 in the order of Add. `interval` > 0.
  void Add(Time first, Time interval);
  [[nodiscard]] bool empty() const noexcept { return due_.empty(); }
  /// The earliest moment, which may have passed. Not when empty (CHECK).
  [[nodiscard]] Moment Next() const;
  /// The task of Next() is begun: its next moment is the first of its rhythm after `now`. Returns
  /// how many were missed.
  std::uint64_t Begin(std::size_t task, Time now);
  /// The task is due at `now`, and its rhythm begins there.
  void Hurry(std::size_t task, Time now);

 private:
  struct Task {
    Time interval{0};
    Time due{0};
  };

  void MoveTo(std::size_t task, Time due);

  std::vector<Task> tasks_;
  std::set<std::pair<Time, std::size_t>> due_;
};

}  // namespace bedplate::modbus
