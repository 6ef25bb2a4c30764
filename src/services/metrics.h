#pragma once

#include <string>

#include "base/result.h"
#include "services/workspace.h"

namespace bedplate {

/// What the stores say of themselves in figures, as OpenMetrics text (version 1.0.0), which ends
/// with `# EOF`. Names and meaning: docs/guides/operations.md.
Result<std::string> FormatMetrics(Workspace& workspace);

}  // namespace bedplate
