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
/// Deletions of one rule that may fail in a round: enough to find a few tags among very many, and
/// not so many that a broken disk is asked without end.
constexpr int kMaxFailures = 64;

/// Whether a deletion of fewer tags may succeed: not so on a full disk, say.
bool MayBeOfOneTag(const Error& error) {
  return error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kIo ||
         error.code() == ErrorCode::kNotFound || error.code() == ErrorCode::kInvalidArgument;
}

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
                                   std::vector<RetentionRule> rules, NoteRound note_round)
    : historian_(historian),
      catalog_(catalog),
      clock_(clock),
      rules_(std::move(rules)),
      note_round_(std::move(note_round)) {
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
  auto deleted = EnforceAll();
  if (note_round_) note_round_(deleted.ok() ? Status() : Status(deleted.error()));
  return deleted;
}

/// Under round_mutex_.
Result<std::uint64_t> RetentionService::EnforceAll() {
  ASSIGN_OR_RETURN(const Timestamp now, LookAtClock());
  std::uint64_t samples = 0;
  Status outcome;
  for (const Expired& expired : FindExpired(now)) {
    Deleted deleted = DeleteExpired(expired);
    samples += deleted.samples;
    if (!deleted.outcome.ok()) outcome = std::move(deleted.outcome);
  }
  RETURN_IF_ERROR(std::move(outcome));
  return samples;
}

RetentionService::Deleted RetentionService::DeleteExpired(const Expired& expired) {
  Deleted deleted;
  std::span<const TagRange> rest = expired.ranges;
  while (!rest.empty()) {
    const auto batch = rest.first(std::min(kMaxTagsAtOnce, rest.size()));
    DeleteOrHalve(batch, deleted);
    rest = rest.subspan(batch.size());
  }
  // Also what was deleted before a failure has its entry.
  if (deleted.samples > 0) {
    if (Status recorded = Record(expired, deleted); !recorded.ok()) {
      deleted.outcome = std::move(recorded);
    }
  }
  return deleted;
}

/// One deletion is all or nothing, so where it fails the halves are tried, down to the tags that
/// cannot be deleted from.
void RetentionService::DeleteOrHalve(std::span<const TagRange> ranges, Deleted& deleted) {
  if (deleted.failures >= kMaxFailures) return;
  const auto samples = historian_.Delete(ranges);
  if (samples.ok()) {
    deleted.samples += *samples;
    deleted.tags += ranges.size();
    return;
  }
  ++deleted.failures;
  deleted.outcome = samples.error();
  if (!MayBeOfOneTag(samples.error())) {
    deleted.failures = kMaxFailures;
  } else if (ranges.size() > 1) {
    const std::size_t half = ranges.size() / 2;
    DeleteOrHalve(ranges.first(half), deleted);
    DeleteOrHalve(ranges.subspan(half), deleted);
  }
}

Status RetentionService::Record(const Expired& expired, const Deleted& deleted) {
  return catalog_.audit().Record(
      "retention", "samples.delete",
      fmt::format("rule {}: {} samples of {} tags before {}",
                  expired.rule->tags.pattern() + '=' + FormatDuration(expired.rule->keep),
                  deleted.samples, deleted.tags, FormatTimestamp(expired.cutoff)));
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
