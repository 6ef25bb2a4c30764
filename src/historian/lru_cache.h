#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace bedplate::historian {

/// Keeps the most recently used values up to a total cost. Values are shared, so one that is
/// evicted lives on for whoever still uses it. Safe from any thread.
template <typename Key, typename Value>
class LruCache {
 public:
  explicit LruCache(std::uint64_t capacity) : capacity_(capacity) {}

  [[nodiscard]] std::shared_ptr<const Value> Find(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
  }

  /// Adds or replaces; a value that costs more than the capacity is not kept.
  void Insert(const Key& key, std::shared_ptr<const Value> value, std::uint64_t cost) {
    const std::lock_guard lock(mutex_);
    EraseLocked(key);
    entries_.push_front({key, std::move(value), cost});
    index_[key] = entries_.begin();
    cost_ += cost;
    while (cost_ > capacity_) EraseLocked(Key(entries_.back().key));
  }

  void Erase(const Key& key) {
    const std::lock_guard lock(mutex_);
    EraseLocked(key);
  }

 private:
  struct Entry {
    Key key;
    std::shared_ptr<const Value> value;
    std::uint64_t cost;
  };

  void EraseLocked(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    cost_ -= found->second->cost;
    entries_.erase(found->second);
    index_.erase(found);
  }

  const std::uint64_t capacity_;
  std::mutex mutex_;
  std::uint64_t cost_ = 0;
  std::list<Entry> entries_;  // most recently used first
  std::map<Key, typename std::list<Entry>::iterator> index_;
};

}  // namespace bedplate::historian
