#pragma once

#include <atomic>
#include <cstdint>

namespace bedplate::modbus {

/// Of all endpoints of a source, since it was made.
struct PollCounts {
  std::atomic<std::uint64_t> answers = 0;  // with data
  std::atomic<std::uint64_t> exceptions = 0;
  std::atomic<std::uint64_t> timeouts = 0;
  std::atomic<std::uint64_t> late_answers = 0;
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> connections_lost = 0;
  /// Moments at which nothing was read because a read before took too long, nobody answered, or
  /// the stores were behind.
  std::atomic<std::uint64_t> skipped = 0;
};

}  // namespace bedplate::modbus
