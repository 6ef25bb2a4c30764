#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/auth.h"
#include "api/http.h"
#include "api/server_metrics.h"
#include "api/static_files.h"
#include "base/clock.h"
#include "base/result.h"

namespace bedplate {

struct ServerOptions {
  std::vector<std::string> listen = {"127.0.0.1:8080"};  // port 0: any free one
  std::string unix_socket_path;         // empty: none; its callers are administrators, mode 0600
  std::string certificate_path;         // PEM, with the chain; needed off loopback
  std::string key_path;                 // PEM
  std::vector<std::string> host_names;  // under which browsers reach this server, besides loopback

  std::size_t io_threads = 2;
  std::size_t worker_threads = 6;  // for handlers, which may block; SQL takes two
  // For those that write: each may wait for the disk, and what waits together is synced together.
  std::size_t writer_threads = 32;
  std::size_t queue_limit = 256;                 // that wait for a thread of either; beyond it 503
  std::size_t connection_limit = 1024;           // over all addresses
  std::size_t stranger_limit = 512;              // of these, those that have not shown who calls
  std::size_t local_connection_limit = 64;       // at the Unix domain socket, besides these
  std::uint32_t header_limit_bytes = 32 * 1024;  // request line and header together
  std::uint64_t body_budget_bytes = 256ULL << 20U;    // request bodies in memory, all together
  std::uint64_t answer_budget_bytes = 256ULL << 20U;  // answers not yet sent, all together
  bool compress_on_loopback = false;  // where bytes cost nothing but the time to compress them

  std::chrono::milliseconds idle_timeout{60'000};          // between two requests
  std::chrono::milliseconds stranger_idle_timeout{5'000};  // until one shows who calls
  // For the whole header; for the first one from the accept on, TLS included.
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};   // for each read of a body
  std::chrono::milliseconds write_timeout{30'000};  // for each 256 KiB of an answer
  std::chrono::milliseconds event_interval{250};    // between two looks at an event stream
  std::chrono::milliseconds stop_grace{5'000};      // for requests under way when stopping

  /// Errors: kInvalidArgument; kPermissionDenied for an address off loopback without TLS.
  [[nodiscard]] Status Validate() const;
};

/// The HTTP/1.1 server. Bodies are read only once the caller may send them; callers that went away
/// raise their request's cancel token; every buffer, queue and wait is bounded.
class Server {
 public:
  /// What requests are answered from; all must outlive the server.
  struct Parts {
    const Router& router;
    Authenticator& authenticator;
    const StaticFiles& files;
    const Clock& clock;
  };

  /// Listens and serves. Errors: those of Validate, kInvalidArgument for certificate files,
  /// kConflict when an address is taken, kIo.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, Parts parts);
  /// Stops, if that was not done.
  virtual ~Server() = default;

  /// Where it listens, with the real ports, in the order of `listen`: `http://127.0.0.1:8080`.
  [[nodiscard]] virtual std::vector<std::string> urls() const = 0;
  [[nodiscard]] virtual ServerMetrics metrics() const = 0;

  /// Takes no more connections, lets requests under way finish within `stop_grace`, ends event
  /// streams, then breaks what is left (raising cancel tokens) and waits for its handlers.
  virtual void Stop() = 0;
};

}  // namespace bedplate
