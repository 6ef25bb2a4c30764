#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/path.h"
#include "services/last_values.h"
#include "services/tag_directory.h"

namespace bedplate {

/// What a subscriber is to be told: values that changed, or that the connection is alive.
struct LiveUpdate {
  enum class Kind { kNothing, kSamples, kHeartbeat };
  Kind kind = Kind::kNothing;
  Timestamp now;
  std::vector<LastValue> values;  // by path, for kSamples
};

class LiveHub;

/// One subscriber's view of the live values. It holds which tags changed, not what came, so that a
/// slow reader costs one set entry per tag and then sees the newest value of each.
class LiveSubscription {
 public:
  ~LiveSubscription();
  LiveSubscription(const LiveSubscription&) = delete;
  LiveSubscription& operator=(const LiveSubscription&) = delete;

  /// The first call gives every matching tag; then changes at most four times a second (a value
  /// that turned stale counts as a change) and a heartbeat each five seconds. One thread at a time.
  Result<LiveUpdate> Poll();

 private:
  friend class LiveHub;
  LiveSubscription(LiveHub& hub, std::vector<Glob> globs);

  [[nodiscard]] bool Wants(const std::string& path) const;
  void Note(const std::string& path);  // from the writer's thread
  std::vector<std::string> TakeChanged();
  void CollectStale(Timestamp now, std::vector<std::string>& paths) const;
  /// The tags at `paths`, which are sorted.
  [[nodiscard]] Result<std::vector<TagView>> Find(const std::vector<std::string>& paths) const;
  Result<LiveUpdate> First(LiveUpdate update);

  LiveHub& hub_;
  const std::vector<Glob> globs_;
  std::mutex mutex_;
  std::unordered_set<std::string> changed_;  // guarded by mutex_; at most the tags there are
  std::unordered_map<std::string, Timestamp> fresh_until_;  // of the tags that are not stale
  bool started_ = false;
  std::chrono::nanoseconds last_samples_{0};
  std::chrono::nanoseconds last_event_{0};
};

/// Tells subscribers which tags were written. Hand `Note` to the trust gate as its observer.
/// Arguments must outlive the hub, and the hub its subscriptions. Safe for concurrent use.
class LiveHub {
 public:
  static constexpr std::size_t kMaxSubscribers = 256;

  LiveHub(const TagDirectory& tags, const LastValues& values, const Clock& clock)
      : tags_(tags), values_(values), clock_(clock) {}

  /// kUnavailable when there are kMaxSubscribers already.
  Result<std::unique_ptr<LiveSubscription>> Subscribe(std::vector<Glob> globs);
  /// To be called after samples of `path` were stored.
  void Note(const std::string& path);
  [[nodiscard]] std::size_t subscribers() const;

 private:
  friend class LiveSubscription;

  const TagDirectory& tags_;
  const LastValues& values_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::set<LiveSubscription*> subscribers_;  // guarded by mutex_
  std::atomic<bool> has_subscribers_ = false;
};

}  // namespace bedplate
