#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>

#include "api/connection.h"

namespace bedplate {

/// The open connections of a server. Safe for concurrent use.
class ConnectionSet {
 public:
  void Add(std::shared_ptr<Connection> connection);
  void Remove(const std::shared_ptr<Connection>& connection);
  void CountRefused();

  void LeaveAll();
  void AbortAll();
  /// False when some were still open after `time`.
  bool WaitUntilEmpty(std::chrono::milliseconds time);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t refused() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::size_t refused_ = 0;
};

}  // namespace bedplate
