#include "api/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/base64.h"
#include "api/token_cache.h"
#include "base/ascii.h"
#include "base/secret.h"

namespace bedplate {
namespace {

Error Unauthenticated(std::string message) {
  return {ErrorCode::kUnauthenticated, std::move(message)};
}

std::string_view TrimSpaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// `user:token` as InfluxDB 1.x clients send it; the user does not matter.
std::string_view AfterUser(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon == std::string_view::npos ? text : text.substr(colon + 1);
}

Result<Credentials> FromAuthorization(std::string_view header) {
  const std::size_t space = header.find(' ');
  const std::string_view scheme = header.substr(0, space);
  const std::string_view rest =
      space == std::string_view::npos ? "" : TrimSpaces(header.substr(space));
  Credentials credentials{.kind = Credentials::Kind::kToken, .secret = {}};
  if (EqualsIgnoringCase(scheme, "bearer")) {
    credentials.secret = rest;
  } else if (EqualsIgnoringCase(scheme, "token")) {
    credentials.secret = AfterUser(rest);
  } else if (std::string decoded;
             EqualsIgnoringCase(scheme, "basic") && DecodeBase64(rest, decoded)) {
    credentials.secret = AfterUser(decoded);
  } else {
    return Unauthenticated("expected 'Authorization: Bearer bp_…', 'Token bp_…' or Basic");
  }
  return credentials;
}

class AuthenticatorImpl final : public Authenticator {
 public:
  AuthenticatorImpl(TokenStore& tokens, const Clock& clock, const RandomSource& random,
                    const AuthOptions& options)
      : store_(tokens),
        watched_store_(*this),
        cache_(clock, options.recheck_after, options.known_tokens),
        limiter_(clock, options.failures),
        sessions_(clock, random, options.sessions),
        codes_(clock, random, options.sessions) {}

  TokenStore& tokens() override { return watched_store_; }
  std::optional<Principal> Known(const Credentials& credentials) override;
  bool IsKnown(const Credentials& credentials) override;
  Result<Principal> Check(const Credentials& credentials, std::string_view address) override;
  std::chrono::seconds WaitOf(std::string_view address) const override {
    return limiter_.WaitOf(address);
  }
  Result<SessionStore::Created> LoginByToken(std::string_view token,
                                             std::string_view address) override;
  Result<SessionStore::Created> LoginByCode(std::string_view code,
                                            std::string_view address) override;
  std::string CreateLoginCode(Principal principal) override {
    return codes_.Create(std::move(principal));
  }
  std::optional<Session> FindSession(std::string_view cookie) override {
    return sessions_.Use(cookie);
  }
  void Logout(std::string_view cookie) override { sessions_.End(cookie); }

 private:
  /// The store as everybody else sees it, so that a revocation is noticed.
  class WatchedStore final : public TokenStore {
   public:
    explicit WatchedStore(AuthenticatorImpl& owner) : owner_(owner) {}
    Result<Created> Create(std::string_view name, Role role, std::string_view actor) override {
      return owner_.store_.Create(name, role, actor);
    }
    Result<std::vector<TokenInfo>> List() const override { return owner_.store_.List(); }
    Status Revoke(std::string_view id, std::string_view actor) override {
      RETURN_IF_ERROR(owner_.store_.Revoke(id, actor));
      owner_.cache_.ForgetId(id);
      owner_.codes_.EndOf(id);
      owner_.sessions_.EndOf(id);
      return {};
    }
    Result<TokenInfo> Verify(std::string_view secret) override {
      return owner_.store_.Verify(secret);
    }

   private:
    AuthenticatorImpl& owner_;
  };

  static Principal PrincipalOf(const TokenInfo& info) {
    return {.actor = info.id, .name = info.name, .role = info.role};
  }
  Result<Principal> CheckToken(std::string_view secret, std::string_view address);
  Result<TokenInfo> Verify(const Digest& digest, std::string_view secret);
  Status MayTry(std::string_view address) const;

