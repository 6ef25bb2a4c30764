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

/// Between two looks at the clock, and how many of them there are in an hour.
constexpr std::chrono::minutes kPeriod(5);
constexpr int kPeriodsInRound = 12;
constexpr std::chrono::nanoseconds kDay = std::chrono::hours(24);
/// Appends wait while a deletion is made known, so one does not take too many tags.
constexpr std::size_t kMaxTagsAtOnce = 10'000;

std::optional<Timestamp> NewestSample(const Historian& historian, const Glob& tags) {
  std::optional<Timestamp> newest;
  for (const SeriesInfo& series : historian.List(tags)) newest = std::max(newest, series.last);
  return newest;
}

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

RetentionService::RetentionService(Historian& historian, Catalog& catalog, const Clock& clock,
                                   std::vector<RetentionRule> rules)
    : historian_(historian), catalog_(catalog), clock_(clock), rules_(std::move(rules)) {
  if (rules_.empty()) return;
  // Here, as what is stored from now on may have its time from a clock that is wrong.
  Watch();
  thread_ = std::thread([this] { Run(); });
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
  for (int period = 0; !stopping_; ++period) {
    lock.unlock();
    if (period % kPeriodsInRound == 0) {
      Round();
    } else {
      Watch();
    }
    lock.lock();
    wake_.wait_for(lock, kPeriod, [this] { return stopping_; });
  }
}

void RetentionService::Round() {
  const auto deleted = Enforce();
  if (!deleted.ok()) {
    spdlog::error("retention: {}; tried again in an hour", deleted.error().ToString());
  } else if (*deleted > 0) {
    spdlog::info("retention: {} samples deleted", *deleted);
  }
}

void RetentionService::Watch() {
  const std::lock_guard round(round_mutex_);
  if (const auto now = LookAtClock(); !now.ok()) {
    spdlog::error("retention: {}; nothing is deleted meanwhile", now.error().ToString());
  }
}

Result<std::uint64_t> RetentionService::Enforce() {
  const std::lock_guard round(round_mutex_);
  ASSIGN_OR_RETURN(const Timestamp now, LookAtClock());
  std::uint64_t deleted = 0;
  for (const Expired& expired : FindExpired(now)) {
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
    RETURN_IF_ERROR(catalog_.audit().Record(
        "retention", "samples.delete",
        fmt::format("rule {}: {} samples of {} tags before {}",
                    expired.rule->tags.pattern() + '=' + FormatDuration(expired.rule->keep),
                    deleted, tags, FormatTimestamp(expired.cutoff))));
  }
  RETURN_IF_ERROR(std::move(outcome));
  return deleted;
}

/// The time to go by, kept for the next process. Under round_mutex_.
Result<Timestamp> RetentionService::LookAtClock() {
  if (!believed_) RETURN_IF_ERROR(StartClock());
  const Timestamp now = believed_->Look();
  // Without it the next process goes on from an earlier time, which deletes less.
  if (const Status kept = catalog_.believed_time().Write(believed_->state()); !kept.ok()) {
    spdlog::warn("retention: the time is not kept: {}", kept.error().ToString());
  }
  return now;
}

Status RetentionService::StartClock() {
  ASSIGN_OR_RETURN(const auto known, catalog_.believed_time().Read());
  if (known) {
    believed_.emplace(clock_, *known);
    return {};
  }
  ASSIGN_OR_RETURN(const Glob all, Glob::Parse("**"));
  Timestamp time = clock_.Now();
  if (const auto newest = NewestSample(historian_, all)) time = std::min(time, *newest);
  believed_.emplace(clock_, BelievedTime{.time = time});
  return {};
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
