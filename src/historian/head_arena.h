#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace bedplate::historian {

/// Memory that heads give back and take again, so that a head that fills does not cost a page fault
/// for every four kilobytes of it. Keeps at most `limit_bytes` that nobody uses. Safe from any
/// thread.
class SlabPool {
 public:
  static constexpr std::size_t kSlabBytes = 256UL * 1024;
  using Slab = std::unique_ptr<std::byte[]>;

  explicit SlabPool(std::uint64_t limit_bytes) : limit_(limit_bytes / kSlabBytes) {}

  Slab Take();
  void GiveBack(std::vector<Slab> slabs);
  [[nodiscard]] std::uint64_t idle_bytes() const;

 private:
  const std::uint64_t limit_;  // slabs
  mutable std::mutex mutex_;
  std::vector<Slab> idle_;
};

/// The memory of one head: pieces of a few sizes, cut from slabs and all given back at once. Not
/// safe for concurrent use.
class HeadArena {
 public:
  /// A larger piece is memory of its own.
  static constexpr std::size_t kLargestPieceBytes = 64UL * 1024;

  explicit HeadArena(std::shared_ptr<SlabPool> pool) : pool_(std::move(pool)) {}
  ~HeadArena();
  HeadArena(const HeadArena&) = delete;
  HeadArena& operator=(const HeadArena&) = delete;

  /// The size of the piece that Allocate gives for `bytes`: 64 or 96 times a power of two, so that
  /// a third is wasted at most. At least `bytes`.
  static std::size_t PieceBytes(std::size_t bytes) noexcept;

  /// PieceBytes(bytes) bytes, aligned for any column.
  std::byte* Allocate(std::size_t bytes);
  /// Takes back what Allocate gave for the same `bytes`.
  void Free(std::byte* piece, std::size_t bytes);

 private:
  static constexpr std::size_t kClasses = 24;

  const std::shared_ptr<SlabPool> pool_;
  std::vector<SlabPool::Slab> slabs_;
  std::vector<std::unique_ptr<std::byte[]>> large_;  // pieces too large for a slab
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;                                // of the newest slab
  std::array<std::vector<std::byte*>, kClasses> free_;  // by size
};

}  // namespace bedplate::historian
