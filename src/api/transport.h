#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "api/tls.h"
#include "base/result.h"

namespace bedplate {

/// A connected byte stream: TCP, TLS or a Unix domain socket. Everything runs on its executor, one
/// operation at a time.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual boost::asio::any_io_executor executor() = 0;
  /// Operations that start from now on fail with kDeadlineExceeded after that time.
  virtual void ExpiresAfter(std::chrono::milliseconds time) = 0;
  /// TLS's handshake; nothing elsewhere.
  virtual boost::asio::awaitable<Status> Handshake() = 0;
  /// Fills `out` with at least one byte; 0 at the end. Errors: kDeadlineExceeded, kCancelled when
  /// the connection broke or was aborted.
  virtual boost::asio::awaitable<Result<std::size_t>> ReadSome(std::span<char> out) = 0;
  /// Writes both pieces whole, in one go where it can. Errors as for ReadSome.
  virtual boost::asio::awaitable<Status> Write(std::string_view first, std::string_view second) = 0;
  /// Says to the peer that nothing more comes.
  virtual boost::asio::awaitable<void> ShutdownSend() = 0;
  /// Whether the peer has closed its side; never waits.
  virtual bool PeerGone() = 0;
  /// Ends pending operations with kCancelled.
  virtual void Abort() = 0;
};

std::unique_ptr<Transport> MakeTransport(boost::asio::ip::tcp::socket socket);
std::unique_ptr<Transport> MakeTransport(boost::asio::local::stream_protocol::socket socket);
/// `tls` must outlive the transport.
std::unique_ptr<Transport> MakeTransport(boost::asio::ip::tcp::socket socket, TlsContext& tls);

}  // namespace bedplate
