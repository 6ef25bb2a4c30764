#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "ingest/sink.h"
#include "services/workspace.h"

namespace bedplate {

/// The first segment of the paths under which Bedplate writes its own figures:
/// `bedplate/NODE/historian/appended_samples`, NODE being the computer.
inline constexpr std::string_view kOwnMetricsRoot = "bedplate";

/// Whether `path` is that of a figure of Bedplate's own. They are tags like any other, but no part
/// of the plant: what is counted of the plant leaves them out.
bool IsOwnMetric(std::string_view path) noexcept;

/// The name of this computer as a segment of a path: lower-case letters, digits and hyphens.
std::string NodeName();

/// From `now` to the begin of the next minute of the clock: above 0, at most a minute.
std::chrono::nanoseconds UntilNextMinute(Timestamp now) noexcept;

/// Writes the main figures of the historian into itself as tags, once a minute, so that they can be
/// trended, queried and watched like any other: one sample of each at the begin of each minute. A
/// round is left out while the historian does not take appends as it should: on a full disk, after
/// damage, or when it is only read.
class OwnMetrics {
 public:
  /// `workspace` and `clock` must outlive it. Without a thread only WriteOnce writes.
  OwnMetrics(Workspace& workspace, const Clock& clock, std::string node);
  ~OwnMetrics();
  OwnMetrics(const OwnMetrics&) = delete;
  OwnMetrics& operator=(const OwnMetrics&) = delete;

  /// Begins with the rounds, the first of which comes with the next minute.
  void Start();
  /// One round, for the minute that it is, unless that has one. Returns whether something was
  /// written.
  Result<bool> WriteOnce();

 private:
  void Run();
  [[nodiscard]] std::vector<PathBatch> ReadFigures(Timestamp time) const;

  Workspace& workspace_;
  const Clock& clock_;
  const std::string folder_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  Timestamp written_;      // the minute of the last round
  std::thread thread_;
};

}  // namespace bedplate
