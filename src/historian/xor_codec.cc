#include "historian/xor_codec.h"

#include <algorithm>
#include <bit>

namespace bedplate::historian {
namespace {

constexpr unsigned kLeadingBits = 6;
constexpr unsigned kLengthBits = 6;

/// Bits one after the other, lowest first.
class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  ~BitWriter() {
    if (used_ > 0) out_.push_back(static_cast<std::byte>(byte_));
  }
  BitWriter(const BitWriter&) = delete;
  BitWriter& operator=(const BitWriter&) = delete;

  void Put(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width;) {
      const unsigned taken = std::min(8 - used_, width - i);
      const auto part = static_cast<unsigned>((value >> i) & ((1ULL << taken) - 1));
      byte_ |= part << used_;
      used_ += taken;
      i += taken;
      if (used_ == 8) Emit();
    }
  }

 private:
  void Emit() {
    out_.push_back(static_cast<std::byte>(byte_));
    byte_ = 0;
    used_ = 0;
  }

  Bytes& out_;
  unsigned byte_ = 0;
  unsigned used_ = 0;
};

/// The counterpart; reading beyond the end clears ok().
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

 private:
  ByteView bytes_;
  std::size_t bit_ = 0;
  bool ok_ = true;
};

/// Where the differing bits of the last written difference lay.
struct Window {
  unsigned leading = 64;  // zero bits above; 64: none yet
  unsigned trailing = 0;  // zero bits below

  [[nodiscard]] unsigned Length() const { return 64 - leading - trailing; }
  [[nodiscard]] bool Holds(std::uint64_t bits) const {
    return leading < 64 && static_cast<unsigned>(std::countl_zero(bits)) >= leading &&
           static_cast<unsigned>(std::countr_zero(bits)) >= trailing;
  }
};

void PutDifference(BitWriter& writer, Window& window, std::uint64_t bits) {
  if (bits == 0) {
    writer.Put(0, 1);
    return;
  }
  writer.Put(1, 1);
  if (window.Holds(bits)) {
    writer.Put(0, 1);
  } else {
    window = {static_cast<unsigned>(std::countl_zero(bits)),
              static_cast<unsigned>(std::countr_zero(bits))};
    writer.Put(1, 1);
    writer.Put(window.leading, kLeadingBits);
    writer.Put(window.Length() - 1, kLengthBits);
  }
  writer.Put(bits >> window.trailing, window.Length());
}

bool GetDifference(BitReader& reader, Window& window, std::uint64_t& bits) {
  bits = 0;
  if (reader.Get(1) == 0) return reader.ok();
  if (reader.Get(1) != 0) {
    const auto leading = static_cast<unsigned>(reader.Get(kLeadingBits));
    const auto length = static_cast<unsigned>(reader.Get(kLengthBits)) + 1;
    if (leading + length > 64) return false;
    window = {leading, 64 - leading - length};
  } else if (window.leading >= 64) {
    return false;
  }
  bits = reader.Get(window.Length()) << window.trailing;
  return reader.ok();
}

}  // namespace

void EncodeXor(std::span<const double> values, Bytes& out) {
  BitWriter writer(out);
  Window window;
  std::uint64_t previous = 0;
  for (const double value : values) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    PutDifference(writer, window, bits ^ previous);
    previous = bits;
  }
}

bool DecodeXor(ByteReader& in, std::span<double> out) {
  BitReader reader(in.Rest());
  Window window;
  std::uint64_t previous = 0;
  for (double& value : out) {
    std::uint64_t difference = 0;
    if (!GetDifference(reader, window, difference)) return false;
    previous ^= difference;
    value = std::bit_cast<double>(previous);
  }
  return true;
}

}  // namespace bedplate::historian
