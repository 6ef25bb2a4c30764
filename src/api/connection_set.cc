#include "api/connection_set.h"

namespace bedplate {

bool ConnectionSet::HasRoom(bool is_local) {
  const std::lock_guard lock(mutex_);
  if (!is_local && strangers_.size() >= options_.stranger_limit) EvictOldestStranger();
  const std::size_t taken = is_local ? local_ : connections_.size() - local_;
  const std::size_t limit = is_local ? options_.local_connection_limit : options_.connection_limit;
  if (taken >= limit) ++refused_;
  return taken < limit;
}

void ConnectionSet::Add(std::shared_ptr<Connection> connection, bool is_local) {
  const std::lock_guard lock(mutex_);
  Place place{.is_local = is_local, .arrival = std::nullopt};
  if (is_local) {
    ++local_;
  } else {
    place.arrival = arrivals_++;
    strangers_.emplace(*place.arrival, connection);
  }
  connections_.emplace(std::move(connection), place);
}

void ConnectionSet::Recognize(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(connection);
  if (found != connections_.end()) ForgetStranger(found->second);
}

void ConnectionSet::Remove(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  ForgetStranger(found->second);
  if (found->second.is_local) --local_;
  connections_.erase(found);
  changed_.notify_all();
}

void ConnectionSet::ForgetStranger(Place& place) {
  if (place.arrival) strangers_.erase(*place.arrival);
  place.arrival.reset();
}

// It leaves the strangers at once and the connections when it has ended.
void ConnectionSet::EvictOldestStranger() {
  if (strangers_.empty()) return;
  const std::shared_ptr<Connection> oldest = strangers_.begin()->second;
  oldest->Abort();
  ForgetStranger(connections_.at(oldest));
}

void ConnectionSet::LeaveAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [connection, place] : connections_) connection->Leave();
}

void ConnectionSet::AbortAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [connection, place] : connections_) connection->Abort();
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
