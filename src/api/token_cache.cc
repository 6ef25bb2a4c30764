#include "api/token_cache.h"

#include <algorithm>

namespace bedplate {

std::optional<TokenCache::Found> TokenCache::Find(const Digest& digest) const {
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(digest);
  if (found == entries_.end()) return std::nullopt;
  return Found{.info = found->second.info, .fresh = now - found->second.verified < fresh_for_};
}

std::uint64_t TokenCache::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

void TokenCache::Put(const Digest& digest, TokenInfo info, std::uint64_t generation) {
  const auto now = clock_.Monotonic();
  const std::lock_guard lock(mutex_);
  if (generation != generation_) return;
  if (entries_.size() >= limit_ && !entries_.contains(digest)) {
    entries_.erase(std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.verified < b.second.verified; }));
  }
  entries_[digest] = {.info = std::move(info), .verified = now};
}

void TokenCache::Forget(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  entries_.erase(digest);
}

void TokenCache::ForgetId(std::string_view id) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  std::erase_if(entries_, [&](const auto& item) { return item.second.info.id == id; });
}

}  // namespace bedplate
