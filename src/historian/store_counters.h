#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "historian/historian.h"

namespace bedplate::historian {

/// What was appended and flushed since a store was opened. Safe from any thread.
class StoreCounters {
 public:
  /// An append that goes to the log.
  void CountLogged() noexcept { ++appends_; }
  void CountStored(const AppendResult& result) noexcept;
  void CountRefused(AppendRefusal reason) noexcept;
  void CountLogWrite(std::chrono::nanoseconds duration) noexcept;
  /// A flush whose segments have so many bytes.
  void CountFlush(std::uint64_t bytes) noexcept;
  /// How many sources have marks that are remembered, and how many were forgotten.
  void NoteMarkSources(std::uint64_t remembered, std::uint64_t forgotten) noexcept;

  void AddTo(HistorianStats& stats) const;

 private:
  std::atomic<std::uint64_t> appends_ = 0;
  std::atomic<std::uint64_t> samples_ = 0;
  std::array<std::atomic<std::uint64_t>, kAppendRefusals> refused_{};  // by AppendRefusal
  std::array<std::atomic<std::uint64_t>, kLogWriteBounds.size() + 1> log_writes_{};
  std::atomic<std::int64_t> log_write_ns_ = 0;
  std::atomic<std::uint64_t> flushes_ = 0;
  std::atomic<std::uint64_t> flushed_bytes_ = 0;
  std::atomic<std::uint64_t> mark_sources_ = 0;
  std::atomic<std::uint64_t> forgotten_mark_sources_ = 0;
};

}  // namespace bedplate::historian
