#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace bedplate {

/// Memory that several users share. Safe for concurrent use.
class MemoryLimit {
 public:
  /// What is taken of it is taken of `whole` as well, where there is one.
  explicit MemoryLimit(std::uint64_t bytes, std::shared_ptr<MemoryLimit> whole = nullptr)
      : bytes_(bytes), whole_(std::move(whole)) {}

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_.load(); }
  /// What this one is a part of, or null.
  [[nodiscard]] const MemoryLimit* whole() const noexcept { return whole_.get(); }

  /// Takes `bytes` of it; false, and nothing is taken, where they are not left.
  [[nodiscard]] bool Take(std::uint64_t bytes) noexcept {
    if (!TakeOwn(bytes)) return false;
    if (whole_ == nullptr || whole_->Take(bytes)) return true;
    taken_.fetch_sub(bytes);
    return false;
  }
  /// Gives back what was taken.
  void Give(std::uint64_t bytes) noexcept {
    taken_.fetch_sub(bytes);
    if (whole_ != nullptr) whole_->Give(bytes);
  }

 private:
  [[nodiscard]] bool TakeOwn(std::uint64_t bytes) noexcept {
    std::uint64_t taken = taken_.load();
    do {
      if (bytes > bytes_ || taken > bytes_ - bytes) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + bytes));
    return true;
  }

  const std::uint64_t bytes_;
  const std::shared_ptr<MemoryLimit> whole_;
  std::atomic<std::uint64_t> taken_ = 0;
};

/// What one user has taken of a limit, given back when it goes out of scope.
class MemoryShare {
 public:
  MemoryShare() = default;
  explicit MemoryShare(std::shared_ptr<MemoryLimit> limit) : limit_(std::move(limit)) {}
  ~MemoryShare() {
    if (limit_ != nullptr) limit_->Give(bytes_);
  }
  MemoryShare(MemoryShare&& other) noexcept
      : limit_(std::move(other.limit_)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryShare& operator=(MemoryShare&& other) noexcept {
    std::swap(limit_, other.limit_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }

  [[nodiscard]] bool has_limit() const noexcept { return limit_ != nullptr; }
  /// Makes it `bytes` in all; false, and it stays as it is, where so many are not left.
  [[nodiscard]] bool Resize(std::uint64_t bytes) noexcept {
    if (bytes > bytes_ && !limit_->Take(bytes - bytes_)) return false;
    if (bytes < bytes_) limit_->Give(bytes_ - bytes);
    bytes_ = bytes;
    return true;
  }

 private:
  std::shared_ptr<MemoryLimit> limit_;
  std::uint64_t bytes_ = 0;
};

/// What a request is refused with (kResourceExhausted) whose `purpose`, a clause that ends in a
/// verb, wants more than is left of `limit`.
Error TooMuchMemory(const MemoryLimit& limit, std::uint64_t bytes, std::string_view purpose);

}  // namespace bedplate
