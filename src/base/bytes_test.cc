#include "base/bytes.h"

#include <limits>

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(BytesTest, NumbersAreLittleEndian) {
  Bytes out;
  PutFixed<std::uint32_t>(out, 0x01020304);
  EXPECT_EQ(out, (Bytes{std::byte{4}, std::byte{3}, std::byte{2}, std::byte{1}}));
}

TEST(BytesTest, VarintsRoundTripAtEveryLength) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value : {1ULL << bits, (1ULL << bits) - 1, ~0ULL >> bits}) {
      Bytes out;
      PutVarint(out, value);
      ByteReader in(out);
      EXPECT_EQ(in.Varint(), value);
      EXPECT_TRUE(in.ok() && in.AtEnd());
    }
  }
}

TEST(BytesTest, AVarintOfMoreThan64BitsIsRefused) {
  for (const std::byte last : {std::byte{2}, std::byte{0x81}}) {
    Bytes bytes(9, std::byte{0xFF});
    bytes.push_back(last);
    ByteReader in(bytes);
    in.Varint();
    EXPECT_FALSE(in.ok());
  }
}

TEST(BytesTest, ZigZagKeepsSmallNumbersSmall) {
  EXPECT_EQ(ZigZag(0), 0U);
  EXPECT_EQ(ZigZag(-1), 1U);
  EXPECT_EQ(ZigZag(1), 2U);
  for (const std::int64_t value :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
        std::int64_t{-5}, std::int64_t{77}}) {
    EXPECT_EQ(UnZigZag(ZigZag(value)), value);
  }
}

TEST(BytesTest, ReadingBeyondTheEndYieldsNothingAndIsRemembered) {
  Bytes bytes;
  PutText(bytes, "abc");
  bytes.pop_back();
  ByteReader in(bytes);
  EXPECT_EQ(in.Text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Fixed<std::uint8_t>(), 0U);
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace bedplate
