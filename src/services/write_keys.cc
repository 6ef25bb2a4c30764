#include "services/write_keys.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"

namespace bedplate {
namespace {

Status CheckKey(std::string_view key) {
  const bool is_printable =
      std::all_of(key.begin(), key.end(), [](char c) { return c >= '!' && c <= '~'; });
  if (!key.empty() && key.size() <= kMaxWriteKeyBytes && is_printable) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("header idempotency-key: expected 1 to {} printable ASCII characters",
                           kMaxWriteKeyBytes));
}

}  // namespace

void Fingerprint::Add(std::string_view text) {
  crc_ = Crc32c(std::as_bytes(std::span(text)), crc_);
  bytes_ += text.size();
}

std::string Fingerprint::Text() const { return fmt::format("{:08x}-{}", crc_, bytes_); }

Result<std::unique_ptr<WriteKeys::Claim>> WriteKeys::Take(std::string_view actor,
                                                          std::string_view key) {
  RETURN_IF_ERROR(CheckKey(key));
  {
    const std::lock_guard lock(mutex_);
    if (!taken_.emplace(actor, key).second) {
      return Error(ErrorCode::kUnavailable,
                   "a write with the same idempotency-key is on its way; try again")
          .Retryable();
    }
  }
  std::unique_ptr<Claim> claim(new Claim(*this, actor, key));
  ASSIGN_OR_RETURN(claim->known_, answers_.Find(actor, key));
  return claim;
}

WriteKeys::Claim::~Claim() {
  const std::lock_guard lock(keys_.mutex_);
  keys_.taken_.erase({actor_, key_});
}

Result<KeptAnswer> WriteKeys::Claim::Repeat(std::string_view fingerprint) const {
  BEDPLATE_CHECK(known_.has_value());
  if (known_->fingerprint == fingerprint) return *known_;
  return Error(ErrorCode::kConflict,
               "header idempotency-key: another request was sent under this key before; a key is "
               "for one body only");
}

std::string WriteKeys::Claim::LetterKey(const Fingerprint& fingerprint) const {
  return fmt::format("key {} of {} {}", key_, actor_, fingerprint.Text());
}

Status WriteKeys::Claim::Keep(const KeptAnswer& answer) const {
  return keys_.answers_.Keep(actor_, key_, answer);
}

}  // namespace bedplate
