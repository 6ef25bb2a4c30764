#pragma once

#include <string_view>

namespace bedplate {

/// The files of examples/steel-mill as they were when the program was built.
extern const std::string_view kExamplePlantYaml;
extern const std::string_view kExampleImportYaml;
extern const std::string_view kExampleInitiativeYaml;

}  // namespace bedplate
