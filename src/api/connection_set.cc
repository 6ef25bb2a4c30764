#include "api/connection_set.h"

namespace bedplate {

void ConnectionSet::Add(std::shared_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  connections_.insert(std::move(connection));
}

void ConnectionSet::Remove(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(connection);
  changed_.notify_all();
}

void ConnectionSet::CountRefused() {
  const std::lock_guard lock(mutex_);
  ++refused_;
}

void ConnectionSet::LeaveAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) connection->Leave();
}

void ConnectionSet::AbortAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) connection->Abort();
}

bool ConnectionSet::WaitUntilEmpty(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return connections_.empty(); });
}

std::size_t ConnectionSet::size() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

std::size_t ConnectionSet::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace bedplate
