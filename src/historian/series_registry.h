#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "historian/historian.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

/// What is stored of one series, in numbers.
struct SeriesTotals {
  std::uint64_t samples = 0;
  std::uint64_t conflicts = 0;
  std::int64_t first_time = INT64_MAX;  // ns since 1970; INT64_MAX: no sample
  std::int64_t last_time = INT64_MIN;

  bool operator==(const SeriesTotals&) const = default;
};

/// A series with its totals at one moment.
struct SeriesRecord {
  SeriesDefinition definition;
  SeriesTotals totals;

  bool operator==(const SeriesRecord&) const = default;
};

/// Series of a registry that may be without a durable definition: each is some memory for a path
/// that was named and got no sample yet.
inline constexpr std::uint64_t kMaxUnloggedSeries = 500'000;

/// One series. Its identity never changes; its totals are written by one thread at a time and read
/// by any.
class Series {
 public:
  /// `unlogged` counts the series that are not logged, of which this one is one; it must outlive
  /// it.
  Series(SeriesDefinition definition, std::atomic<std::uint64_t>& unlogged)
      : definition_(std::move(definition)), unlogged_(unlogged) {
    ++unlogged_;
  }

  [[nodiscard]] const SeriesDefinition& definition() const noexcept { return definition_; }
  [[nodiscard]] TagId id() const noexcept { return definition_.id; }
  [[nodiscard]] ValueType type() const noexcept { return definition_.type; }
  [[nodiscard]] SeriesTotals totals() const noexcept;
  [[nodiscard]] std::int64_t last_time() const noexcept {
    return last_time_.load(std::memory_order_acquire);
  }
  [[nodiscard]] SeriesInfo Info() const;

  /// Counts what an append did; `first_time` and `last_time` bound its samples.
  void Count(const AppendResult& result, std::int64_t first_time, std::int64_t last_time) noexcept;
  void SetTotals(const SeriesTotals& totals) noexcept;

  /// Whether the definition is durable, so that appends need not log it.
  [[nodiscard]] bool logged() const noexcept { return logged_.load(std::memory_order_acquire); }
  void SetLogged() noexcept {
    if (!logged() && !logged_.exchange(true)) --unlogged_;
  }

  /// Asks the processor for what an append needs of it, as a hint.
  void Prefetch() const noexcept {
    __builtin_prefetch(&definition_);
    __builtin_prefetch(&samples_, 1);
    __builtin_prefetch(&replaced_, 1);
  }

  /// Whether another series took this one's path, before it had a sample.
  [[nodiscard]] bool replaced() const noexcept { return replaced_.load(); }
  void SetReplaced() noexcept { replaced_ = true; }

  /// Notes that what was stored or deleted could not be compared with all that there is, so that
  /// its samples are to be counted again.
  void SetMiscounted() noexcept { miscounted_ = true; }
  /// Whether that was noted since it was asked last.
  [[nodiscard]] bool TakeMiscounted() noexcept {
    return miscounted_.load(std::memory_order_relaxed) && miscounted_.exchange(false);
  }

 private:
  const SeriesDefinition definition_;
  std::atomic<std::uint64_t> samples_ = 0;
  std::atomic<std::uint64_t> conflicts_ = 0;
  std::atomic<std::int64_t> first_time_ = INT64_MAX;
  std::atomic<std::int64_t> last_time_ = INT64_MIN;
  std::atomic<bool> logged_ = false;
  std::atomic<std::uint64_t>& unlogged_;
  std::atomic<bool> replaced_ = false;
  std::atomic<bool> miscounted_ = false;
};

/// Every series of a store, by id and by path. Safe from any thread; a Series lives as long as the
/// registry.
class SeriesRegistry {
 public:
  /// The series at `path`, created when it is new. Errors: kConflict, kInvalidArgument,
  /// kUnavailable beyond kMaxUnloggedSeries.
  Result<Series*> Resolve(std::string_view path, ValueType type);
  /// The same, but a series of another type that has no sample is replaced by a new one. The caller
  /// sees to it that no sample is stored meanwhile.
  Result<Series*> ResolveAnew(std::string_view path, ValueType type);
  /// Adds a series read from disk, or finds it again; one without samples that has its path is
  /// replaced. Errors: kCorruption when another series has its id, or its path and samples.
  Result<Series*> Define(const SeriesDefinition& definition);

  [[nodiscard]] Series* Find(TagId id) const;
  /// For many look-ups under one lock, which it holds.
  class Reader {
   public:
    explicit Reader(const SeriesRegistry& registry) : registry_(registry), lock_(registry.mutex_) {}
    [[nodiscard]] Series* Find(TagId id) const { return registry_.FindLocked(id); }
    /// No series has a greater id.
    [[nodiscard]] TagId greatest() const { return TagId(registry_.by_id_.size()); }

   private:
    const SeriesRegistry& registry_;
    const std::shared_lock<std::shared_mutex> lock_;
  };
  [[nodiscard]] Series* Find(std::string_view path) const;
  [[nodiscard]] std::vector<const Series*> Match(const Glob& glob) const;  // by path
  /// Those whose definition is durable or that have samples, by id; the others are but names.
  [[nodiscard]] std::vector<SeriesRecord> Records() const;
  [[nodiscard]] std::uint64_t size() const;
  /// Those that are to be counted again, each once.
  [[nodiscard]] std::vector<Series*> TakeMiscounted();

 private:
  [[nodiscard]] Series* FindLocked(TagId id) const {
    if (id.value() == 0 || id.value() > by_id_.size()) return nullptr;
    return by_id_[id.value() - 1].get();
  }
  Series* Insert(SeriesDefinition definition);
  Series* Replace(Series& old, SeriesDefinition definition);
  [[nodiscard]] Status CheckRoom() const;

  mutable std::shared_mutex mutex_;
  std::atomic<std::uint64_t> unlogged_ = 0;
  /// Index id - 1; null where a number was not used. Replaced series stay, for who has their id.
  std::vector<std::unique_ptr<Series>> by_id_;
  std::unordered_map<std::string_view, Series*> by_path_;  // keys point into the series
};

}  // namespace bedplate::historian
