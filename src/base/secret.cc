#include "base/secret.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstring>
#include <vector>

#include "base/check.h"

namespace bedplate {

RandomSource SystemRandom() {
  return [](std::span<std::uint8_t> bytes) {
    BEDPLATE_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  };
}

Digest Sha256(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

std::string MakeSecret(const RandomSource& random) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::uint8_t, 32> bytes;
  random(bytes);
  std::string secret;
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    for (bit_count += 8; bit_count >= 6; bit_count -= 6) {
      secret += kLetters[(bits >> (bit_count - 6)) & 0x3FU];
    }
  }
  secret += kLetters[(bits << (6 - bit_count)) & 0x3FU];
  return secret;
}

std::string MakeHex(const RandomSource& random, std::size_t byte_count) {
  std::vector<std::uint8_t> bytes(byte_count);
  random(bytes);
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::size_t DigestHash::operator()(const Digest& digest) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

}  // namespace bedplate
