#include "historian/series_registry.h"

#include <algorithm>
#include <mutex>

#include <fmt/format.h>

namespace bedplate::historian {
namespace {

/// A bound that no plant reaches; it keeps a hostile id from growing the table by id.
constexpr std::uint64_t kMaxSeriesId = 100'000'000;

Error OtherType(const Series& series, ValueType wanted) {
  return Error(ErrorCode::kConflict,
               fmt::format("tag has the type {}, not {}", ValueTypeName(series.type()),
                           ValueTypeName(wanted)))
      .At(series.definition().path);
}

}  // namespace

SeriesTotals Series::totals() const noexcept {
  // The count first, as Count writes it last: who sees samples also sees when they are.
  const std::uint64_t samples = samples_.load(std::memory_order_acquire);
  return {samples, conflicts_.load(std::memory_order_acquire),
          first_time_.load(std::memory_order_acquire), last_time()};
}

SeriesInfo Series::Info() const {
  const SeriesTotals now = totals();
  SeriesInfo info{.id = definition_.id,
                  .path = definition_.path,
                  .type = definition_.type,
                  .samples = now.samples,
                  .first = std::nullopt,
                  .last = std::nullopt,
                  .conflicts = now.conflicts};
  if (now.samples > 0) {
    info.first = Timestamp(now.first_time);
    info.last = Timestamp(now.last_time);
  }
  return info;
}

void Series::Count(const AppendResult& result, std::int64_t first_time,
                   std::int64_t last_time) noexcept {
  // One thread writes, so nothing is read and written in one step: those steps would cost more than
  // all else of an append of one sample.
  if (first_time < first_time_.load(std::memory_order_relaxed)) {
    first_time_.store(first_time, std::memory_order_release);
  }
  if (last_time > last_time_.load(std::memory_order_relaxed)) {
    last_time_.store(last_time, std::memory_order_release);
  }
  if (result.conflicts > 0) {
    conflicts_.store(conflicts_.load(std::memory_order_relaxed) + result.conflicts,
                     std::memory_order_release);
  }
  samples_.store(samples_.load(std::memory_order_relaxed) + result.stored,
                 std::memory_order_release);
}

void Series::SetTotals(const SeriesTotals& totals) noexcept {
  first_time_ = totals.first_time;
  last_time_ = totals.last_time;
  samples_ = totals.samples;
  conflicts_ = totals.conflicts;
}

Result<Series*> SeriesRegistry::Resolve(std::string_view path, ValueType type) {
  Series* series = Find(path);
  if (series == nullptr) {
    RETURN_IF_ERROR(CheckPath(path));
    const std::unique_lock lock(mutex_);
    const auto found = by_path_.find(path);
    if (found == by_path_.end()) {
      if (Status room = CheckRoom(); !room.ok()) return std::move(room).error().At(path);
      series = Insert({TagId(by_id_.size() + 1), type, std::string(path)});
    } else {
      series = found->second;
    }
  }
  if (series->type() != type) return OtherType(*series, type);
  return series;
}

Result<Series*> SeriesRegistry::ResolveAnew(std::string_view path, ValueType type) {
  const std::unique_lock lock(mutex_);
  const auto found = by_path_.find(path);
  BEDPLATE_CHECK(found != by_path_.end());
  Series& known = *found->second;
  if (known.type() == type) return &known;
  if (known.totals().samples > 0) return OtherType(known, type);
  return Replace(known, {TagId(by_id_.size() + 1), type, std::string(path)});
}

Result<Series*> SeriesRegistry::Define(const SeriesDefinition& definition) {
  const std::unique_lock lock(mutex_);
  const std::uint64_t id = definition.id.value();
  if (id == 0 || id > kMaxSeriesId) {
    return Error(ErrorCode::kCorruption, fmt::format("series id {} is out of range", id));
  }
  const auto by_path = by_path_.find(definition.path);
  Series* const at_path = by_path == by_path_.end() ? nullptr : by_path->second;
  Series* const with_id = id <= by_id_.size() ? by_id_[id - 1].get() : nullptr;
  if (at_path == nullptr && with_id == nullptr) return Insert(definition);
  if (at_path != nullptr && with_id == nullptr && at_path->totals().samples == 0) {
    return Replace(*at_path, definition);
  }
  const Series* const known = at_path != nullptr ? at_path : with_id;
  if (at_path != nullptr && at_path->definition() == definition) return at_path;
  return Error(
      ErrorCode::kCorruption,
      fmt::format("series {} is defined as {} {} and as {} {} with id {}", id,
                  ValueTypeName(definition.type), definition.path, ValueTypeName(known->type()),
                  known->definition().path, known->id().value()));
}

Series* SeriesRegistry::Find(TagId id) const {
  const std::shared_lock lock(mutex_);
  return FindLocked(id);
}

Series* SeriesRegistry::Find(std::string_view path) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

std::vector<const Series*> SeriesRegistry::Match(const Glob& glob) const {
  std::vector<const Series*> matches;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [path, series] : by_path_) {
      if (glob.Matches(path)) matches.push_back(series);
    }
  }
  std::sort(matches.begin(), matches.end(), [](const Series* a, const Series* b) {
    return a->definition().path < b->definition().path;
  });
  return matches;
}

std::vector<SeriesRecord> SeriesRegistry::Records() const {
  const std::shared_lock lock(mutex_);
  std::vector<SeriesRecord> records;
  records.reserve(by_path_.size());
  for (const auto& series : by_id_) {
    if (!series || series->replaced()) continue;
    const SeriesTotals totals = series->totals();
    if (series->logged() || totals.samples > 0) records.push_back({series->definition(), totals});
  }
  return records;
}

std::uint64_t SeriesRegistry::size() const {
  const std::shared_lock lock(mutex_);
  return by_path_.size();
}

std::vector<Series*> SeriesRegistry::TakeMiscounted() {
  const std::shared_lock lock(mutex_);
  std::vector<Series*> miscounted;
  for (const auto& series : by_id_) {
    if (series && series->TakeMiscounted()) miscounted.push_back(series.get());
  }
  return miscounted;
}

Series* SeriesRegistry::Insert(SeriesDefinition definition) {
  const std::uint64_t id = definition.id.value();
  if (by_id_.size() < id) by_id_.resize(id);
  by_id_[id - 1] = std::make_unique<Series>(std::move(definition), unlogged_);
  Series* series = by_id_[id - 1].get();
  by_path_.emplace(series->definition().path, series);
  return series;
}

/// Whether there is room for one more series without a sample.
Status SeriesRegistry::CheckRoom() const {
  if (by_id_.size() >= kMaxSeriesId) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("a store has at most {} series", kMaxSeriesId));
  }
  if (unlogged_ < kMaxUnloggedSeries) return {};
  return Error(
      ErrorCode::kUnavailable,
      fmt::format("{} paths were named whose samples were all refused, expected at most {}; "
                  "a restart forgets them",
                  unlogged_.load(), kMaxUnloggedSeries));
}

Series* SeriesRegistry::Replace(Series& old, SeriesDefinition definition) {
  by_path_.erase(old.definition().path);
  old.SetReplaced();
  return Insert(std::move(definition));
}

}  // namespace bedplate::historian
