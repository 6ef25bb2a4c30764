#include "ingest/backoff.h"

#include <algorithm>

namespace bedplate {
namespace {

bool IsInVain(ErrorCode code) {
  return code == ErrorCode::kUnauthenticated || code == ErrorCode::kPermissionDenied ||
         code == ErrorCode::kInvalidArgument || code == ErrorCode::kUnsupported;
}

}  // namespace

std::chrono::nanoseconds Backoff::Next(const Error& error) {
  constexpr unsigned kMostDoublings = 10;
  const unsigned doublings = std::min(failures_++, kMostDoublings);
  const std::chrono::milliseconds wait =
      IsInVain(error.code()) ? kMostInVain : std::min(kFirst * (1U << doublings), kMost);
  std::uniform_real_distribution<double> jitter(1 - kJitter, 1 + kJitter);
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(wait.count()) * 1e6 * jitter(random_)));
}

}  // namespace bedplate
