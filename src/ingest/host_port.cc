#include "ingest/host_port.h"

#include "base/parse_number.h"

namespace bedplate {
namespace {

constexpr std::size_t kMostHostBytes = 255;

bool IsHost(std::string_view text) {
  return !text.empty() && text.size() <= kMostHostBytes &&
         text.find_first_of("/?#@[]{} \t") == std::string_view::npos;
}

}  // namespace

std::optional<HostPort> ParseHostPort(std::string_view text, std::uint16_t usual_port) {
  std::string_view host = text.substr(0, text.find(':'));
  std::string_view behind = text.substr(host.size());
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    behind = text.substr(close + 1);
  }
  if (!IsHost(host)) return std::nullopt;
  if (behind.empty()) return HostPort{std::string(host), usual_port};
  if (behind.front() != ':') return std::nullopt;
  const auto port = ParseNumber<std::uint16_t>(behind.substr(1));
  if (!port || *port == 0) return std::nullopt;
  return HostPort{std::string(host), *port};
}

}  // namespace bedplate
