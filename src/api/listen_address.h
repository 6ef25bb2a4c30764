#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// Where the server listens: an IP address and a port, 0 for any free one.
struct ListenAddress {
  std::string ip;  // without brackets
  std::uint16_t port = 0;
  bool is_ipv6 = false;
  bool is_loopback = false;

  /// `127.0.0.1:8080`, `[::1]:8080`.
  [[nodiscard]] std::string ToString() const;
};

/// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`. Errors: kInvalidArgument.
Result<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace bedplate
