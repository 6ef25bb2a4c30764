#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "api/connection.h"
#include "api/server.h"

namespace bedplate {

/// The open connections of a server and who of them may stay. Strangers, who have not shown yet who
/// they are, share a part of the places; when it is full the one who came first goes, so that a
/// thousand of them who say nothing keep nobody out. The local socket has places of its own. Safe
/// for concurrent use.
class ConnectionSet {
 public:
  /// `options` must outlive the set.
  explicit ConnectionSet(const ServerOptions& options) : options_(options) {}

  /// Whether one more may come; makes room among strangers. Between this and Add another listener
  /// may add one too, so the bounds hold but for one connection a listener.
  bool HasRoom(bool is_local);
  void Add(std::shared_ptr<Connection> connection, bool is_local);
  /// The connection is no stranger any more.
  void Recognize(const std::shared_ptr<Connection>& connection);
  void Remove(const std::shared_ptr<Connection>& connection);

  void LeaveAll();
  void AbortAll();
  /// False when some were still open after `time`.
  bool WaitUntilEmpty(std::chrono::milliseconds time);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t refused() const;

 private:
  struct Place {
    bool is_local = false;
    std::optional<std::uint64_t> arrival;  // of a stranger: its key in strangers_
  };

  void ForgetStranger(Place& place);
  void EvictOldestStranger();

  const ServerOptions& options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::shared_ptr<Connection>, Place> connections_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> strangers_;  // by arrival
  std::uint64_t arrivals_ = 0;
  std::size_t local_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace bedplate
