#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace bedplate {

/// How much of each text of a dead letter is kept.
inline constexpr std::size_t kDeadLetterTextBytes = 4096;

/// Something that came in and could not be understood or stored, with the reason.
struct DeadLetter {
  std::uint64_t id = 0;  // given by the store
  Timestamp received;
  std::string source;   // "import", "line-protocol", a source name
  std::string place;    // where: `energy.csv:17`, `line 3`
  std::string tag;      // path, when it is known
  std::string code;     // stable, kebab-case: "bad-number", "type-conflict"
  std::string reason;   // what was expected and what came
  std::string payload;  // the input itself, its beginning, made valid UTF-8
  std::string key;      // set: the same source and key is stored once (re-imports)
};

struct DeadLetterQuery {
  std::string source;  // empty: all
  std::string tag;     // empty: all; else an exact path
  std::uint64_t limit = 1000;
  std::uint64_t before_id = UINT64_MAX;  // newest first; pages go back from here
};

struct DeadLetterCount {
  std::string tag;
  std::uint64_t letters = 0;
};

/// Bounded: beyond `kDeadLetterLimit` the oldest go, and how many went is counted.
class DeadLetterStore {
 public:
  virtual ~DeadLetterStore() = default;
  /// Returns how many were new; durable when it returns.
  virtual Result<std::uint64_t> Add(std::span<const DeadLetter> letters) = 0;
  [[nodiscard]] virtual Result<std::vector<DeadLetter>> List(
      const DeadLetterQuery& query) const = 0;
  [[nodiscard]] virtual Result<std::vector<DeadLetterCount>> CountByTag() const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> Total() const = 0;
  /// How many were dropped by the bound since the directory was made.
  [[nodiscard]] virtual Result<std::uint64_t> Dropped() const = 0;
};

inline constexpr std::uint64_t kDeadLetterLimit = 1'000'000;

}  // namespace bedplate
