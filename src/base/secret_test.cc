#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace bedplate {
namespace {

TEST(SecretTest, Sha256MatchesThePublishedVector) {
  // FIPS 180-2, appendix B.1.
  const Digest digest = Sha256("abc");
  EXPECT_EQ(digest[0], 0xBA);
  EXPECT_EQ(digest[1], 0x78);
  EXPECT_EQ(digest[31], 0xAD);
}

TEST(SecretTest, Has256BitsOfUrlLetters) {
  const RandomSource counting = [](std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  };
  EXPECT_EQ(MakeSecret(counting), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  const RandomSource ones = [](std::span<std::uint8_t> bytes) {
    std::fill(bytes.begin(), bytes.end(), 0xFF);
  };
  EXPECT_EQ(MakeSecret(ones), std::string(42, '_') + "8");
  std::set<std::string> secrets;
  for (int i = 0; i < 1000; ++i) secrets.insert(MakeSecret(SystemRandom()));
  EXPECT_EQ(secrets.size(), 1000U);
}

TEST(SecretTest, HexIsAsLongAsAskedFor) {
  const RandomSource counting = [](std::span<std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(9 + i);
  };
  EXPECT_EQ(MakeHex(counting, 3), "090a0b");
  EXPECT_EQ(MakeHex(counting, 0), "");
  EXPECT_NE(MakeHex(SystemRandom(), 32), MakeHex(SystemRandom(), 32));
}

}  // namespace
}  // namespace bedplate
