#pragma once

// Needs Boost.Asio; for transport.cc and talk.cc only.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "connectors/mqtt/talk.h"

namespace bedplate::mqtt {

/// A stream to a server, TCP or TLS. Everything runs on its io_context, of one thread; one read and
/// one write may be under way.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Resolves, connects and shakes hands; each of its addresses is tried. Errors: kDeadlineExceeded
  /// and kUnavailable naming the step, kPermissionDenied for a certificate that is not trusted.
  virtual boost::asio::awaitable<Status> Connect(const HostPort& address,
                                                 std::chrono::milliseconds patience) = 0;
  /// At least one byte. Errors: kUnavailable, also at the end.
  virtual boost::asio::awaitable<Result<std::size_t>> Read(std::span<std::byte> out) = 0;
  /// All of it. Errors: kUnavailable, kDeadlineExceeded when the peer takes nothing for so long.
  virtual boost::asio::awaitable<Status> Write(ByteView bytes,
                                               std::chrono::milliseconds patience) = 0;
  /// Ends what is under way with an error.
  virtual void Close() = 0;
};

std::unique_ptr<Transport> MakeTcpTransport(boost::asio::io_context& context);
/// Errors: kInvalidArgument for a certificate or key that does not read.
Result<std::unique_ptr<Transport>> MakeTlsTransport(boost::asio::io_context& context,
                                                    const TlsOptions& options);

}  // namespace bedplate::mqtt
