#include "historian/group_commit.h"

#include <utility>

#include "base/check.h"

namespace bedplate::historian {

Result<AppendResult> GroupCommit::Submit(Commit& commit) {
  bool leads = false;
  {
    std::unique_lock lock(queue_mutex_);
    queue_.push_back(&commit);
    // Whose commit another thread writes waits for no more than that.
    changed_.wait(lock, [&] {
      return commit.stage == Commit::Stage::kIsDone ||
             (commit.stage == Commit::Stage::kWaits && !writing_);
    });
    leads = commit.stage == Commit::Stage::kWaits;
    if (leads) writing_ = true;
  }
  if (leads) Lead();
  BEDPLATE_CHECK(commit.result.has_value());
  return *std::move(commit.result);
}

/// Writes and applies all that waits. What is thrown here would leave others without an answer.
void GroupCommit::Lead() noexcept {
  std::unique_lock turn(turn_mutex_);
  const std::vector<Commit*> group = TakeQueue();
  write_(group);
  {
    const std::lock_guard applying(apply_mutex_);
    turn.unlock();
    {
      const std::lock_guard lock(queue_mutex_);
      writing_ = false;
    }
    changed_.notify_all();
    apply_(group);
  }
  Finish(group);
}

std::vector<Commit*> GroupCommit::TakeQueue() {
  std::vector<Commit*> group;
  const std::lock_guard lock(queue_mutex_);
  group.swap(queue_);
  for (Commit* const commit : group) commit->stage = Commit::Stage::kIsWritten;
  return group;
}

/// The commits are their threads' again, and may be gone on return.
void GroupCommit::Finish(Group group) {
  {
    const std::lock_guard lock(queue_mutex_);
    for (Commit* const commit : group) commit->stage = Commit::Stage::kIsDone;
  }
  changed_.notify_all();
}

GroupCommit::Paused GroupCommit::Pause() {
  Paused paused;
  paused.turn = std::unique_lock(turn_mutex_);
  paused.applying = std::unique_lock(apply_mutex_);
  return paused;
}

}  // namespace bedplate::historian
