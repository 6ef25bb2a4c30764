#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/http.h"
#include "base/clock.h"
#include "base/secret.h"

namespace bedplate {

struct SessionLimits {
  std::chrono::seconds longest{30 * 86'400};   // since the login
  std::chrono::seconds longest_local{43'200};  // of those that no token vouches for
  std::chrono::seconds idle{86'400};           // since the last request
  std::size_t sessions = 10'000;               // beyond it the longest unused one ends
  std::chrono::seconds code_lifetime{600};
  std::size_t codes = 256;  // beyond it the oldest one is void
};

/// A browser that is signed in.
struct Session {
  Principal principal;
  Timestamp expires;  // of the session as a whole, however busy
};

/// Browser sessions, in memory: a restart signs everybody out. Cookie values are kept as their
/// SHA-256, so that looking one up tells nothing by its timing. Safe for concurrent use.
class SessionStore {
 public:
  /// `clock` must outlive the store.
  SessionStore(const Clock& clock, RandomSource random, SessionLimits limits = {});

  struct Created {
    std::string cookie;
    Session session;
  };
  /// `principal.actor` is the id of the token that vouches for the session, or kLocalActor: nobody
  /// can revoke that, so such a session is shorter.
  Created Create(Principal principal);
  /// The session of a cookie value; counts as its use.
  std::optional<Session> Use(std::string_view cookie);
  void End(std::string_view cookie);
  /// Ends every session that `actor` (a token id) vouches for.
  void EndOf(std::string_view actor);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    Digest digest;
    Session session;
    std::chrono::nanoseconds end;  // on the monotonic clock, however busy
    std::chrono::nanoseconds used;
  };
  using Entries = std::list<Entry>;  // the most recently used first

  void Erase(Entries::iterator entry);
  [[nodiscard]] bool IsOver(const Entry& entry, std::chrono::nanoseconds now) const;

  const Clock& clock_;
  const RandomSource random_;
  const SessionLimits limits_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<Digest, Entries::iterator, DigestHash> by_digest_;
};

/// One-time codes that a login link carries. Safe for concurrent use.
class LoginCodes {
 public:
  /// `clock` must outlive the codes.
  LoginCodes(const Clock& clock, RandomSource random, SessionLimits limits = {});

  /// A code that signs in as `principal` once, within the lifetime.
  std::string Create(Principal principal);
  /// Whom the code stands for; it is void afterwards.
  std::optional<Principal> Redeem(std::string_view code);
  void EndOf(std::string_view actor);

 private:
  struct Entry {
    Digest digest;
    Principal principal;
    std::chrono::nanoseconds created;
  };

  const Clock& clock_;
  const RandomSource random_;
  const SessionLimits limits_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the oldest first
};

}  // namespace bedplate
