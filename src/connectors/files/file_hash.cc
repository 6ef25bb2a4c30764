#include "connectors/files/file_hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <vector>

namespace bedplate {
namespace {

constexpr std::size_t kPieceBytes = 256ULL << 10U;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Digest = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

std::string Finish(EVP_MD_CTX* digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  BEDPLATE_CHECK(EVP_DigestFinal_ex(digest, bytes.data(), &length) == 1);
  std::string hex;
  for (const unsigned char byte : std::span(bytes).first(length)) {
    hex += fmt::format("{:02x}", byte);
  }
  return hex;
}

}  // namespace

Result<std::string> HashFile(const RandomAccessFile& file, const CancelToken& cancel) {
  const Digest digest(EVP_MD_CTX_new());
  BEDPLATE_CHECK(digest != nullptr);
  BEDPLATE_CHECK(EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1);
  std::vector<std::byte> piece(kPieceBytes);
  for (std::uint64_t offset = 0; offset < file.size();) {
    if (cancel.cancelled()) return Error(ErrorCode::kCancelled, "cancelled");
    const std::span<std::byte> part =
        std::span(piece).first(std::min<std::uint64_t>(piece.size(), file.size() - offset));
    RETURN_IF_ERROR(file.ReadAt(offset, part));
    BEDPLATE_CHECK(EVP_DigestUpdate(digest.get(), part.data(), part.size()) == 1);
    offset += part.size();
  }
  return Finish(digest.get());
}

}  // namespace bedplate
