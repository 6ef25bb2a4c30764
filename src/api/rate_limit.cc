#include "api/rate_limit.h"

#include <arpa/inet.h>

#include <algorithm>

namespace bedplate {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kGlobalWindow{60};

// One household or server owns a whole /64, so single IPv6 addresses mean nothing.
std::string KeyOf(std::string_view address) {
  in6_addr bytes{};
  if (inet_pton(AF_INET6, std::string(address).c_str(), &bytes) != 1) return std::string(address);
  return std::string(reinterpret_cast<const char*>(bytes.s6_addr), 8);
}

seconds RoundUp(nanoseconds wait) { return std::chrono::ceil<seconds>(wait); }

}  // namespace

FailureLimiter::FailureLimiter(const Clock& clock, FailureLimits limits)
    : clock_(clock), limits_(limits), window_start_(clock.Monotonic()) {}

seconds FailureLimiter::WaitOf(std::string_view address) const {
  const nanoseconds now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  nanoseconds until = now;
  if (window_failures_ >= limits_.global_failures) until = window_start_ + kGlobalWindow;
  if (const auto found = entries_.find(KeyOf(address)); found != entries_.end()) {
    until = std::max(until, found->second.blocked_until);
  }
  return RoundUp(std::max(until - now, nanoseconds(0)));
}

void FailureLimiter::Failed(std::string_view address) {
  const nanoseconds now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  CountGlobally(now);
  std::string key = KeyOf(address);
  if (!entries_.contains(key)) MakeRoom(now);
  Entry& entry = entries_[std::move(key)];
  if (now - entry.last > limits_.forgotten_after) entry.failures = 0;
  ++entry.failures;
  entry.last = now;
  entry.blocked_until = now + PenaltyOf(entry.failures);
}

void FailureLimiter::Succeeded(std::string_view address) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(KeyOf(address)); found != entries_.end()) {
    entries_.erase(found);
  }
}

seconds FailureLimiter::PenaltyOf(unsigned failures) const {
  if (failures < limits_.free_failures) return seconds(0);
  const unsigned doublings = std::min(failures - limits_.free_failures, 16U);
  return std::min(limits_.first_wait * (1U << doublings), limits_.longest_wait);
}

void FailureLimiter::MakeRoom(nanoseconds now) {
  if (entries_.size() < limits_.address_limit) return;
  std::erase_if(entries_,
                [&](const auto& item) { return now - item.second.last > limits_.forgotten_after; });
  if (entries_.size() < limits_.address_limit) return;
  entries_.erase(
      std::min_element(entries_.begin(), entries_.end(),
                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
}

void FailureLimiter::CountGlobally(nanoseconds now) {
  if (now - window_start_ > kGlobalWindow) {
    window_start_ = now;
    window_failures_ = 0;
  }
  ++window_failures_;
}

}  // namespace bedplate
