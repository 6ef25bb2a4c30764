#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bedplate {

/// Where something listens.
struct HostPort {
  std::string host;  // a name or an IP address
  std::uint16_t port = 0;

  bool operator==(const HostPort&) const = default;
};

/// Reads `HOST[:PORT]`; an IPv6 address stands in brackets. Nothing for what is no such place.
std::optional<HostPort> ParseHostPort(std::string_view text, std::uint16_t usual_port);

}  // namespace bedplate
