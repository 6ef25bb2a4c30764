#include "api/request_guard.h"

#include <arpa/inet.h>

#include "base/ascii.h"

namespace bedplate {
namespace {

bool IsLoopbackName(const std::string& name) {
  in_addr address{};
  if (inet_pton(AF_INET, name.c_str(), &address) == 1) return name.starts_with("127.");
  return name == "localhost" || name == "::1" || name.ends_with(".localhost");
}

bool IsSafe(HttpMethod method) { return method == HttpMethod::kGet || method == HttpMethod::kHead; }

Status Denied(std::string message) {
  return Error(ErrorCode::kPermissionDenied, std::move(message));
}

// A browser names the page that sent a request in Origin, or else its relation in Sec-Fetch-Site.
// A caller with neither is no browser of today, which has no business with a cookie.
Status CheckOrigin(const HttpRequest& head, bool by_cookie) {
  if (const std::string origin = LowerAscii(head.Header("origin")); !origin.empty()) {
    const std::string own =
        (head.secure ? "https://" : "http://") + LowerAscii(head.Header("host"));
    if (origin == own) return {};
    return Denied("expected a request from " + own + ", got one from " + origin);
  }
  const std::string site = LowerAscii(head.Header("sec-fetch-site"));
  if (site == "same-origin" || site == "none" || (site.empty() && !by_cookie)) return {};
  if (site.empty()) {
    return Denied("expected the header Origin or Sec-Fetch-Site with a session, got neither");
  }
  return Denied("expected a request from a page of this server, got a " + site + " one");
}

}  // namespace

RequestGuard::RequestGuard(const std::vector<std::string>& names,
                           std::function<bool(const std::string&)> covers)
    : covers_(std::move(covers)) {
  for (const std::string& name : names) names_.insert(HostName(name));
}

Status RequestGuard::Check(const HttpRequest& head, bool by_cookie) const {
  const std::string name = HostName(head.Header("host"));
  if (!IsKnown(name)) {
    return Denied("this server is not known as '" + name + "'; its host names are configured");
  }
  return IsSafe(head.method) ? Status() : CheckOrigin(head, by_cookie);
}

bool RequestGuard::IsKnown(const std::string& name) const {
  return IsLoopbackName(name) || names_.contains(name) || (covers_ && covers_(name));
}

std::string HostName(std::string_view host) {
  if (host.starts_with('[')) return LowerAscii(host.substr(1, host.find(']') - 1));
  const bool is_bare_ipv6 = host.find(':') != host.rfind(':');
  if (!is_bare_ipv6) host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return LowerAscii(host);
}

const std::vector<std::pair<std::string, std::string>>& SecurityHeaders() {
  // Inline styles stay allowed: the UI's components position themselves with style attributes.
  static const std::vector<std::pair<std::string, std::string>> kHeaders = {
      {"Content-Security-Policy",
       "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
       "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
       "frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  return kHeaders;
}

}  // namespace bedplate
