#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>

#include "api/exchange.h"
#include "api/server_context.h"
#include "api/transport.h"

namespace bedplate {

class ConnectionSet;

/// One connection and the requests on it, one after the other.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerContext& context, ConnectionSet& connections,
             std::unique_ptr<Transport> transport, Peer peer);

  /// Serves until the peer leaves, an error, or the server stops.
  boost::asio::awaitable<void> Run();
  /// Leaves at once when no request is under way, else after it. From any thread.
  void Leave();
  /// Breaks the connection and raises the cancel token of its request. From any thread.
  void Abort();

 private:
  boost::asio::awaitable<bool> AwaitRequest();
  boost::asio::awaitable<bool> ServeOne();
  boost::asio::awaitable<bool> Send(const HttpRequest& request, HttpResponse& response,
                                    bool keep_alive);
  boost::asio::awaitable<Status> WritePaced(std::string_view head, std::string_view body);
  boost::asio::awaitable<void> PumpEvents(Exchange& exchange, HttpResponse& response, bool chunked);
  boost::asio::awaitable<bool> SendEvents(std::string events, bool chunked);
  boost::asio::awaitable<void> Pause(std::chrono::milliseconds time);
  /// Says goodbye.
  boost::asio::awaitable<void> Close();
  /// Reads for a while what the peer still sends: an answer to somebody who is writing would be
  /// lost otherwise.
  boost::asio::awaitable<void> Linger();

  /// Once a request has shown who calls.
  void BecomeKnown();

  ServerContext& context_;
  ConnectionSet& connections_;
  const std::unique_ptr<Transport> transport_;
  const Peer peer_;
  boost::beast::flat_buffer buffer_;
  bool idle_ = false;
  bool is_known_ = false;         // some request showed who calls
  bool peer_is_writing_ = false;  // of the last request, not everything was read
  CancelToken cancel_;            // of the request under way
};

}  // namespace bedplate
