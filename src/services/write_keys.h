#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "catalog/kept_answer_store.h"

namespace bedplate {

inline constexpr std::size_t kMaxWriteKeyBytes = 255;

/// CRC-32C and length of what one thing is told apart from another by.
class Fingerprint {
 public:
  void Add(std::string_view text);
  [[nodiscard]] std::string Text() const;

 private:
  std::uint32_t crc_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Writes that name themselves by a key, so that a sender who got no answer may send again: who
/// comes with a key that was answered gets that answer, and nothing is stored a second time.
/// docs/formats/append.md, "A key instead of a number". Safe for concurrent use.
class WriteKeys {
 public:
  /// `answers` must outlive the keys and every claim.
  explicit WriteKeys(KeptAnswerStore& answers) : answers_(answers) {}

  /// The right to write under a key, given up when it goes.
  class Claim {
   public:
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    /// Whether the key was answered before.
    [[nodiscard]] bool is_known() const { return known_.has_value(); }
    /// That answer. Errors: kConflict when it was for another request. CHECK: is_known().
    [[nodiscard]] Result<KeptAnswer> Repeat(std::string_view fingerprint) const;
    /// Keeps the first answer; to be called when all that the write brought is durable.
    Status Keep(const KeptAnswer& answer) const;
    /// The DeadLetter keys of the write begin with this: other for another actor, another key and
    /// another `fingerprint`, since a key may come again when its answer is not kept (any more).
    [[nodiscard]] std::string LetterKey(const Fingerprint& fingerprint) const;

   private:
    friend class WriteKeys;
    Claim(WriteKeys& keys, std::string_view actor, std::string_view key)
        : keys_(keys), actor_(actor), key_(key) {}

    WriteKeys& keys_;
    const std::string actor_;
    const std::string key_;
    std::optional<KeptAnswer> known_;
  };

  /// Errors: kInvalidArgument for a key that is none, kUnavailable and retryable while a write
  /// under it is on its way.
  Result<std::unique_ptr<Claim>> Take(std::string_view actor, std::string_view key);

 private:
  KeptAnswerStore& answers_;
  std::mutex mutex_;
  /// Actor and key of the writes under way; bounded by the number of connections.
  std::set<std::pair<std::string, std::string>> taken_;
};

}  // namespace bedplate
