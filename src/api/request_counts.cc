#include "api/request_counts.h"

#include <algorithm>

namespace bedplate {

using Seconds = std::chrono::duration<double>;

RequestCounts::RequestCounts(const Router& router)
    : router_(router), counts_(router.routes().size() + 1) {}

void RequestCounts::Add(const Route* route, int status, std::chrono::nanoseconds time) {
  const std::vector<Route>& routes = router_.routes();
  const auto index =
      route == nullptr ? routes.size() : static_cast<std::size_t>(route - routes.data());
  Counts& counts = counts_[index];
  const auto known = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  ++counts.answers[static_cast<std::size_t>(known - kStatuses.begin())];
  const auto bound = std::lower_bound(kAnswerBoundsSeconds.begin(), kAnswerBoundsSeconds.end(),
                                      Seconds(time).count());
  ++counts.times[static_cast<std::size_t>(bound - kAnswerBoundsSeconds.begin())];
  counts.time_ns += time.count();
}

std::vector<OperationMetrics> RequestCounts::Read() const {
  const std::vector<Route>& routes = router_.routes();
  std::vector<OperationMetrics> all;
  for (std::size_t i = 0; i <= routes.size(); ++i) {
    const Counts& counts = counts_[i];
    OperationMetrics metrics;
    metrics.operation = i < routes.size() ? routes[i].operation_id : "none";
    for (std::size_t j = 0; j < kStatuses.size(); ++j) {
      const std::uint64_t answers = counts.answers[j];
      if (answers > 0) metrics.answers.emplace_back(kStatuses[j], answers);
    }
    if (metrics.answers.empty()) continue;
    std::copy(counts.times.begin(), counts.times.end(), metrics.times.begin());
    metrics.seconds = Seconds(std::chrono::nanoseconds(counts.time_ns)).count();
    all.push_back(std::move(metrics));
  }
  return all;
}

}  // namespace bedplate
