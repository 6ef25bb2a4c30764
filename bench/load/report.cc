#include "load/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bedplate::bench {

void Report::AddAnswer(std::int64_t latency_us, std::uint64_t samples) {
  const std::lock_guard lock(mutex_);
  latencies_us_.push_back(latency_us);
  samples_ += samples;
}

void Report::AddRefusal() {
  const std::lock_guard lock(mutex_);
  ++refused_;
}

std::string Report::ToJson(double seconds) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> sorted = latencies_us_;
  std::sort(sorted.begin(), sorted.end());
  return fmt::format(R"({{"seconds": {:.6f}, "samples": {}, "refused": {}, "latency_us": [{}]}})",
                     seconds, samples_, refused_, fmt::join(sorted, ", "));
}

}  // namespace bedplate::bench
