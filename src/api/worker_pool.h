#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bedplate {

/// Threads for what blocks: handlers, token checks, writing to disk. What work throws goes to the
/// log and no further. Safe for concurrent use.
class WorkerPool {
 public:
  WorkerPool(std::size_t threads, std::size_t queue_limit);
  /// Runs what is queued, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Queues new work; false when `queue_limit` pieces wait already.
  bool TrySubmit(std::function<void()> work);
  /// Queues the next step of a request that was admitted before. Such a request has one step at a
  /// time, so the number of connections bounds these.
  void Submit(std::function<void()> work);
  [[nodiscard]] std::size_t queued() const;

 private:
  void Run();

  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bedplate
