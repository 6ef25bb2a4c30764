#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "api/http.h"
#include "base/result.h"

namespace bedplate {

struct HttpClientOptions {
  std::string unix_socket_path;                // where the server's socket is; else loopback TCP:
  std::uint16_t port = 0;                      // at 127.0.0.1
  std::string token;                           // sent as a bearer token when not empty
  std::chrono::milliseconds timeout{600'000};  // for a whole call
  std::uint64_t response_limit_bytes = 1ULL << 30U;
};

/// A caller of a Bedplate server on this machine: one connection, one call at a time, kept open
/// between calls. Not safe for concurrent use.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;

  /// Sends method, path, params, headers and body of `request` and waits for the answer, whatever
  /// its status. Errors: kUnavailable when nobody listens or the server left in mid-answer (it may
  /// or may not have done what was asked), kDeadlineExceeded, kCancelled by `request.cancel`,
  /// kResourceExhausted beyond the response limit, kCorruption for an answer that is not HTTP.
  Result<HttpResponse> Call(const HttpRequest& request) { return Call(request, options_.timeout); }
  /// The same with a time of its own for the whole call.
  Result<HttpResponse> Call(const HttpRequest& request, std::chrono::milliseconds timeout);

 private:
  class Connection;

  Result<Connection*> Connect();

  HttpClientOptions options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace bedplate
