#include "connectors/modbus/endpoint.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace bedplate::modbus {
namespace {

constexpr std::string_view kScheme = "tcp://";
constexpr std::size_t kMostHostBytes = 255;

std::optional<std::uint16_t> ReadPort(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (code != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool IsHost(std::string_view text) {
  return !text.empty() && text.size() <= kMostHostBytes &&
         text.find_first_of("/?#@[]{} \t") == std::string_view::npos;
}

std::optional<Endpoint> Read(std::string_view text) {
  Endpoint endpoint;
  std::string_view behind;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    endpoint.host = text.substr(1, close - 1);
    behind = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    endpoint.host = text.substr(0, colon);
    behind = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (!IsHost(endpoint.host)) return std::nullopt;
  if (behind.empty()) return endpoint;
  const auto port = behind.front() == ':' ? ReadPort(behind.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  endpoint.port = *port;
  return endpoint;
}

}  // namespace

Result<Endpoint> ParseEndpoint(std::string_view url) {
  if (url.starts_with(kScheme)) {
    if (auto endpoint = Read(url.substr(kScheme.size()))) return *std::move(endpoint);
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
