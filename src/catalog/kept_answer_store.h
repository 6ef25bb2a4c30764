#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bedplate {

/// How many answers to writes with an Idempotency-Key are kept, over all writers.
inline constexpr std::uint64_t kKeptAnswerLimit = 10'000;
inline constexpr std::size_t kMaxKeptAnswerBytes = 16'384;

/// The answer that a write got, for whoever sends it again under the same key.
struct KeptAnswer {
  std::string fingerprint;  // of the request that it answers
  int status = 200;
  std::string content_type;
  std::string body;  // at most kMaxKeptAnswerBytes

  bool operator==(const KeptAnswer&) const = default;
};

/// Bounded: beyond `kKeptAnswerLimit` the oldest go, and their keys are as if never seen.
class KeptAnswerStore {
 public:
  virtual ~KeptAnswerStore() = default;
  /// What `actor` was answered under `key`.
  [[nodiscard]] virtual Result<std::optional<KeptAnswer>> Find(std::string_view actor,
                                                               std::string_view key) const = 0;
  /// Durable when it returns; replaces what there is under that key.
  virtual Status Keep(std::string_view actor, std::string_view key, const KeptAnswer& answer) = 0;
  [[nodiscard]] virtual Result<std::uint64_t> Total() const = 0;
};

}  // namespace bedplate
