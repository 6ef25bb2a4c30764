#include "query/query_watcher.h"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace bedplate {
namespace {

// A cancel token can only be polled. This is how late a stop can be noticed.
constexpr auto kPollInterval = std::chrono::milliseconds(5);
// What the allocator may keep of ended queries before it is told to give it back.
constexpr std::uint64_t kKeptMemoryBytes = 32ULL << 20U;

}  // namespace

std::uint64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (!(file >> total_pages >> resident_pages)) return 0;
  return resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

QueryWatcher::QueryWatcher(const Clock& clock, MemoryProbe probe, std::uint64_t extra_memory_bytes,
                           MemoryProbe others)
    : clock_(clock),
      probe_(std::move(probe)),
      extra_memory_bytes_(extra_memory_bytes),
      others_(std::move(others)),
      thread_([this] { Loop(); }) {}

QueryWatcher::~QueryWatcher() {
  {
    const std::scoped_lock lock(mutex_);
    BEDPLATE_CHECK(entries_.empty());
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void QueryWatcher::Loop() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (entries_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const bool exceeded = MemoryExceeded();
    for (auto& [id, entry] : entries_) Inspect(entry, exceeded);
    changed_.wait_for(lock, kPollInterval);
  }
}

bool QueryWatcher::MemoryExceeded() {
  const std::uint64_t held = probe_();
  const std::uint64_t allowed = memory_before_ + extra_memory_bytes_;
  if (held <= allowed + others_growth_) return false;
  const std::uint64_t others = others_();
  if (others > others_before_) others_growth_ = std::max(others_growth_, others - others_before_);
  return held > allowed + others_growth_;
}

void QueryWatcher::Inspect(Entry& entry, bool memory_exceeded) const {
  if (!entry.stopped) {
    if (entry.cancel.cancelled()) {
      entry.stopped.emplace(ErrorCode::kCancelled, "the query was cancelled");
    } else if (clock_.Monotonic() >= entry.deadline) {
      const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(entry.timeout);
      entry.stopped.emplace(ErrorCode::kDeadlineExceeded,
                            fmt::format("the query took longer than {} ms", limit.count()));
    } else if (memory_exceeded) {
      entry.stopped.emplace(ErrorCode::kResourceExhausted,
                            "the queries that run now need too much memory; ask for less at once");
    }
  }
  if (!entry.stopped) return;
  entry.stop.Cancel();
  // Again at every turn: DuckDB forgets an interrupt that comes between two of its steps.
  duckdb_interrupt(entry.connection);
}

QueryWatcher::Watch::Watch(QueryWatcher& watcher, duckdb_connection connection,
                           const Limits& limits)
    : watcher_(watcher) {
  {
    const std::scoped_lock lock(watcher_.mutex_);
    if (watcher_.entries_.empty()) {
      watcher_.memory_before_ = watcher_.probe_();
      watcher_.others_before_ = watcher_.others_();
      watcher_.others_growth_ = 0;
    }
    id_ = watcher_.next_id_++;
    Entry& entry = watcher_.entries_[id_];
    entry.connection = connection;
    entry.timeout = limits.timeout;
    entry.deadline = watcher_.clock_.Monotonic() + limits.timeout;
    entry.cancel = limits.cancel;
    entry.stop = stop_;
  }
  watcher_.changed_.notify_all();
}

QueryWatcher::Watch::~Watch() {
  std::uint64_t allowed = UINT64_MAX;
  {
    const std::scoped_lock lock(watcher_.mutex_);
    watcher_.entries_.erase(id_);
    if (watcher_.entries_.empty()) allowed = watcher_.memory_before_ + kKeptMemoryBytes;
  }
  if (allowed != UINT64_MAX && watcher_.probe_() > allowed) malloc_trim(0);
}

std::optional<Error> QueryWatcher::Watch::Stopped() const {
  const std::scoped_lock lock(watcher_.mutex_);
  Entry& entry = watcher_.entries_.at(id_);
  watcher_.Inspect(entry, false);
  return entry.stopped;
}

}  // namespace bedplate
