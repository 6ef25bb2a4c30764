#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "api/request_counts.h"
#include "api/request_guard.h"
#include "api/server.h"
#include "api/worker_pool.h"

namespace bedplate {

/// What all connections of a server share.
struct ServerContext {
  const ServerOptions& options;
  Server::Parts parts;
  const RequestGuard& guard;
  WorkerPool& workers;
  WorkerPool& writers;  // so that who reads does not wait for the disk with who writes
  RequestCounts& counts;
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused_requests = 0;
  std::atomic<std::uint64_t> body_bytes = 0;    // of requests
  std::atomic<std::uint64_t> answer_bytes = 0;  // until they are sent
};

/// A share of the memory for all bodies of one kind, given back when it goes out of scope.
class BodyReservation {
 public:
  /// `total` counts what all reservations hold and must outlive this one.
  BodyReservation(std::atomic<std::uint64_t>& total, std::uint64_t budget_bytes)
      : total_(total), budget_bytes_(budget_bytes) {}
  ~BodyReservation() { total_ -= bytes_; }
  BodyReservation(const BodyReservation&) = delete;
  BodyReservation& operator=(const BodyReservation&) = delete;

  /// False when the budget of all bodies is spent.
  [[nodiscard]] bool Grow(std::uint64_t bytes) {
    const std::uint64_t total = total_ += bytes;
    bytes_ += bytes;
    return total <= budget_bytes_;
  }
  void Release() { total_ -= std::exchange(bytes_, 0); }

 private:
  std::atomic<std::uint64_t>& total_;
  const std::uint64_t budget_bytes_;
  std::uint64_t bytes_ = 0;
};

}  // namespace bedplate
