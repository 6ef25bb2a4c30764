#pragma once

#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "value/initiative.h"

namespace bedplate {

/// Where the text of one initiative came from, so that faults name the right line.
struct InitiativeSource {
  std::string file;
  int first_line = 1;  // of `text` in that file
  std::string key;     // dotted, in front of every key: initiatives.heat-recovery
};

/// An initiative read from YAML. It is complete only when there are no faults.
struct ParsedInitiative {
  Initiative initiative;
  std::vector<YamlFault> faults;

  [[nodiscard]] bool ok() const noexcept { return faults.empty(); }
};

/// Reads one initiative (docs/formats/initiative.md). Local dates are those of `zone`, an IANA
/// name. All faults are reported, not only the first; never throws.
ParsedInitiative ParseInitiative(const InitiativeSource& source, std::string_view text,
                                 std::string_view zone);

}  // namespace bedplate
