#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http.h"
#include "api/rate_limit.h"
#include "api/session.h"
#include "base/clock.h"
#include "base/result.h"
#include "catalog/token_store.h"

namespace bedplate {

inline constexpr std::string_view kSessionCookie = "bedplate_session";

/// What a request shows to say who calls.
struct Credentials {
  enum class Kind { kNone, kToken, kSession };
  Kind kind = Kind::kNone;
  std::string secret;  // the token, or the value of the session cookie
};

/// Finds the credentials of a request: `Authorization: Bearer <token>`, `Token <token>` or Basic
/// with the token as password (as InfluxDB 1.x clients send it); where allowed the parameter `p`;
/// else the session cookie. Errors: kUnauthenticated for an Authorization header of another form.
Result<Credentials> FindCredentials(const HttpRequest& head, QueryCredentials query);

/// The value of cookie `name` in a Cookie header (RFC 6265, 4.2.1); empty when absent.
std::string_view FindCookie(std::string_view header, std::string_view name);

struct AuthOptions {
  std::chrono::seconds recheck_after{5};  // how long a verified token is believed
  std::size_t known_tokens = 4096;        // beyond it the one verified longest ago is forgotten
  FailureLimits failures;
  SessionLimits sessions;
};

/// Decides who is calling. A verified token is believed for a few seconds, so that a thousand
/// writes a second do not read the catalog each time; revoking it through tokens() takes effect at
/// once and ends its sessions. An address with ten failures waits before it may show a token or
/// code that is not already known; known tokens and sessions are not held up by their neighbours'
/// mistakes. Session cookies have 256 random bits and are not counted: a browser that shows an
/// expired one has done nothing wrong. Safe for concurrent use.
class Authenticator {
 public:
  /// `tokens` and `clock` must outlive the authenticator.
  static std::unique_ptr<Authenticator> Make(TokenStore& tokens, const Clock& clock,
                                             const RandomSource& random,
                                             const AuthOptions& options = {});
  virtual ~Authenticator() = default;

  /// The token store to be used by everybody else: revoking through it is noticed here.
  virtual TokenStore& tokens() = 0;

  /// The answer when it is known already; never blocks.
  virtual std::optional<Principal> Known(const Credentials& credentials) = 0;
  /// Whether credentials that were good have not been revoked or ended since; counts as a use of
  /// the session and never blocks.
  virtual bool IsKnown(const Credentials& credentials) = 0;
  /// Like Known, but asks the token store when it has to. Errors: kUnauthenticated;
  /// kResourceExhausted when `address` has to wait first (WaitOf says how long); the store's own.
  virtual Result<Principal> Check(const Credentials& credentials, std::string_view address) = 0;
  [[nodiscard]] virtual std::chrono::seconds WaitOf(std::string_view address) const = 0;

  /// Sign in. Errors as for Check.
  virtual Result<SessionStore::Created> LoginByToken(std::string_view token,
                                                     std::string_view address) = 0;
  virtual Result<SessionStore::Created> LoginByCode(std::string_view code,
                                                    std::string_view address) = 0;
  /// A one-time code for `principal`, void once `principal.actor` is revoked.
  virtual std::string CreateLoginCode(Principal principal) = 0;
  virtual std::optional<Session> FindSession(std::string_view cookie) = 0;
  virtual void Logout(std::string_view cookie) = 0;
};

}  // namespace bedplate
