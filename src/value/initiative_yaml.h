#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "value/initiative.h"

namespace bedplate {

/// An initiative read from YAML. It is complete only when there are no faults.
struct ParsedInitiative {
  Initiative initiative;
  std::vector<YamlFault> faults;

  [[nodiscard]] bool ok() const noexcept { return faults.empty(); }
};

/// What an initiative needs a tag to hold. A bool counts as the number 0 or 1.
enum class TagContent : std::uint8_t { kNumber, kText };

/// A place where an initiative names a tag.
struct TagReference {
  std::string tag;
  TagContent content = TagContent::kNumber;
  const YamlValue* place = nullptr;
  std::string key;  // dotted
};

/// An initiative with the places of the tags that it reads.
struct PlacedInitiative {
  Initiative initiative;
  std::vector<TagReference> tags;  // those whose paths are well formed
};

/// Reads one initiative (docs/formats/initiative.md) from its map as it stands in a file; `key` is
/// the dotted place of the map. Local dates are those of `zone`, an IANA name. All faults are
/// reported, not only the first. The result points into `map`; it is complete only when no fault
/// was added.
PlacedInitiative ReadInitiative(const YamlValue& map, const std::string& key, std::string_view zone,
                                YamlFaults& faults);

/// The same from a text of its own; faults name places in it under `name`. Never throws.
ParsedInitiative ParseInitiative(const std::string& name, std::string_view text,
                                 std::string_view zone);

}  // namespace bedplate
