#pragma once

// Inside the api folder only: needs Boost.Asio.

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"

namespace bedplate {

/// The server's side of TLS 1.2 and 1.3.
class TlsContext {
 public:
  /// PEM files. Errors: kInvalidArgument naming the file when one cannot be read or does not fit
  /// the other.
  static Result<std::unique_ptr<TlsContext>> Load(const std::string& certificate_path,
                                                  const std::string& key_path);
  [[nodiscard]] boost::asio::ssl::context& context() { return *context_; }
  /// Whether the certificate stands for a host name or IP address.
  [[nodiscard]] bool Covers(const std::string& name) const;

 private:
  explicit TlsContext(std::unique_ptr<boost::asio::ssl::context> context)
      : context_(std::move(context)) {}

  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace bedplate
