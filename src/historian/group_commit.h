#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "historian/historian.h"
#include "historian/series_registry.h"

namespace bedplate::historian {

/// One Append on its way to the log.
struct Commit {
  std::span<const TagBatch> batches;
  std::vector<Series*> series;  // of each batch
  Bytes frame;                  // from WalWriter::NewFrame, with the records
  std::optional<Result<AppendResult>> result;
};

/// Lets many producers share one write: whoever gets the turn writes for all that wait.
class GroupCommit {
 public:
  /// Sets `result` of every commit it is given.
  using Write = std::function<void(std::span<Commit* const>)>;

  explicit GroupCommit(Write write) : write_(std::move(write)) {}

  /// Returns when the commit was written, by this thread or another.
  Result<AppendResult> Submit(Commit& commit);

  /// While the lock is held nothing is being written, and all that was written is applied.
  [[nodiscard]] std::unique_lock<std::mutex> Pause() { return std::unique_lock(turn_mutex_); }

 private:
  const Write write_;
  std::mutex queue_mutex_;
  std::vector<Commit*> queue_;  // bounded by the number of threads that append
  std::mutex turn_mutex_;       // guards every commit's result, too
};

}  // namespace bedplate::historian
