#pragma once

#include <duckdb.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"

namespace bedplate {

/// Bytes of memory that the process holds now (resident), for the watcher's ceiling.
using MemoryProbe = std::function<std::uint64_t()>;

/// The operating system's figure; 0 where it does not tell.
std::uint64_t ResidentBytes();

/// Stops queries that ran out of time, were cancelled, or run while the process holds too much
/// memory. One thread for all queries, which sleeps while there are none.
class QueryWatcher {
 public:
  struct Limits {
    std::chrono::nanoseconds timeout{0};
    CancelToken cancel;
  };

  /// Stops all running queries while the process holds `extra_memory_bytes` more than when the
  /// first of them started: what expressions and aggregates hold escapes DuckDB's own limit.
  /// By as much as `others` has grown meanwhile (what is no query's fault), it may hold more.
  /// `clock` must outlive the watcher.
  QueryWatcher(
      const Clock& clock, MemoryProbe probe, std::uint64_t extra_memory_bytes,
      MemoryProbe others = [] { return 0; });
  ~QueryWatcher();
  QueryWatcher(const QueryWatcher&) = delete;
  QueryWatcher& operator=(const QueryWatcher&) = delete;

  /// One query under watch, from construction to destruction; both must see `connection` open.
  class Watch {
   public:
    Watch(QueryWatcher& watcher, duckdb_connection connection, const Limits& limits);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    /// Why the query was stopped, when it was.
    [[nodiscard]] std::optional<Error> Stopped() const;
    /// Raised when the query is stopped; for what runs inside it.
    [[nodiscard]] const CancelToken& stop() const noexcept { return stop_; }

   private:
    QueryWatcher& watcher_;
    CancelToken stop_ = CancelToken::Make();
    std::uint64_t id_ = 0;
  };

 private:
  struct Entry {
    duckdb_connection connection = nullptr;
    std::chrono::nanoseconds timeout{0};
    std::chrono::nanoseconds deadline{0};  // on the monotonic clock
    CancelToken cancel;
    CancelToken stop;
    std::optional<Error> stopped;
  };

  void Loop();
  void Inspect(Entry& entry, bool memory_exceeded) const;
  /// Asks `others_`, which may be slow, only where it matters.
  bool MemoryExceeded();

  const Clock& clock_;
  const MemoryProbe probe_;
  const std::uint64_t extra_memory_bytes_;
  const MemoryProbe others_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t next_id_ = 1;
  std::uint64_t memory_before_ = 0;  // when entries_ was last empty
  std::uint64_t others_before_ = 0;  // the same
  // The most since then: what they give back, the allocator need not give back.
  std::uint64_t others_growth_ = 0;
  bool ending_ = false;
  std::thread thread_;  // last: it uses everything above
};

}  // namespace bedplate
