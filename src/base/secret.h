#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace bedplate {

/// Fills the bytes with randomness that nobody can predict.
using RandomSource = std::function<void(std::span<std::uint8_t>)>;

/// The operating system's random source (through OpenSSL). Aborts when there is none.
RandomSource SystemRandom();

using Digest = std::array<std::uint8_t, 32>;

/// FIPS 180-4.
Digest Sha256(std::string_view text);

/// 256 random bits as 43 letters of base64url (RFC 4648, section 5).
std::string MakeSecret(const RandomSource& random);

/// `byte_count` random bytes as lower-case hexadecimal digits, two for each.
std::string MakeHex(const RandomSource& random, std::size_t byte_count);

/// For hash tables of digests, whose bits are random already.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept;
};

}  // namespace bedplate
