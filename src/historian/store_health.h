#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bedplate::historian {

/// What was noted of a store that a person should know, until it is over. Safe from any thread.
class StoreHealth {
 public:
  /// `damage`: segments that are missing or cut.
  StoreHealth(std::string directory, std::vector<Error> damage)
      : directory_(std::move(directory)), damage_(std::move(damage)) {}

  /// How the last flush ended.
  void NoteFlush(const Status& flushed);
  /// How the last write to the log ended.
  void NoteLogWrite(const Status& written);
  /// A file of the log that was deleted while it was in use, or nothing.
  void NoteMissingLog(std::optional<Error> missing);
  /// Segments that are missing or cut, instead of those noted before.
  void NoteDamage(std::vector<Error> damage);

  /// Why appends are refused while the head is full; nothing while flushes end well.
  [[nodiscard]] std::optional<Error> FlushFailure() const;
  [[nodiscard]] bool MissesLog() const;
  /// The gravest of it.
  [[nodiscard]] Status Check() const;

 private:
  [[nodiscard]] Error Unavailable(std::string_view what, const Error& why) const;
  [[nodiscard]] Error Damaged() const;

  const std::string directory_;
  mutable std::mutex mutex_;  // guards what follows, held for moments
  std::optional<Error> flush_failure_;
  std::optional<Error> log_failure_;
  std::optional<Error> missing_log_;
  std::vector<Error> damage_;
};

}  // namespace bedplate::historian
