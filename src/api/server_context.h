#pragma once

#include <atomic>
#include <cstdint>

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
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused_requests = 0;
  std::atomic<std::uint64_t> body_bytes = 0;
};

/// A share of the memory for request bodies, given back when it goes out of scope.
class BodyReservation {
 public:
  explicit BodyReservation(ServerContext& context) : context_(context) {}
  ~BodyReservation() { context_.body_bytes -= bytes_; }
  BodyReservation(const BodyReservation&) = delete;
  BodyReservation& operator=(const BodyReservation&) = delete;

  /// False when the budget of all bodies is spent.
  [[nodiscard]] bool Grow(std::uint64_t bytes) {
    const std::uint64_t total = context_.body_bytes += bytes;
    bytes_ += bytes;
    return total <= context_.options.body_budget_bytes;
  }

 private:
  ServerContext& context_;
  std::uint64_t bytes_ = 0;
};

}  // namespace bedplate
