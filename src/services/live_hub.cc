#include "services/live_hub.h"

#include <fmt/format.h>

#include <algorithm>

namespace bedplate {
namespace {

constexpr std::chrono::nanoseconds kLeastPause = std::chrono::milliseconds(250);
constexpr std::chrono::nanoseconds kHeartbeat = std::chrono::seconds(5);
constexpr std::size_t kFewTags = 100;  // beyond this one listing is cheaper than many look-ups

}  // namespace

LiveSubscription::LiveSubscription(LiveHub& hub, std::vector<Glob> globs)
    : hub_(hub), globs_(std::move(globs)) {}

LiveSubscription::~LiveSubscription() {
  const std::lock_guard guard(hub_.mutex_);
  hub_.subscribers_.erase(this);
  hub_.has_subscribers_ = !hub_.subscribers_.empty();
}

bool LiveSubscription::Wants(const std::string& path) const {
  return std::any_of(globs_.begin(), globs_.end(),
                     [&path](const Glob& glob) { return glob.Matches(path); });
}

void LiveSubscription::Note(const std::string& path) {
  const std::lock_guard guard(mutex_);
  // Asking the set first keeps the globs out of the way of a tag that is written all the time.
  if (!changed_.contains(path) && Wants(path)) changed_.insert(path);
}

std::vector<std::string> LiveSubscription::TakeChanged() {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> paths(changed_.begin(), changed_.end());
  changed_.clear();
  return paths;
}

void LiveSubscription::CollectStale(Timestamp now, std::vector<std::string>& paths) const {
  for (const auto& [path, until] : fresh_until_) {
    if (until < now) paths.push_back(path);
  }
}

Result<std::vector<TagView>> LiveSubscription::Find(const std::vector<std::string>& paths) const {
  std::vector<TagView> views;
  if (paths.size() > kFewTags) {
    ASSIGN_OR_RETURN(views, hub_.tags_.Match(globs_));
    std::erase_if(views, [&paths](const TagView& view) {
      return !std::binary_search(paths.begin(), paths.end(), view.tag.path);
    });
    return views;
  }
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(TagView view, hub_.tags_.Find(path));
    views.push_back(std::move(view));
  }
  return views;
}

Result<LiveUpdate> LiveSubscription::First(LiveUpdate update) {
  ASSIGN_OR_RETURN(std::vector<TagView> views, hub_.tags_.Match(globs_));
  ASSIGN_OR_RETURN(update.values, hub_.values_.Of(std::move(views)));
  update.kind = LiveUpdate::Kind::kSamples;
  started_ = true;
  return update;
}

Result<LiveUpdate> LiveSubscription::Poll() {
  const std::chrono::nanoseconds now = hub_.clock_.Monotonic();
  LiveUpdate update;
  update.now = hub_.clock_.Now();
  if (!started_) {
    ASSIGN_OR_RETURN(update, First(std::move(update)));
  } else if (now - last_samples_ >= kLeastPause) {
    std::vector<std::string> paths = TakeChanged();
    CollectStale(update.now, paths);
    std::ranges::sort(paths);
    paths.erase(std::ranges::unique(paths).begin(), paths.end());
    ASSIGN_OR_RETURN(std::vector<TagView> views, Find(paths));
    ASSIGN_OR_RETURN(update.values, hub_.values_.Of(std::move(views)));
    if (!update.values.empty()) update.kind = LiveUpdate::Kind::kSamples;
  }
  if (update.kind == LiveUpdate::Kind::kSamples) {
    last_samples_ = now;
  } else if (now - last_event_ >= kHeartbeat) {
    update.kind = LiveUpdate::Kind::kHeartbeat;
  }
  if (update.kind != LiveUpdate::Kind::kNothing) last_event_ = now;
  for (const LastValue& value : update.values) {
    fresh_until_.erase(value.view.tag.path);
    if (!value.stale_after) continue;
    if (value.state == Liveness::kLive || value.state == Liveness::kBadQuality) {
      fresh_until_.emplace(value.view.tag.path, *value.stale_after);
    }
  }
  return update;
}

Result<std::unique_ptr<LiveSubscription>> LiveHub::Subscribe(std::vector<Glob> globs) {
  std::unique_ptr<LiveSubscription> subscription(new LiveSubscription(*this, std::move(globs)));
  const std::lock_guard guard(mutex_);
  if (subscribers_.size() >= kMaxSubscribers) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("{} live connections are open already; try again later",
                             kMaxSubscribers))
        .Retryable();
  }
  subscribers_.insert(subscription.get());
  has_subscribers_ = true;
  return subscription;
}

void LiveHub::Note(const std::string& path) {
  // Writers must not wait for each other when nobody listens; who comes now reads all values first.
  if (!has_subscribers_) return;
  const std::lock_guard guard(mutex_);
  for (LiveSubscription* subscription : subscribers_) subscription->Note(path);
}

std::size_t LiveHub::subscribers() const {
  const std::lock_guard guard(mutex_);
  return subscribers_.size();
}

}  // namespace bedplate
