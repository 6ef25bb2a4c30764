#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "api/connection_set.h"
#include "api/listen_address.h"
#include "api/server_context.h"
#include "api/tls.h"
#include "base/result.h"

namespace bedplate {

/// Accepts connections at one address. What is handed in must outlive it.
class Listener {
 public:
  /// `tls` may be null. Errors: kConflict when the address is taken, kPermissionDenied, kIo.
  static Result<std::unique_ptr<Listener>> OpenTcp(boost::asio::io_context& io,
                                                   const ListenAddress& address,
                                                   ServerContext& context,
                                                   ConnectionSet& connections, TlsContext* tls);
  /// A socket file of mode 0600; one that nobody listens at any more is replaced. Errors: kConflict
  /// when somebody does, those of UnixPath, kIo.
  static Result<std::unique_ptr<Listener>> OpenUnix(boost::asio::io_context& io,
                                                    const std::string& path, ServerContext& context,
                                                    ConnectionSet& connections);
  virtual ~Listener() = default;

  virtual void Accept() = 0;
  /// Takes no more connections; from any thread.
  virtual void Close() = 0;
  /// `https://[::1]:8443`; empty for a Unix domain socket.
  [[nodiscard]] virtual std::string url() const = 0;
};

}  // namespace bedplate
