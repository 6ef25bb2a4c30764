#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace bedplate {

/// Which of the two instants a local time means that comes twice when clocks go back.
enum class AmbiguousTime {
  kReject,
  kEarlier,
  kLater,
  kSequence,  // the first that lies after the reading before it, as a file in order has it
};

/// What to do with a local time that clocks skip when they go forward.
enum class NonexistentTime {
  kReject,
  kShift,  // later by as much as the clocks skip: 02:30 becomes 03:30
};

/// Which end of its date 00:00 is.
enum class MidnightMeaning { kStartOfDay, kEndOfDay };

struct TimeOptions {
  /// `epoch_s`, `epoch_ms`, `epoch_ns`, `rfc3339`, or a text with the fields of strptime:
  /// %Y %y %m %d %H %I %p %M %S %b %j %f (1 to 9 digits of a second's fraction) %z (offset or Z)
  /// %F (%Y-%m-%d) %T (%H:%M:%S) %% ; a space stands for one or more.
  std::string format = "rfc3339";
  std::string zone;  // IANA name; what formats need that give no offset
  AmbiguousTime ambiguous = AmbiguousTime::kReject;
  NonexistentTime nonexistent = NonexistentTime::kReject;
  MidnightMeaning midnight = MidnightMeaning::kStartOfDay;
};

/// Whether times of this format are local, so that a zone must be named.
Result<bool> NeedsZone(std::string_view format);

/// Reads times of one format. Time zones are those of the system's IANA database, which knows the
/// changes of clocks until 2037. Not safe for concurrent use.
class TimeReader {
 public:
  /// Errors: kInvalidArgument naming the field of the format or the zone that is not known.
  static Result<TimeReader> Make(const TimeOptions& options);
  TimeReader(TimeReader&&) noexcept;
  TimeReader& operator=(TimeReader&&) noexcept;
  ~TimeReader();

  /// The instant that `text` names. `previous` is the reading before it in the same series, which
  /// AmbiguousTime::kSequence needs. Errors: kInvalidArgument saying what is wrong with the text.
  Result<Timestamp> Read(std::string_view text, std::optional<Timestamp> previous);

 private:
  struct State;
  explicit TimeReader(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace bedplate
