#include "historian/group_commit.h"

#include <utility>

namespace bedplate::historian {

Result<AppendResult> GroupCommit::Submit(Commit& commit) {
  {
    const std::lock_guard lock(queue_mutex_);
    queue_.push_back(&commit);
  }
  const std::lock_guard turn(turn_mutex_);
  // Another thread that had the turn may have written this commit together with its own.
  if (!commit.result) {
    std::vector<Commit*> group;
    {
      const std::lock_guard lock(queue_mutex_);
      group.swap(queue_);
    }
    write_(group);
  }
  BEDPLATE_CHECK(commit.result.has_value());
  return *std::move(commit.result);
}

}  // namespace bedplate::historian
