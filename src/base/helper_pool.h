#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/result.h"

namespace bedplate {

/// A few threads that help whoever has much to compute. A caller always does its own share, so it
/// goes on at its own pace when all helpers are taken, and no caller waits for another one's work.
/// Safe for concurrent use.
class HelperPool {
 public:
  /// One part of the work, by its number.
  using Part = std::function<Status(std::size_t)>;

  /// With no helpers, ForEach runs in the caller alone.
  explicit HelperPool(std::size_t helpers);
  ~HelperPool();
  HelperPool(const HelperPool&) = delete;
  HelperPool& operator=(const HelperPool&) = delete;

  /// As many as leave one core to the caller: cores - 1, at most kMaxHelpers.
  static constexpr std::size_t kMaxHelpers = 7;
  [[nodiscard]] static std::size_t HelpersOfMachine();

  /// Calls `part` once for each of 0 to count - 1, from several threads at once, and returns when
  /// all calls have ended. After an error no further part begins; the error of the least number
  /// that failed is returned.
  Status ForEach(std::size_t count, const Part& part);

 private:
  struct Work;

  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Work>> queue_;  // one entry per helper that is wanted
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace bedplate
