#include "base/helper_pool.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace bedplate {

struct HelperPool::Work {
  Work(std::size_t parts, const Part& part_function) : count(parts), part(part_function) {}

  /// Takes parts until none is left.
  void TakeParts();
  /// The same for a helper, unless the caller has finished already.
  void Help();
  void Fail(std::size_t index, Status status);

  const std::size_t count;
  const Part& part;  // lives as long as somebody is inside TakeParts with parts left
  std::atomic<std::size_t> next = 0;

  std::mutex mutex;  // guards the rest
  std::condition_variable idle;
  std::size_t helpers = 0;  // that are inside Help
  bool closed = false;      // no helper may enter any more
  std::size_t failed_index = std::numeric_limits<std::size_t>::max();
  std::optional<Status> failure;
};

void HelperPool::Work::TakeParts() {
  for (std::size_t index = next.fetch_add(1); index < count; index = next.fetch_add(1)) {
    Status status = part(index);
    if (!status.ok()) Fail(index, std::move(status));
  }
}

void HelperPool::Work::Help() {
  {
    const std::lock_guard lock(mutex);
    if (closed) return;
    ++helpers;
  }
  TakeParts();
  const std::lock_guard lock(mutex);
  --helpers;
  idle.notify_all();
}

void HelperPool::Work::Fail(std::size_t index, Status status) {
  next = count;
  const std::lock_guard lock(mutex);
  if (index > failed_index) return;
  failed_index = index;
  failure = std::move(status);
}

HelperPool::HelperPool(std::size_t helpers) {
  for (std::size_t i = 0; i < helpers; ++i) threads_.emplace_back([this] { Run(); });
}

HelperPool::~HelperPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::size_t HelperPool::HelpersOfMachine() {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::min(cores - 1, kMaxHelpers);
}

Status HelperPool::ForEach(std::size_t count, const Part& part) {
  const auto work = std::make_shared<Work>(count, part);
  const std::size_t wanted = std::min(threads_.size(), count - std::min<std::size_t>(count, 1));
  {
    const std::lock_guard lock(mutex_);
    queue_.insert(queue_.end(), wanted, work);
  }
  for (std::size_t i = 0; i < wanted; ++i) wake_.notify_one();
  work->TakeParts();
  {
    const std::lock_guard lock(mutex_);
    std::erase(queue_, work);
  }
  std::unique_lock lock(work->mutex);
  work->closed = true;
  work->idle.wait(lock, [&work] { return work->helpers == 0; });
  return work->failure ? *std::move(work->failure) : Status();
}

void HelperPool::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<Work> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work->Help();
    lock.lock();
  }
}

}  // namespace bedplate
