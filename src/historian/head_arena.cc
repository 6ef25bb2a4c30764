#include "historian/head_arena.h"

#include <bit>
#include <utility>

namespace bedplate::historian {
namespace {

constexpr std::size_t kLeastPieceBytes = 64;

/// Sizes in ascending order: 64, 96, 128, 192, 256, ...
std::size_t ClassOf(std::size_t bytes) noexcept {
  if (bytes <= kLeastPieceBytes) return 0;
  const std::size_t power = std::bit_width(bytes - 1) - 1;  // 2^power < bytes <= 2^(power + 1)
  const std::size_t half_step = (std::size_t{3} << power) / 2;
  return 2 * (power - 6) + (bytes <= half_step ? 1 : 2);
}

std::size_t ClassBytes(std::size_t index) noexcept {
  return (index % 2 == 0 ? kLeastPieceBytes : kLeastPieceBytes * 3 / 2) << (index / 2);
}

}  // namespace

SlabPool::Slab SlabPool::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Slab slab = std::move(idle_.back());
      idle_.pop_back();
      return slab;
    }
  }
  // Huge pages were tried: the kernel's search for them took longer than the faults they save.
  return std::make_unique_for_overwrite<std::byte[]>(kSlabBytes);
}

void SlabPool::GiveBack(std::vector<Slab> slabs) {
  const std::lock_guard lock(mutex_);
  while (!slabs.empty() && idle_.size() < limit_) {
    idle_.push_back(std::move(slabs.back()));
    slabs.pop_back();
  }
}

std::uint64_t SlabPool::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  return idle_.size() * kSlabBytes;
}

HeadArena::~HeadArena() { pool_->GiveBack(std::move(slabs_)); }

std::size_t HeadArena::PieceBytes(std::size_t bytes) noexcept {
  return bytes > kLargestPieceBytes ? bytes : ClassBytes(ClassOf(bytes));
}

std::byte* HeadArena::Allocate(std::size_t bytes) {
  if (bytes > kLargestPieceBytes) {
    large_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
    return large_.back().get();
  }
  const std::size_t index = ClassOf(bytes);
  if (!free_[index].empty()) {
    std::byte* const piece = free_[index].back();
    free_[index].pop_back();
    return piece;
  }
  const std::size_t size = ClassBytes(index);
  if (left_ < size) {
    slabs_.push_back(pool_->Take());
    next_ = slabs_.back().get();
    left_ = SlabPool::kSlabBytes;
  }
  left_ -= size;
  return std::exchange(next_, next_ + size);
}

void HeadArena::Free(std::byte* piece, std::size_t bytes) {
  // A large piece lives as long as the head: the samples of a head are seldom given up.
  if (bytes <= kLargestPieceBytes) free_[ClassOf(bytes)].push_back(piece);
}

}  // namespace bedplate::historian
