#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/secret.h"
#include "catalog/token_store.h"

namespace bedplate {

/// Tokens that were good when last looked at, by the SHA-256 of their secret. Safe for concurrent
/// use.
class TokenCache {
 public:
  /// `clock` must outlive the cache.
  TokenCache(const Clock& clock, std::chrono::seconds fresh_for, std::size_t limit)
      : clock_(clock), fresh_for_(fresh_for), limit_(limit) {}

  struct Found {
    TokenInfo info;
    bool fresh = false;  // to be believed without another look
  };
  [[nodiscard]] std::optional<Found> Find(const Digest& digest) const;

  /// To be read before the token store is asked; Put with it does nothing when a token was
  /// forgotten in between, so that an answer from before a revocation never stays.
  [[nodiscard]] std::uint64_t generation() const;
  void Put(const Digest& digest, TokenInfo info, std::uint64_t generation);
  void Forget(const Digest& digest);
  void ForgetId(std::string_view id);

 private:
  struct Entry {
    TokenInfo info;
    std::chrono::nanoseconds verified;
  };

  const Clock& clock_;
  const std::chrono::seconds fresh_for_;
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::unordered_map<Digest, Entry, DigestHash> entries_;
};

}  // namespace bedplate
