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

Digest Sha256(std::string_view text);

/// 256 random bits as 43 letters of base64url (RFC 4648, section 5).
std::string MakeSecret(const RandomSource& random);

struct DigestHash {
  std::size_t operator()(const Digest& digest) const noexcept;
};

/// Decodes base64 (RFC 4648, section 4) with or without padding; nothing for other letters.
bool DecodeBase64(std::string_view text, std::string& decoded);

}  // namespace bedplate
