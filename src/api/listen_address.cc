#include "api/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace bedplate {
namespace {

Error BadAddress(std::string_view text) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("listen address: expected an IP address and a port, as 127.0.0.1:8080 or "
                      "[::1]:8080, got '{}'",
                      text)};
}

bool ParsePort(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool ClassifyIp(ListenAddress& address) {
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, address.ip.c_str(), &v4) == 1) {
    address.is_loopback = (ntohl(v4.s_addr) >> 24U) == 127;
    return true;
  }
  address.is_ipv6 = inet_pton(AF_INET6, address.ip.c_str(), &v6) == 1;
  address.is_loopback = address.is_ipv6 && IN6_IS_ADDR_LOOPBACK(&v6);
  return address.is_ipv6;
}

}  // namespace

std::string ListenAddress::ToString() const {
  return is_ipv6 ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port);
}

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return BadAddress(text);
  std::string_view host = text.substr(0, colon);
  const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) host = host.substr(1, host.size() - 2);
  ListenAddress address{.ip = std::string(host == "localhost" ? "127.0.0.1" : host)};
  if (!ParsePort(text.substr(colon + 1), address.port) || !ClassifyIp(address) ||
      address.is_ipv6 != has_brackets) {
    return BadAddress(text);
  }
  return address;
}

}  // namespace bedplate
