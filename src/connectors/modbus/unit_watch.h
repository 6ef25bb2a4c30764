#pragma once

#include <chrono>

namespace bedplate::modbus {

/// Whether a unit is worth asking. One that was silent several times in a row costs its neighbours
/// on the same connection a time limit at each request, so it is asked seldom until it answers.
class UnitWatch {
 public:
  static constexpr int kMostSilences = 3;
  static constexpr std::chrono::seconds kProbeInterval{30};

  using Time = std::chrono::nanoseconds;  // of Clock::Monotonic

  [[nodiscard]] bool is_down() const noexcept { return silences_ >= kMostSilences; }
  [[nodiscard]] bool MayAsk(Time now) const noexcept { return !is_down() || now >= next_probe_; }
  void Answered() noexcept { silences_ = 0; }
  void Silent(Time now) noexcept {
    if (!is_down()) ++silences_;
    next_probe_ = now + kProbeInterval;
  }

 private:
  int silences_ = 0;  // in a row
  Time next_probe_{0};
};

}  // namespace bedplate::modbus
