#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "ingest/arrival_rhythm.h"

namespace bedplate {

enum class SourceState : std::uint8_t {
  kStopped,     // by a person
  kConnecting,  // there are no data yet, and no reason to worry
  kLive,        // data are stored as often as usual
  kStale,       // connected, but nothing has come for longer than usual
  kFailing,     // it cannot connect, or what comes cannot be stored
};
std::string_view SourceStateName(SourceState state) noexcept;

struct SourceCondition {
  SourceState state = SourceState::kStopped;
  std::string why;  // of stale and failing, and of connecting again
  Timestamp since;
  std::optional<Timestamp> next_try;  // while it waits
};

/// What a person says of how often data come.
struct SourceExpectation {
  std::optional<std::chrono::nanoseconds> interval;  // none: as often as usual
  bool on_change = false;  // silence is good as long as the peer shows that it lives
};

/// What can be said of a source, from what flows and not from what is meant: a socket that is open
/// makes nothing live. Not safe for concurrent use.
class SourceHealth {
 public:
  static constexpr std::chrono::seconds kLeastPatience{10};
  static constexpr int kUsualIntervals = 5;  // without data make it stale
  /// A connection that was lost is no failure yet.
  static constexpr std::chrono::seconds kReconnectPatience{5};
  /// So long everything may be refused.
  static constexpr std::chrono::seconds kRefusalPatience{30};
  /// So old may a sign of life be where data come on change.
  static constexpr std::chrono::seconds kLifePatience{60};
  static constexpr std::size_t kMostParts = 1000;

  SourceHealth(const Clock& clock, SourceExpectation expectation);

  /// It tries to connect.
  void Attempt();
  void Connected();
  /// Data came, whatever they are worth.
  void Arrived();
  void Alive() { last_alive_ = Here(); }
  /// A delivery is durable: it had samples that count (new or known), or was refused as a whole.
  void Stored();
  void Refused(std::string reason);
  /// The historian did not take it. Until the next Stored or Refused.
  void StoreFailed(const Error& error);
  /// Of one thing behind the source.
  void NotePart(std::string_view part, const Status& status);
  /// It ended by itself, and is tried again then.
  void Ended(const Error& error, Timestamp next_try);
  void Stopped();

  [[nodiscard]] SourceCondition Now() const;
  /// Whether the connection was worth the name: data came, or it lasted.
  [[nodiscard]] bool HasHeld() const;
  /// What fails behind the source, by name.
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& failing_parts() const {
    return parts_;
  }
  [[nodiscard]] std::optional<std::chrono::nanoseconds> usual_interval() const {
    return rhythm_.Usual();
  }
  [[nodiscard]] std::optional<Timestamp> last_stored() const;

 private:
  enum class Phase : std::uint8_t { kStopped, kConnecting, kConnected, kWaiting };

  /// Shown by one clock, measured by the other.
  struct Moment {
    Timestamp wall;
    std::chrono::nanoseconds steady{0};
  };
  struct Trouble {
    std::string why;
    Moment since;
    bool was_connected = false;
  };

  [[nodiscard]] Moment Here() const { return {clock_.Now(), clock_.Monotonic()}; }
  [[nodiscard]] std::chrono::nanoseconds Age(const Moment& moment) const {
    return clock_.Monotonic() - moment.steady;
  }
  [[nodiscard]] std::chrono::nanoseconds Patience() const;
  [[nodiscard]] bool HasStoredSinceConnected() const;
  [[nodiscard]] SourceCondition WhileConnected() const;
  [[nodiscard]] SourceCondition WhileApart() const;
  [[nodiscard]] SourceCondition Silent() const;

  const Clock& clock_;
  const SourceExpectation expectation_;
  Phase phase_ = Phase::kStopped;
  Moment phase_since_;
  Moment live_since_;
  std::optional<Timestamp> next_try_;
  std::optional<Moment> last_stored_;
  std::optional<Moment> last_alive_;
  std::optional<Trouble> failure_;  // of connecting
  std::optional<Trouble> store_failure_;
  std::optional<Trouble> refusal_;  // of everything since then
  std::map<std::string, std::string, std::less<>> parts_;
  ArrivalRhythm rhythm_;
};

}  // namespace bedplate
