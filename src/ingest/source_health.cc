#include "ingest/source_health.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace bedplate {
namespace {

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string_view SourceStateName(SourceState state) noexcept {
  switch (state) {
    case SourceState::kStopped: return "stopped";
    case SourceState::kConnecting: return "connecting";
    case SourceState::kLive: return "live";
    case SourceState::kStale: return "stale";
    case SourceState::kFailing: return "failing";
  }
  return "unknown";
}

SourceHealth::SourceHealth(const Clock& clock, SourceExpectation expectation)
    : clock_(clock), expectation_(expectation), phase_since_(Here()) {}

void SourceHealth::Attempt() {
  phase_ = Phase::kConnecting;
  phase_since_ = Here();
  next_try_.reset();
}

void SourceHealth::Connected() {
  if (phase_ == Phase::kConnected) return;
  phase_ = Phase::kConnected;
  phase_since_ = Here();
  last_alive_ = phase_since_;
  rhythm_.Interrupt();
}

void SourceHealth::Arrived() {
  rhythm_.Arrived(clock_.Monotonic());
  last_alive_ = Here();
}

void SourceHealth::Stored() {
  store_failure_.reset();
  refusal_.reset();
  const bool was_live = Now().state == SourceState::kLive;
  last_stored_ = Here();
  if (!was_live) live_since_ = *last_stored_;
}

void SourceHealth::Refused(std::string reason) {
  store_failure_.reset();
  if (!refusal_) refusal_ = Trouble{.why = {}, .since = Here()};
  refusal_->why = std::move(reason);
}

void SourceHealth::StoreFailed(const Error& error) {
  if (!store_failure_) store_failure_ = Trouble{.why = {}, .since = Here()};
  store_failure_->why = error.ToString();
}

void SourceHealth::NotePart(std::string_view part, const Status& status) {
  const auto known = parts_.find(part);
  if (status.ok()) {
    if (known != parts_.end()) parts_.erase(known);
  } else if (known != parts_.end()) {
    known->second = status.error().ToString();
  } else if (parts_.size() < kMostParts) {
    parts_.emplace(part, status.error().ToString());
  }
}

void SourceHealth::Ended(const Error& error, Timestamp next_try) {
  const bool was_connected = HasHeld();
  if (was_connected || !failure_) {
    failure_ = Trouble{.why = {}, .since = Here(), .was_connected = was_connected};
  } else {
    failure_->was_connected = false;  // not even the next attempt brought anything
  }
  failure_->why = error.ToString();
  phase_ = Phase::kWaiting;
  phase_since_ = Here();
  next_try_ = next_try;
  parts_.clear();
}

void SourceHealth::Stopped() {
  phase_ = Phase::kStopped;
  phase_since_ = Here();
  next_try_.reset();
  failure_.reset();
  store_failure_.reset();
  refusal_.reset();
  parts_.clear();
}

bool SourceHealth::HasStoredSinceConnected() const {
  return last_stored_ && last_stored_->steady >= phase_since_.steady;
}

bool SourceHealth::HasHeld() const {
  return phase_ == Phase::kConnected &&
         (HasStoredSinceConnected() || Age(phase_since_) >= kLeastPatience);
}

std::optional<Timestamp> SourceHealth::last_stored() const {
  return last_stored_ ? std::optional(last_stored_->wall) : std::nullopt;
}

std::chrono::nanoseconds SourceHealth::Patience() const {
  const auto usual = expectation_.interval ? expectation_.interval : rhythm_.Usual();
  const std::chrono::nanoseconds least(kLeastPatience);
  return usual ? std::max(least, kUsualIntervals * *usual) : least;
}

SourceCondition SourceHealth::Now() const {
  if (phase_ == Phase::kStopped) return {SourceState::kStopped, "", phase_since_.wall, {}};
  if (store_failure_) {
    return {SourceState::kFailing, "what comes cannot be stored: " + store_failure_->why,
            store_failure_->since.wall, next_try_};
  }
  return phase_ == Phase::kConnected ? WhileConnected() : WhileApart();
}

SourceCondition SourceHealth::WhileApart() const {
  if (!failure_) return {SourceState::kConnecting, "", phase_since_.wall, {}};
  const bool is_young = failure_->was_connected && Age(failure_->since) < kReconnectPatience;
  return {is_young ? SourceState::kConnecting : SourceState::kFailing, failure_->why,
          failure_->since.wall, next_try_};
}

SourceCondition SourceHealth::WhileConnected() const {
  if (refusal_ && Age(refusal_->since) >= kRefusalPatience) {
    return {SourceState::kFailing,
            "everything that comes is refused: " + refusal_->why,
            refusal_->since.wall,
            {}};
  }
  if (HasStoredSinceConnected() && Age(*last_stored_) <= Patience()) {
    return {SourceState::kLive, "", live_since_.wall, {}};
  }
  if (!parts_.empty()) {
    const auto& [part, why] = *parts_.begin();
    return {SourceState::kFailing,
            parts_.size() == 1 ? fmt::format("{}: {}", part, why)
                               : fmt::format("{} fail, {}: {}", parts_.size(), part, why),
            phase_since_.wall,
            {}};
  }
  return Silent();
}

SourceCondition SourceHealth::Silent() const {
  if (expectation_.on_change && last_alive_ && Age(*last_alive_) <= kLifePatience) {
    return {SourceState::kLive,
            "",
            HasStoredSinceConnected() ? live_since_.wall : phase_since_.wall,
            {}};
  }
  if (!HasStoredSinceConnected()) {
    const bool is_young = Age(phase_since_) <= Patience();
    return {is_young ? SourceState::kConnecting : SourceState::kStale,
            is_young ? "connected, no data yet" : "connected, but no data have come",
            phase_since_.wall,
            {}};
  }
  return {SourceState::kStale,
          fmt::format("no data for longer than the {:.3g} s that are usual at most",
                      Seconds(Patience())),
          last_stored_->wall,
          {}};
}

}  // namespace bedplate
