#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "historian/historian.h"
#include "model/path.h"

namespace bedplate {

/// How long the samples of some tags are kept.
struct RetentionRule {
  Glob tags;
  std::chrono::nanoseconds keep{0};
};

/// Reads `GLOB=DURATION`, such as `acme/**/vibration=90d`. Errors: kInvalidArgument; a duration
/// below a day is one, as whole days are what is dropped.
Result<RetentionRule> ParseRetentionRule(std::string_view text);

/// Deletes samples that are older than their rule allows, at once and then each hour. Whole UTC
/// days go, so a sample may stay up to a day longer. Of several rules that match a tag the first
/// counts; a tag that none matches keeps everything. `historian` and `clock` must outlive it.
class RetentionService {
 public:
  RetentionService(Historian& historian, const Clock& clock, std::vector<RetentionRule> rules);
  ~RetentionService();
  RetentionService(const RetentionService&) = delete;
  RetentionService& operator=(const RetentionService&) = delete;

  /// One round; returns how many samples were deleted.
  Result<std::uint64_t> Enforce();

 private:
  void Run();
  [[nodiscard]] std::vector<TagRange> FindExpired() const;

  Historian& historian_;
  const Clock& clock_;
  const std::vector<RetentionRule> rules_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bedplate
