#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace bedplate::historian {

/// Bits one after the other, lowest first. The last byte is filled up with zeros by Flush, which
/// the destructor calls.
class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  ~BitWriter() { Flush(); }
  BitWriter(const BitWriter&) = delete;
  BitWriter& operator=(const BitWriter&) = delete;

  /// Writes the low `width` bits (at most 64) of `value`.
  void Put(std::uint64_t value, unsigned width) {
    if (width > kMaxStep) {
      PutStep(value & kStepMask, kMaxStep);
      value >>= kMaxStep;
      width -= kMaxStep;
    }
    PutStep(value & ((1ULL << width) - 1), width);
  }
  void Flush() {
    for (; used_ > 0; used_ -= std::min(used_, 8U)) {
      out_.push_back(static_cast<std::byte>(pending_ & 0xFFU));
      pending_ >>= 8U;
    }
  }

 private:
  static constexpr unsigned kMaxStep = 32;
  static constexpr std::uint64_t kStepMask = (1ULL << kMaxStep) - 1;

  /// `width` is at most kMaxStep, and fewer than that many bits are pending.
  void PutStep(std::uint64_t value, unsigned width) {
    pending_ |= value << used_;
    used_ += width;
    if (used_ < kMaxStep) return;
    PutFixed(out_, static_cast<std::uint32_t>(pending_));
    pending_ >>= kMaxStep;
    used_ -= kMaxStep;
  }

  Bytes& out_;
  std::uint64_t pending_ = 0;
  unsigned used_ = 0;
};

/// The counterpart; reading beyond the end yields zero and clears ok().
class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t Get(unsigned width) {
    if (width > bytes_.size() * 8 - bit_) {
      ok_ = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width;) {
      const unsigned offset = bit_ % 8;
      const unsigned taken = std::min(8 - offset, width - i);
      const auto part =
          (std::to_integer<std::uint64_t>(bytes_[bit_ / 8]) >> offset) & ((1ULL << taken) - 1);
      value |= part << i;
      i += taken;
      bit_ += taken;
    }
    return value;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  /// Bytes of which at least one bit was read.
  [[nodiscard]] std::size_t bytes_used() const { return (bit_ + 7) / 8; }

 private:
  ByteView bytes_;
  std::size_t bit_ = 0;
  bool ok_ = true;
};

}  // namespace bedplate::historian
