#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bedplate::historian {

/// An hour or minute of UTC is cut off from its neighbours if it has at least this many samples:
/// half a block, so that blocks stay large and bytes per sample do not grow
/// (docs/decisions/0014-roll-ups-are-headers.md has the figures).
inline constexpr std::size_t kRollUpSamples = 2048;

/// Says where a series is cut into blocks so that their headers are its roll-ups: behind each whole
/// hour and minute that has kRollUpSamples. Everything else is cut into blocks as large as can be.
/// One object for each series, asked from its first sample to its last.
class RollUpCuts {
 public:
  /// How many of `times`, which ascend and follow those that were taken, make the next block: at
  /// most kMaxBlockSamples, 0 when more of them must be known first. `is_end`: there are no more.
  [[nodiscard]] std::size_t NextBlock(std::span<const std::int64_t> times, bool is_end) const;
  /// `times` became a block; there is at least one.
  void Take(std::span<const std::int64_t> times);

 private:
  /// What was taken of the period, counted in its lengths since 1970, of the last sample.
  struct Taken {
    std::int64_t period = -1;
    std::int64_t first_time = 0;
    std::size_t count = 0;
  };

  [[nodiscard]] std::size_t FirstCut(std::span<const std::int64_t> times, std::int64_t length,
                                     const Taken& taken) const;

  std::array<Taken, 2> taken_;  // by kLengths
};

}  // namespace bedplate::historian
