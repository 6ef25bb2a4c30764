#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace bedplate::bench {

/// What the clients of a run saw; safe for concurrent use. Printed as one line of JSON.
class Report {
 public:
  void AddAnswer(std::int64_t latency_us, std::uint64_t samples);
  /// A 503: the server asked to send the same again later.
  void AddRefusal();

  /// `{"seconds", "samples", "refused", "latency_us": […]}`, latencies in ascending order.
  [[nodiscard]] std::string ToJson(double seconds) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t samples_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<std::int64_t> latencies_us_;
};

}  // namespace bedplate::bench
