#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "api/http.h"
#include "api/server_metrics.h"

namespace bedplate {

/// Counts the answers of each operation. Safe for concurrent use, and of bounded size.
class RequestCounts {
 public:
  /// `router` must outlive the counts and not change.
  explicit RequestCounts(const Router& router);

  /// `route` is null where none was found.
  void Add(const Route* route, int status, std::chrono::nanoseconds time);
  [[nodiscard]] std::vector<OperationMetrics> Read() const;

 private:
  static constexpr std::array kStatuses = {200, 201, 204, 304, 400, 401, 403, 404, 405, 408,
                                           409, 413, 422, 429, 431, 499, 500, 503, 507, 0};
  struct Counts {
    std::array<std::atomic<std::uint64_t>, kStatuses.size()> answers{};
    std::array<std::atomic<std::uint64_t>, kAnswerBoundsSeconds.size() + 1> times{};
    std::atomic<std::int64_t> time_ns = 0;
  };

  const Router& router_;
  std::vector<Counts> counts_;  // by route, then that of none
};

}  // namespace bedplate
