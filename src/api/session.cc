#include "api/session.h"

#include <algorithm>

namespace bedplate {

SessionStore::SessionStore(const Clock& clock, RandomSource random, SessionLimits limits)
    : clock_(clock), random_(std::move(random)), limits_(limits) {}

SessionStore::Created SessionStore::Create(Principal principal) {
  const auto now = clock_.Monotonic();
  const auto life = principal.actor == kLocalActor ? limits_.longest_local : limits_.longest;
  Created created{.cookie = MakeSecret(random_),
                  .session = {.principal = std::move(principal), .expires = clock_.Now() + life}};
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= limits_.sessions) Erase(std::prev(entries_.end()));
  entries_.push_front({.digest = Sha256(created.cookie),
                       .session = created.session,
                       .end = now + life,
                       .used = now});
  by_digest_[entries_.front().digest] = entries_.begin();
  return created;
}

std::optional<Session> SessionStore::Use(std::string_view cookie) {
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  const auto found = by_digest_.find(Sha256(cookie));
  if (found == by_digest_.end()) return std::nullopt;
  const Entries::iterator entry = found->second;
  if (IsOver(*entry, now)) {
    Erase(entry);
    return std::nullopt;
  }
  entry->used = now;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->session;
}

void SessionStore::End(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  const auto found = by_digest_.find(Sha256(cookie));
  if (found != by_digest_.end()) Erase(found->second);
}

void SessionStore::EndOf(std::string_view actor) {
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto current = entry++;
    if (current->session.principal.actor == actor) Erase(current);
  }
}

std::size_t SessionStore::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void SessionStore::Erase(Entries::iterator entry) {
  by_digest_.erase(entry->digest);
  entries_.erase(entry);
}

bool SessionStore::IsOver(const Entry& entry, std::chrono::nanoseconds now) const {
  return now >= entry.end || now - entry.used >= limits_.idle;
}

LoginCodes::LoginCodes(const Clock& clock, RandomSource random, SessionLimits limits)
    : clock_(clock), random_(std::move(random)), limits_(limits) {}

std::string LoginCodes::Create(Principal principal) {
  std::string code = MakeSecret(random_);
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= limits_.codes) entries_.pop_front();
  entries_.push_back(
      {.digest = Sha256(code), .principal = std::move(principal), .created = clock_.Monotonic()});
  return code;
}

std::optional<Principal> LoginCodes::Redeem(std::string_view code) {
  const Digest digest = Sha256(code);
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_,
                [&](const Entry& entry) { return now - entry.created >= limits_.code_lifetime; });
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.digest == digest; });
  if (found == entries_.end()) return std::nullopt;
  Principal principal = std::move(found->principal);
  entries_.erase(found);
  return principal;
}

void LoginCodes::EndOf(std::string_view actor) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.principal.actor == actor; });
}

}  // namespace bedplate
