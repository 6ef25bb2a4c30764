#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bedplate {

/// Bounds of the time in which requests are answered, in seconds.
inline constexpr std::array kAnswerBoundsSeconds = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0};

/// What became of the requests for one operation.
struct OperationMetrics {
  std::string operation;  // its operation_id; "none" where no operation was found
  std::vector<std::pair<int, std::uint64_t>> answers;  // by HTTP status; 0: any other
  /// By the time until the answer was there; the last took longer than all bounds.
  std::array<std::uint64_t, kAnswerBoundsSeconds.size() + 1> times{};
  double seconds = 0;  // all together
};

/// What the bounds of the server are doing.
struct ServerMetrics {
  std::uint64_t connections = 0;  // open now
  std::uint64_t connection_limit = 0;
  std::uint64_t requests = 0;             // since the start
  std::uint64_t refused_connections = 0;  // beyond connection_limit
  std::uint64_t refused_requests = 0;     // beyond queue_limit or the budgets of bodies and answers
  std::uint64_t queued = 0;               // waiting for a worker now
  std::uint64_t queue_limit = 0;
  std::uint64_t body_bytes = 0;  // request bodies in memory now
  std::uint64_t body_budget_bytes = 0;
  std::uint64_t answer_bytes = 0;  // answers that are being sent
  std::uint64_t answer_budget_bytes = 0;
  std::vector<OperationMetrics> operations;  // but those that nobody called
};

}  // namespace bedplate
