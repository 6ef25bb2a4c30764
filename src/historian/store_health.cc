#include "historian/store_health.h"

#include <fmt/format.h>

namespace bedplate::historian {
namespace {

std::optional<Error> FailureOf(const Status& status) {
  return status.ok() ? std::nullopt : std::optional(status.error());
}

}  // namespace

void StoreHealth::NoteFlush(const Status& flushed) {
  const std::lock_guard lock(mutex_);
  flush_failure_ = FailureOf(flushed);
}

void StoreHealth::NoteLogWrite(const Status& written) {
  const std::lock_guard lock(mutex_);
  log_failure_ = FailureOf(written);
}

void StoreHealth::NoteMissingLog(std::optional<Error> missing) {
  const std::lock_guard lock(mutex_);
  missing_log_ = std::move(missing);
}

void StoreHealth::NoteDamage(std::vector<Error> damage) {
  const std::lock_guard lock(mutex_);
  damage_ = std::move(damage);
}

std::optional<Error> StoreHealth::FlushFailure() const {
  const std::lock_guard lock(mutex_);
  if (!flush_failure_) return std::nullopt;
  return Unavailable("the last flush failed", *flush_failure_);
}

bool StoreHealth::MissesLog() const {
  const std::lock_guard lock(mutex_);
  return missing_log_.has_value();
}

Status StoreHealth::Check() const {
  if (auto failure = FlushFailure()) return *std::move(failure);
  const std::lock_guard lock(mutex_);
  // Also of a disk that is said to be full: a quota does not show in what is free.
  if (log_failure_) return Unavailable("the last write to the log failed", *log_failure_);
  if (missing_log_) return *missing_log_;
  if (!damage_.empty()) return Damaged();
  return {};
}

Error StoreHealth::Unavailable(std::string_view what, const Error& why) const {
  return Error(ErrorCode::kUnavailable, fmt::format("{}: {}", what, why.ToString()))
      .At(directory_)
      .Retryable();
}

/// The first of what is lost; under mutex_, while something is.
Error StoreHealth::Damaged() const {
  if (damage_.size() == 1) return damage_.front();
  return {ErrorCode::kCorruption, fmt::format("{}; {} more segments are damaged",
                                              damage_.front().ToString(), damage_.size() - 1)};
}

}  // namespace bedplate::historian
