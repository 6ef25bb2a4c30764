#include "services/retention_service.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace bedplate {
namespace {

constexpr std::chrono::hours kPeriod(1);
constexpr std::chrono::nanoseconds kDay = std::chrono::hours(24);
/// More than a clock that is being set right little by little goes wrong in a round.
constexpr std::chrono::nanoseconds kLeastJump = std::chrono::minutes(10);
/// Appends wait while a deletion is made known, so one does not take too many tags.
constexpr std::size_t kMaxTagsAtOnce = 10'000;

}  // namespace

Result<RetentionRule> ParseRetentionRule(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected GLOB=DURATION as in '**=90d', got '{}'", text));
  }
  auto tags = Glob::Parse(text.substr(0, equals));
  if (!tags.ok()) return std::move(tags).error().At(text);
  auto keep = ParseDuration(text.substr(equals + 1));
  if (!keep.ok()) return std::move(keep).error().At(text);
  if (*keep < kDay) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected a day or more, got '{}'", text.substr(equals + 1)))
        .At(text);
  }
  return RetentionRule{*std::move(tags), *keep};
}

RetentionService::RetentionService(Historian& historian, AuditLog& audit, const Clock& clock,
                                   std::vector<RetentionRule> rules)
    : historian_(historian),
      audit_(audit),
      clock_(clock),
      rules_(std::move(rules)),
      believed_(clock.Now()),
      believed_at_(clock.Monotonic()) {
  if (!rules_.empty()) thread_ = std::thread([this] { Run(); });
}

RetentionService::~RetentionService() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RetentionService::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto deleted = Enforce();
    if (!deleted.ok()) {
      spdlog::error("retention: {}; tried again in an hour", deleted.error().ToString());
    } else if (*deleted > 0) {
      spdlog::info("retention: {} samples deleted", *deleted);
    }
    lock.lock();
    wake_.wait_for(lock, kPeriod, [this] { return stopping_; });
  }
}

Result<std::uint64_t> RetentionService::Enforce() {
  const std::lock_guard round(round_mutex_);
  std::uint64_t deleted = 0;
  for (const Expired& expired : FindExpired(BelievedNow())) {
    ASSIGN_OR_RETURN(const std::uint64_t samples, DeleteExpired(expired));
    deleted += samples;
  }
  return deleted;
}

Result<std::uint64_t> RetentionService::DeleteExpired(const Expired& expired) {
  std::span<const TagRange> rest = expired.ranges;
  std::uint64_t deleted = 0;
  std::size_t tags = 0;
  Status outcome;
  while (!rest.empty() && outcome.ok()) {
    const auto batch = rest.first(std::min(kMaxTagsAtOnce, rest.size()));
    const auto samples = historian_.Delete(batch);
    if (samples.ok()) {
      deleted += *samples;
      tags += batch.size();
    } else {
      outcome = samples.error();
    }
    rest = rest.subspan(batch.size());
  }
  // Also what was deleted before a failure has its entry.
  if (deleted > 0) {
    RETURN_IF_ERROR(audit_.Record(
        "retention", "samples.delete",
        fmt::format("rule {}: {} samples of {} tags before {}",
                    expired.rule->tags.pattern() + '=' + FormatDuration(expired.rule->keep),
                    deleted, tags, FormatTimestamp(expired.cutoff))));
  }
  RETURN_IF_ERROR(std::move(outcome));
  return deleted;
}

/// The time of day, but for a day after a jump ahead what it would be without the jump. Under
/// round_mutex_.
Timestamp RetentionService::BelievedNow() {
  const Timestamp now = clock_.Now();
  const auto monotonic = clock_.Monotonic();
  const Timestamp expected = believed_ + (monotonic - believed_at_);
  const bool has_jumped = now > expected + kLeastJump;
  if (has_jumped && !jumped_at_) {
    jumped_at_ = monotonic;
    spdlog::warn("retention: the clock jumped from {} to {}; not believed for a day",
                 FormatTimestamp(expected), FormatTimestamp(now));
  }
  if (has_jumped && monotonic - *jumped_at_ < kDay) return expected;
  jumped_at_.reset();
  believed_ = now;
  believed_at_ = monotonic;
  return now;
}

/// By rule, of each tag with something too old the part that is.
std::vector<RetentionService::Expired> RetentionService::FindExpired(Timestamp now) const {
  std::vector<Expired> all;
  std::set<TagId> ruled;
  for (const RetentionRule& rule : rules_) {
    const Timestamp limit = now - rule.keep;
    Expired expired{.rule = &rule,
                    .cutoff = Timestamp(limit.nanoseconds() - limit.nanoseconds() % kDay.count()),
                    .ranges = {}};
    for (const SeriesInfo& series : historian_.List(rule.tags)) {
      if (!ruled.insert(series.id).second || !series.first) continue;
      if (*series.first < expired.cutoff) {
        expired.ranges.push_back({series.id, {kMinTimestamp, expired.cutoff}});
      }
    }
    if (!expired.ranges.empty()) all.push_back(std::move(expired));
  }
  return all;
}

}  // namespace bedplate
