#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace bedplate {

/// Something that lasted on an asset: a stop, an alarm, a batch, a change of state.
struct Event {
  std::string id;     // stable, given by the source
  std::string asset;  // path
  std::string kind;   // "stop", "alarm", "batch", "state", …
  std::string code;   // the source's own reason or state code
  std::string text;
  Timestamp start;
  std::optional<Timestamp> stop;  // empty: still open
  std::string source;

  bool operator==(const Event&) const = default;
};

}  // namespace bedplate
