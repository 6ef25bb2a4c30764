#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/sample.h"

namespace bedplate::historian {

using SharedColumns = std::shared_ptr<const SampleColumns>;

/// The samples of one series that are not in segments yet: chunks in ascending time, each of
/// strictly ascending times. One thread writes at a time, any thread reads; a chunk that a reader
/// was given is never changed again but replaced, so a reader holds the lock for a moment only.
class SeriesHead {
 public:
  explicit SeriesHead(ValueType type) : type_(type) {}

  [[nodiscard]] ValueType type() const noexcept { return type_; }

  /// Stores `samples`, whose times ascend strictly; one at a stored time replaces it. Returns by
  /// how many bytes the head grew.
  std::int64_t Upsert(const SampleColumns& samples);

  /// The chunks that overlap `range`, in ascending time.
  [[nodiscard]] std::vector<SharedColumns> Chunks(const TimeRange& range) const;

 private:
  struct Chunk {
    std::shared_ptr<SampleColumns> columns;
    bool shared = false;  // a reader may still look at it
  };

  bool AppendsAtEnd(const SampleColumns& samples) const;
  void Append(const SampleColumns& samples);
  std::int64_t UpsertOne(const SampleColumns& samples, std::size_t index);
  std::size_t ChunkFor(std::int64_t time) const;
  SampleColumns& Writable(Chunk& chunk);
  void SplitWhenLarge(std::size_t chunk_index);

  const ValueType type_;
  mutable std::mutex mutex_;
  mutable std::vector<Chunk> chunks_;  // reading marks chunks as shared
};

/// Every series' head. One thread writes at a time, any thread reads.
class Head {
 public:
  void Upsert(TagId tag, const SampleColumns& samples);

  [[nodiscard]] std::vector<SharedColumns> Chunks(TagId tag, const TimeRange& range) const;
  [[nodiscard]] std::vector<TagId> Tags() const;  // ascending
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(); }
  [[nodiscard]] bool empty() const noexcept { return bytes() == 0; }

 private:
  SeriesHead& HeadOf(TagId tag, ValueType type);

  mutable std::shared_mutex mutex_;
  std::unordered_map<TagId, std::unique_ptr<SeriesHead>> series_;
  std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace bedplate::historian
