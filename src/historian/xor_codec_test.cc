#include "historian/xor_codec.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "historian/bit_stream.h"

namespace bedplate::historian {
namespace {

/// Writes what version 1 wrote, with a window of its own for every difference that does not fit the
/// window before.
Bytes EncodeXor(const std::vector<double>& values) {
  Bytes out;
  BitWriter bits(out);
  unsigned leading = 64;
  unsigned trailing = 0;
  std::uint64_t previous = 0;
  for (const double value : values) {
    const std::uint64_t difference = std::bit_cast<std::uint64_t>(value) ^ previous;
    previous ^= difference;
    bits.Put(difference != 0 ? 1 : 0, 1);
    if (difference == 0) continue;
    const auto own_leading = static_cast<unsigned>(std::countl_zero(difference));
    const auto own_trailing = static_cast<unsigned>(std::countr_zero(difference));
    const bool fits = leading < 64 && own_leading >= leading && own_trailing >= trailing;
    bits.Put(fits ? 0 : 1, 1);
    if (!fits) {
      leading = own_leading;
      trailing = own_trailing;
      bits.Put(leading, 6);
      bits.Put(63 - leading - trailing, 6);
    }
    bits.Put(difference >> trailing, 64 - leading - trailing);
  }
  return out;
}

TEST(XorCodecTest, ReadsWhatVersion1Wrote) {
  std::mt19937_64 random(1);
  for (const std::size_t size : {1U, 2U, 9U, 1000U}) {
    std::vector<double> values(size);
    for (double& value : values) {
      value = random() % 3 == 0 ? std::bit_cast<double>(random())
                                : std::sin(static_cast<double>(random() % 100));
    }
    values.back() = std::numeric_limits<double>::infinity();
    const Bytes bytes = EncodeXor(values);
    std::vector<double> decoded(size);
    ByteReader in(bytes);
    ASSERT_TRUE(DecodeXor(in, decoded));
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(decoded[i]), std::bit_cast<std::uint64_t>(values[i]));
    }
    ByteReader part(ByteView(bytes).first(bytes.size() - 1));
    EXPECT_FALSE(DecodeXor(part, decoded));
  }
}

}  // namespace
}  // namespace bedplate::historian
