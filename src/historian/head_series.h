#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"
#include "historian/head_arena.h"
#include "historian/sample_run.h"

namespace bedplate::historian {

/// Samples of one series in ascending time, in one piece of a HeadArena: a column of times, one of
/// values and, if any was not good, one of qualities. A string's value is the address of its text.
class HeadChunk {
 public:
  /// A chunk beyond this is cut in two; a late sample moves at most this many others.
  static constexpr std::size_t kMostSamples = 1024;

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::span<const std::int64_t> times() const noexcept { return {Times(), count_}; }
  [[nodiscard]] std::int64_t first_time() const noexcept { return Times()[0]; }
  [[nodiscard]] std::int64_t last_time() const noexcept { return Times()[count_ - 1]; }
  /// First position whose time is not before `time`.
  [[nodiscard]] std::size_t LowerBound(std::int64_t time) const noexcept;

  /// Adds samples, all later than the last one; they must fit into kMostSamples (CHECK).
  void Append(const SampleRun& samples, HeadArena& arena);
  /// Adds or replaces samples; returns how many were added. At most kMostSamples at a time (CHECK).
  std::size_t Merge(const SampleRun& samples, HeadArena& arena);
  /// Moves the upper half of the samples into the chunk that is returned.
  HeadChunk Split(ValueType type, HeadArena& arena);
  /// Adds a copy of samples [begin, end) to `out`, which has the type `out.type`.
  void CopyTo(std::size_t begin, std::size_t end, SampleColumns& out) const;
  /// Asks the processor for the last sample and the place of the next, as a hint.
  void PrefetchEnd(ValueType type) const noexcept;
  /// Puts a copy of sample `from` in the place of sample `to` of `out`.
  void CopyOver(std::size_t from, std::size_t to, SampleColumns& out) const;

 private:
  [[nodiscard]] std::int64_t* Times() const noexcept {
    return reinterpret_cast<std::int64_t*>(memory_);
  }
  [[nodiscard]] std::byte* Values() const noexcept {
    return memory_ + capacity_ * sizeof(std::int64_t);
  }
  [[nodiscard]] std::byte* Qualities(std::size_t value_bytes) const noexcept {
    return Values() + capacity_ * value_bytes;
  }
  [[nodiscard]] std::size_t MemoryBytes(std::size_t value_bytes) const noexcept;
  void Reserve(std::size_t count, bool has_qualities, ValueType type, HeadArena& arena);
  void Put(const SampleRun& samples, std::size_t begin, std::size_t end, std::size_t at,
           HeadArena& arena);
  void Move(std::size_t begin, std::size_t end, std::size_t to, std::size_t value_bytes);
  [[nodiscard]] std::size_t CountKnown(const SampleRun& samples) const;

  std::byte* memory_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint16_t capacity_ = 0;
  bool has_qualities_ = false;
};

/// The samples of one series in a head: chunks in ascending time. Not safe for concurrent use.
class HeadSeries {
 public:
  [[nodiscard]] bool empty() const noexcept { return last_.count() == 0; }
  [[nodiscard]] ValueType type() const noexcept { return type_; }
  void SetType(ValueType type) noexcept { type_ = type; }

  /// Stores `samples`, whose times ascend strictly; one at a stored time replaces it. Returns by
  /// how many bytes the head grew.
  std::uint64_t Upsert(const SampleRun& samples, HeadArena& arena);

  [[nodiscard]] std::size_t chunk_count() const noexcept {
    return empty() ? 0 : (older_ ? older_->size() : 0) + 1;
  }
  [[nodiscard]] const HeadChunk& chunk(std::size_t index) const noexcept {
    return older_ && index < older_->size() ? (*older_)[index] : last_;
  }
  /// The last chunk that begins at or before `time`, or the first one.
  [[nodiscard]] std::size_t ChunkFor(std::int64_t time) const noexcept;
  /// Asks the processor for the place of the next sample, as a hint.
  void PrefetchEnd() const noexcept { last_.PrefetchEnd(type_); }

 private:
  HeadChunk& chunk(std::size_t index) noexcept {
    return older_ && index < older_->size() ? (*older_)[index] : last_;
  }
  void AppendToLast(const SampleRun& samples, HeadArena& arena);
  std::size_t MergePart(const SampleRun& samples, HeadArena& arena);
  void SplitWhenLarge(std::size_t index, HeadArena& arena);
  [[nodiscard]] std::size_t PartFor(const SampleRun& samples) const noexcept;

  HeadChunk last_;
  std::unique_ptr<std::vector<HeadChunk>> older_;  // null while the last one is the only one
  ValueType type_ = ValueType::kDouble;
};

}  // namespace bedplate::historian
