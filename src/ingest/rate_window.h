#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bedplate {

/// How many there were in each of the last seconds. Times are of a clock that never goes back.
class RateWindow {
 public:
  static constexpr std::size_t kSeconds = 64;

  void Add(std::uint64_t count, std::chrono::nanoseconds now) {
    Slot& slot = SlotOf(SecondOf(now));
    slot.count += count;
  }
  /// A second, over the last `seconds` whole ones, at most kSeconds - 1.
  [[nodiscard]] double PerSecond(std::size_t seconds, std::chrono::nanoseconds now) const {
    const std::int64_t current = SecondOf(now);
    std::uint64_t total = 0;
    for (const Slot& slot : slots_) {
      const std::int64_t age = current - slot.second;
      if (age >= 1 && age <= static_cast<std::int64_t>(seconds)) total += slot.count;
    }
    return static_cast<double>(total) / static_cast<double>(seconds);
  }

 private:
  struct Slot {
    std::int64_t second = INT64_MIN / 2;
    std::uint64_t count = 0;
  };

  static std::int64_t SecondOf(std::chrono::nanoseconds now) {
    return std::chrono::floor<std::chrono::seconds>(now).count();
  }
  Slot& SlotOf(std::int64_t second) {
    Slot& slot = slots_[static_cast<std::size_t>(second) % kSeconds];
    if (slot.second != second) slot = {second, 0};
    return slot;
  }

  std::array<Slot, kSeconds> slots_{};
};

}  // namespace bedplate
