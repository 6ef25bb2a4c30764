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

RetentionService::RetentionService(Historian& historian, const Clock& clock,
                                   std::vector<RetentionRule> rules)
    : historian_(historian), clock_(clock), rules_(std::move(rules)) {
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
  const std::vector<TagRange> expired = FindExpired();
  std::span<const TagRange> rest = expired;
  std::uint64_t deleted = 0;
  while (!rest.empty()) {
    const auto batch = rest.first(std::min(kMaxTagsAtOnce, rest.size()));
    ASSIGN_OR_RETURN(const std::uint64_t samples, historian_.Delete(batch));
    deleted += samples;
    rest = rest.subspan(batch.size());
  }
  return deleted;
}

/// Of each tag with something too old the part that is.
std::vector<TagRange> RetentionService::FindExpired() const {
  std::vector<TagRange> expired;
  std::set<TagId> ruled;
  for (const RetentionRule& rule : rules_) {
    const Timestamp limit = clock_.Now() - rule.keep;
    const Timestamp cutoff(limit.nanoseconds() - limit.nanoseconds() % kDay.count());
    for (const SeriesInfo& series : historian_.List(rule.tags)) {
      if (!ruled.insert(series.id).second || !series.first || *series.first >= cutoff) continue;
      expired.push_back({series.id, {kMinTimestamp, cutoff}});
    }
  }
  return expired;
}

}  // namespace bedplate
