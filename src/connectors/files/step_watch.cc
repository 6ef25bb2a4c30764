#include "connectors/files/step_watch.h"

#include <algorithm>
#include <cstdlib>

namespace bedplate {
namespace {

constexpr std::int64_t kDay = std::chrono::nanoseconds(std::chrono::hours(24)).count();
constexpr std::int64_t kShortestMonthLess1 = 27 * kDay;

bool IsJump(std::int64_t step, std::int64_t usual) {
  const bool against = (step < 0) != (usual < 0);
  if (against) return std::abs(step) >= kDay;
  return std::abs(step - usual) >= kShortestMonthLess1;
}

}  // namespace

void StepWatch::Add(Timestamp time) {
  if (previous_) {
    const std::int64_t step = time.nanoseconds() - previous_->nanoseconds();
    ++steps_;
    if (counts_.size() < kMaxKinds || counts_.contains(step)) ++counts_[step];
  }
  previous_ = time;
}

std::optional<TimeJumps> StepWatch::Find() const {
  if (counts_.empty()) return std::nullopt;
  const auto by_count = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto usual = std::max_element(counts_.begin(), counts_.end(), by_count);
  const bool regular = usual->second * 2 > steps_ && usual->first != 0;
  if (!regular || std::abs(usual->first) > kDay) return std::nullopt;
  TimeJumps jumps{.steps = steps_,
                  .other = steps_ - usual->second,
                  .usual = std::chrono::nanoseconds(usual->first)};
  bool found = false;
  for (const auto& [step, count] : counts_) {
    found |= IsJump(step, usual->first);
    if (step != usual->first && std::abs(step) > std::abs(jumps.largest.count())) {
      jumps.largest = std::chrono::nanoseconds(step);
    }
  }
  return found ? std::optional(jumps) : std::nullopt;
}

}  // namespace bedplate
