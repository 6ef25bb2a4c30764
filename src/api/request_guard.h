#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/http.h"
#include "base/result.h"

namespace bedplate {

/// Keeps other web sites from acting with a browser's session. Host must be a name under which this
/// server is known (against DNS rebinding), and what changes something must come from a page of
/// this server (against cross-site request forgery).
class RequestGuard {
 public:
  /// Loopback names are always known, `names` besides; `covers` says whether the certificate
  /// stands for a name, null without TLS.
  explicit RequestGuard(const std::vector<std::string>& names,
                        std::function<bool(const std::string&)> covers = nullptr);

  /// To be asked for requests that a browser authenticates by itself (cookies) and for logins.
  /// What changes something must name its page; a login from no browser may leave that out, a
  /// request `by_cookie` not. Errors: kPermissionDenied.
  [[nodiscard]] Status Check(const HttpRequest& head, bool by_cookie) const;

 private:
  [[nodiscard]] bool IsKnown(const std::string& name) const;

  std::set<std::string, std::less<>> names_;
  std::function<bool(const std::string&)> covers_;
};

/// The name in a Host header, lower-case, without port, brackets and final dot.
std::string HostName(std::string_view host);

/// The headers of every answer: no script but our own files, no framing, no referrer, no guessing
/// of types.
const std::vector<std::pair<std::string, std::string>>& SecurityHeaders();

}  // namespace bedplate
