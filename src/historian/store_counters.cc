#include "historian/store_counters.h"

#include <algorithm>

namespace bedplate::historian {

void StoreCounters::CountStored(const AppendResult& result) noexcept {
  samples_ += result.stored + result.duplicates + result.conflicts;
}

void StoreCounters::CountRefused(AppendRefusal reason) noexcept {
  ++refused_[static_cast<std::size_t>(reason)];
}

void StoreCounters::CountLogWrite(std::chrono::nanoseconds duration) noexcept {
  const auto bound = std::lower_bound(kLogWriteBounds.begin(), kLogWriteBounds.end(), duration);
  ++log_writes_[static_cast<std::size_t>(bound - kLogWriteBounds.begin())];
  log_write_ns_ += duration.count();
}

void StoreCounters::CountFlush(std::uint64_t bytes) noexcept {
  ++flushes_;
  flushed_bytes_ += bytes;
}

void StoreCounters::NoteMarkSources(std::uint64_t remembered, std::uint64_t forgotten) noexcept {
  mark_sources_ = remembered;
  forgotten_mark_sources_ = forgotten;
}

void StoreCounters::AddTo(HistorianStats& stats) const {
  stats.appends = appends_.load();
  stats.appended_samples = samples_.load();
  for (std::size_t i = 0; i < refused_.size(); ++i) {
    stats.refused_by[i] = refused_[i].load();
    stats.refused_appends += stats.refused_by[i];
  }
  for (std::size_t i = 0; i < log_writes_.size(); ++i) {
    stats.log_writes.counts[i] = log_writes_[i].load();
  }
  stats.log_writes.total = std::chrono::nanoseconds(log_write_ns_.load());
  stats.flushes = flushes_.load();
  stats.flushed_bytes = flushed_bytes_.load();
  stats.mark_sources = mark_sources_.load();
  stats.forgotten_mark_sources = forgotten_mark_sources_.load();
}

}  // namespace bedplate::historian
