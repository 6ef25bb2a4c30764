#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/host_port.h"

namespace bedplate::modbus {

inline constexpr std::uint16_t kDefaultPort = 502;

/// Where a device, or a gateway with devices behind it, listens.
using Endpoint = HostPort;

/// Reads `tcp://HOST[:PORT]`; an IPv6 address stands in brackets.
/// Errors: kInvalidArgument says what is expected.
Result<Endpoint> ParseEndpoint(std::string_view url);
/// `10.0.1.5:502`, `[::1]:502`.
std::string FormatEndpoint(const Endpoint& endpoint);

}  // namespace bedplate::modbus