  TokenStore& store_;
  WatchedStore watched_store_;
  TokenCache cache_;
  FailureLimiter limiter_;
  SessionStore sessions_;
  LoginCodes codes_;
};

std::optional<Principal> AuthenticatorImpl::Known(const Credentials& credentials) {
  if (credentials.kind == Credentials::Kind::kSession) {
    auto session = sessions_.Use(credentials.secret);
    if (session) return std::move(session->principal);
  }
  if (credentials.kind == Credentials::Kind::kToken) {
    const auto found = cache_.Find(Sha256(credentials.secret));
    if (found && found->fresh) return PrincipalOf(found->info);
  }
  return std::nullopt;
}

bool AuthenticatorImpl::IsKnown(const Credentials& credentials) {
  if (credentials.kind == Credentials::Kind::kSession) {
    return sessions_.Use(credentials.secret).has_value();
  }
  return cache_.Find(Sha256(credentials.secret)).has_value();
}

Result<Principal> AuthenticatorImpl::Check(const Credentials& credentials,
                                           std::string_view address) {
  if (auto known = Known(credentials)) return *std::move(known);
  switch (credentials.kind) {
    case Credentials::Kind::kToken: return CheckToken(credentials.secret, address);
    case Credentials::Kind::kSession: return Unauthenticated("the session is over; sign in again");
    case Credentials::Kind::kNone: break;
  }
  return Unauthenticated("expected a token (Authorization: Bearer bp_…) or a session, got neither");
}

Result<Principal> AuthenticatorImpl::CheckToken(std::string_view secret, std::string_view address) {
  const Digest digest = Sha256(secret);
  const bool was_good_before = cache_.Find(digest).has_value();
  if (!was_good_before) RETURN_IF_ERROR(MayTry(address));
  Result<TokenInfo> info = Verify(digest, secret);
  if (info.ok()) {
    if (!was_good_before) limiter_.Succeeded(address);
    return PrincipalOf(*info);
  }
  if (info.error().code() == ErrorCode::kUnauthenticated) {
    cache_.Forget(digest);
    limiter_.Failed(address);
  }
  return std::move(info).error();
}

Result<TokenInfo> AuthenticatorImpl::Verify(const Digest& digest, std::string_view secret) {
  const std::uint64_t generation = cache_.generation();
  ASSIGN_OR_RETURN(TokenInfo info, store_.Verify(secret));
  cache_.Put(digest, info, generation);
  return info;
}

Status AuthenticatorImpl::MayTry(std::string_view address) const {
  const auto wait = limiter_.WaitOf(address);
  if (wait.count() == 0) return {};
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("too many failed logins; try again in {} s", wait.count()))
      .Retryable();
}

Result<SessionStore::Created> AuthenticatorImpl::LoginByToken(std::string_view token,
                                                              std::string_view address) {
  ASSIGN_OR_RETURN(Principal principal, CheckToken(token, address));
  SessionStore::Created created = sessions_.Create(std::move(principal));
  // A revocation while we were here either found the session or is seen by this second look.
  if (Result<TokenInfo> again = store_.Verify(token); !again.ok()) {
    sessions_.End(created.cookie);
    return std::move(again).error();
  }
  return created;
}

Result<SessionStore::Created> AuthenticatorImpl::LoginByCode(std::string_view code,
                                                             std::string_view address) {
  RETURN_IF_ERROR(MayTry(address));
  const std::uint64_t generation = cache_.generation();
  std::optional<Principal> principal = codes_.Redeem(code);
  if (!principal) {
    limiter_.Failed(address);
    return Unauthenticated("the login code is unknown, used or older than ten minutes");
  }
  limiter_.Succeeded(address);
  SessionStore::Created created = sessions_.Create(*std::move(principal));
  // A revocation that began after this look finds the session; one before it changed this number.
  if (cache_.generation() != generation) {
    sessions_.End(created.cookie);
    return Unauthenticated("a token was revoked meanwhile; ask for another login link");
  }
  return created;
}

}  // namespace

std::string_view FindCookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    const std::string_view pair = TrimSpaces(header.substr(0, end));
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

Result<Credentials> FindCredentials(const HttpRequest& head, QueryCredentials query) {
  if (const std::string header = head.Header("authorization"); !header.empty()) {
    return FromAuthorization(header);
  }
  if (query == QueryCredentials::kAllowed) {
    if (auto password = head.Param("p")) {
      return Credentials{.kind = Credentials::Kind::kToken, .secret = *std::move(password)};
    }
  }
  const std::string cookies = head.Header("cookie");
  if (const std::string_view cookie = FindCookie(cookies, kSessionCookie); !cookie.empty()) {
    return Credentials{.kind = Credentials::Kind::kSession, .secret = std::string(cookie)};
  }
  return Credentials{};
}

std::unique_ptr<Authenticator> Authenticator::Make(TokenStore& tokens, const Clock& clock,
                                                   const RandomSource& random,
                                                   const AuthOptions& options) {
  return std::make_unique<AuthenticatorImpl>(tokens, clock, random, options);
}

}  // namespace bedplate
