#include "historian/group_commit.h"

#include <utility>

#include "base/check.h"

namespace bedplate::historian {

Result<AppendResult> GroupCommit::Submit(Commit& commit) {
  {
    const std::lock_guard lock(queue_mutex_);
    queue_.push_back(&commit);
  }
  std::unique_lock turn(turn_mutex_);
  if (commit.taken) {
    // Another thread that had the turn wrote this commit together with its own.
    turn.unlock();
    const std::lock_guard applied(apply_mutex_);
    BEDPLATE_CHECK(commit.result.has_value());
    return *std::move(commit.result);
  }
  WriteQueue(turn);
  BEDPLATE_CHECK(commit.result.has_value());
  return *std::move(commit.result);
}

void GroupCommit::WriteQueue(std::unique_lock<std::mutex>& turn) {
  std::vector<Commit*> group;
  {
    const std::lock_guard lock(queue_mutex_);
    group.swap(queue_);
  }
  for (Commit* const commit : group) commit->taken = true;
  write_(group);
  const std::lock_guard applying(apply_mutex_);
  turn.unlock();
  apply_(group);
}

GroupCommit::Paused GroupCommit::Pause() {
  Paused paused;
  paused.turn = std::unique_lock(turn_mutex_);
  paused.applying = std::unique_lock(apply_mutex_);
  return paused;
}

}  // namespace bedplate::historian
