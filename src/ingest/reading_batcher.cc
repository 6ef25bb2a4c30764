#include "ingest/reading_batcher.h"

#include <utility>

namespace bedplate {

void ReadingBatcher::Add(const Reading& reading) {
  BatchOf(reading).samples.Push(reading.sample);
  ++samples_;
}

/// The open batch of the path. A value of another type or in another unit begins a new one.
PathBatch& ReadingBatcher::BatchOf(const Reading& reading) {
  const ValueType type = TypeOf(reading.sample.value);
  const auto open = open_.find(reading.path);
  if (open != open_.end()) {
    PathBatch& batch = delivery_.batches[open->second];
    if (batch.samples.type == type && batch.unit == reading.unit) return batch;
    open->second = delivery_.batches.size();
  } else {
    open_.emplace(reading.path, delivery_.batches.size());
  }
  PathBatch& batch = delivery_.batches.emplace_back();
  batch.path = reading.path;
  batch.unit = reading.unit;
  batch.samples.type = type;
  batch.origin.prefix = reading.place;
  batch.memo = MemoOf(reading.path);
  return batch;
}

RouteMemo* ReadingBatcher::MemoOf(std::string_view path) {
  const auto known = memos_.find(path);
  if (known != memos_.end()) return known->second.get();
  if (memos_.size() >= kMostMemos) return nullptr;
  return memos_.emplace(path, std::make_unique<RouteMemo>()).first->second.get();
}

Delivery ReadingBatcher::Take() {
  open_.clear();
  samples_ = 0;
  return std::exchange(delivery_, {});
}

}  // namespace bedplate
