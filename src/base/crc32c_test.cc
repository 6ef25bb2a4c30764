#include "base/crc32c.h"

#include <random>

#include <gtest/gtest.h>

namespace bedplate {
namespace {

/// Published check values: the CRC catalogue's for "123456789", and RFC 3720 appendix B.4.
TEST(Crc32cTest, PublishedValues) {
  EXPECT_EQ(Crc32c(AsBytes("123456789")), 0xE3069283U);
  EXPECT_EQ(Crc32c({}), 0U);
  Bytes bytes(32, std::byte{0});
  EXPECT_EQ(Crc32c(bytes), 0x8A9136AAU);
  bytes.assign(32, std::byte{0xFF});
  EXPECT_EQ(Crc32c(bytes), 0x62A8AB43U);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(Crc32c(bytes), 0x46DD794EU);
}

TEST(Crc32cTest, TheInstructionAndTheTableAgreeAtEveryLengthAndCut) {
  std::mt19937 random(1);
  Bytes bytes(300);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const ByteView part = ByteView(bytes).first(size);
    const std::uint32_t whole = Crc32cScalar(part);
    EXPECT_EQ(Crc32c(part), whole);
    const std::size_t cut = size / 3;
    EXPECT_EQ(Crc32c(part.subspan(cut), Crc32c(part.first(cut))), whole);
  }
}

TEST(Crc32cTest, BeforeUndoesIt) {
  std::mt19937 random(2);
  Bytes bytes(70);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const ByteView part = ByteView(bytes).first(size);
    const auto before = static_cast<std::uint32_t>(random());
    EXPECT_EQ(Crc32cBefore(part, Crc32c(part, before)), before);
  }
}

}  // namespace
}  // namespace bedplate
