#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "historian/historian.h"
#include "model/path.h"
#include "services/believed_clock.h"

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
/// the audit log; a round that deletes nothing leaves none. What cannot be deleted of some tags or
/// by one rule stands in the way of no other. What is deleted by mistake does not come back, so the
/// time is that of a BelievedClock, which the catalog keeps over restarts; where it has none yet,
/// that of the newest sample stands for it, and nothing may be stored before this is made. All but
/// the rules must outlive it.
class RetentionService {
 public:
  /// Is told how each round ended, by the thread that did it.
  using NoteRound = std::function<void(const Status&)>;

  RetentionService(Historian& historian, Catalog& catalog, const Clock& clock,
                   std::vector<RetentionRule> rules, NoteRound note_round = nullptr);
  ~RetentionService();
  RetentionService(const RetentionService&) = delete;
  RetentionService& operator=(const RetentionService&) = delete;

  /// One round; returns how many samples were deleted. Errors: the last one, after all else was
  /// deleted that can be.
  Result<std::uint64_t> Enforce();

 private:
  /// What of a rule's tags is too old.
  struct Expired {
    const RetentionRule* rule = nullptr;
    Timestamp cutoff;
    std::vector<TagRange> ranges;
  };

  /// What was done of that.
  struct Deleted {
    std::uint64_t samples = 0;
    std::size_t tags = 0;
    int failures = 0;
    Status outcome;  // the last failure
  };

  void Run();
  void Watch();
  void Round();
  Result<Timestamp> LookAtClock();
  Status StartClock();
  [[nodiscard]] std::vector<Expired> FindExpired(Timestamp now) const;
  Result<std::uint64_t> EnforceAll();
  [[nodiscard]] Deleted DeleteExpired(const Expired& expired);
  void DeleteOrHalve(std::span<const TagRange> ranges, Deleted& deleted);
  Status Record(const Expired& expired, const Deleted& deleted);

  Historian& historian_;
  Catalog& catalog_;
  const Clock& clock_;
  const std::vector<RetentionRule> rules_;
  const NoteRound note_round_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;                  // guarded by mutex_
  std::mutex round_mutex_;                 // one round at a time
  std::optional<BelievedClock> believed_;  // guarded by round_mutex_; empty: not read yet
  std::thread thread_;
};

}  // namespace bedplate
