#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "historian/historian.h"
#include "historian/sample_applier.h"

namespace bedplate::historian {

/// One append on its way to the log.
struct Commit {
  std::vector<PendingRun> runs;  // but those that were stored already
  std::uint64_t duplicates = 0;  // samples of the others
  Snapshot earlier;              // what the runs were looked up in
  std::optional<AppendMark> mark;
  Bytes frame;  // from WalWriter::NewFrame, with the records
  std::optional<Result<AppendResult>> result;
  // Of GroupCommit: where it is.
  enum class Stage { kWaits, kIsWritten, kIsDone } stage = Stage::kWaits;
};

/// Lets many producers share one write: whoever gets the turn writes for all that wait. While a
/// group is applied the next one may be written already, never the other way round.
class GroupCommit {
 public:
  using Group = std::span<Commit* const>;

  /// `write` puts a group into the log and sets the result of commits that end there; `apply` sets
  /// the result of the others.
  GroupCommit(std::function<void(Group)> write, std::function<void(Group)> apply)
      : write_(std::move(write)), apply_(std::move(apply)) {}

  /// Returns when the commit was written and applied, by this thread or another.
  Result<AppendResult> Submit(Commit& commit);

  /// Appends that wait for their turn now.
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(queue_mutex_);
    return queue_.size();
  }

  struct Paused {
    std::unique_lock<std::mutex> turn;
    std::unique_lock<std::mutex> applying;
  };
  /// While it is held nothing is being written, and all that was written is applied.
  [[nodiscard]] Paused Pause();

 private:
  void Lead() noexcept;
  std::vector<Commit*> TakeQueue();
  void Finish(Group group);

  const std::function<void(Group)> write_;
  const std::function<void(Group)> apply_;
  mutable std::mutex queue_mutex_;
  std::condition_variable changed_;  // a commit is done, or nobody writes
  std::vector<Commit*> queue_;       // bounded by the number of threads that append
  bool writing_ = false;             // guarded by queue_mutex_, as is every commit's stage
  std::mutex turn_mutex_;            // to write
  std::mutex apply_mutex_;           // taken under the turn, so that groups keep their order
};

}  // namespace bedplate::historian
