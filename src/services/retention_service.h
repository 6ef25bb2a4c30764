#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/audit_log.h"
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
/// counts; a tag that none matches keeps everything. What a rule deleted in a round is an entry of
/// the audit log; a round that deletes nothing leaves none. A clock that jumps ahead is not
/// believed for a day, as what is deleted by mistake does not come back. All but the rules must
/// outlive it.
class RetentionService {
 public:
  RetentionService(Historian& historian, AuditLog& audit, const Clock& clock,
                   std::vector<RetentionRule> rules);
  ~RetentionService();
  RetentionService(const RetentionService&) = delete;
  RetentionService& operator=(const RetentionService&) = delete;

  /// One round; returns how many samples were deleted.
  Result<std::uint64_t> Enforce();

 private:
  /// What of a rule's tags is too old.
  struct Expired {
    const RetentionRule* rule = nullptr;
    Timestamp cutoff;
    std::vector<TagRange> ranges;
  };

  void Run();
  Timestamp BelievedNow();
  [[nodiscard]] std::vector<Expired> FindExpired(Timestamp now) const;
  Result<std::uint64_t> DeleteExpired(const Expired& expired);

  Historian& historian_;
  AuditLog& audit_;
  const Clock& clock_;
  const std::vector<RetentionRule> rules_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;   // guarded by mutex_
  std::mutex round_mutex_;  // one round at a time
  // Guarded by round_mutex_: a time that was believed, and when it was, by the monotonic clock.
  Timestamp believed_;
  std::chrono::nanoseconds believed_at_;
  std::optional<std::chrono::nanoseconds> jumped_at_;  // of a jump that is not believed yet
  std::thread thread_;
};

}  // namespace bedplate
