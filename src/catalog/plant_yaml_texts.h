#pragma once

#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "catalog/plant_store.h"

namespace bedplate {

/// Takes the entries of a section, `initiatives` or `sources`, out of a plant file as text. `text`
/// is the whole file, `map` the parsed section. A map in block style is cut out as it stands, with
/// its comments; one in flow style is written anew.
std::vector<DeclaredText> ReadDeclaredTexts(std::string_view text, std::string_view section,
                                            const YamlValue& map, YamlFaults& faults);

}  // namespace bedplate
