#include "connectors/modbus/endpoint.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace bedplate::modbus {
namespace {

constexpr std::string_view kScheme = "tcp://";
}  // namespace

Result<Endpoint> ParseEndpoint(std::string_view url) {
  if (url.starts_with(kScheme)) {
    auto endpoint = ParseHostPort(url.substr(kScheme.size()), kDefaultPort);
    if (endpoint) return *std::move(endpoint);
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected tcp://HOST[:PORT], got '{}'", url));
}

std::string FormatEndpoint(const Endpoint& endpoint) {
  const bool is_ipv6 = endpoint.host.find(':') != std::string::npos;
  if (is_ipv6) return fmt::format("[{}]:{}", endpoint.host, endpoint.port);
  return fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace bedplate::modbus
