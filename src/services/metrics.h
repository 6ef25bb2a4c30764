#pragma once

#include "base/result.h"
#include "services/metrics_text.h"
#include "services/sample_service.h"
#include "services/workspace.h"

namespace bedplate {

/// Adds what the stores say of themselves in figures. Names and meaning:
/// docs/guides/operations.md.
Status AddStoreMetrics(Workspace& workspace, MetricsText& text);
/// The same of what reads samples.
void AddReadMetrics(const SampleService& samples, MetricsText& text);

}  // namespace bedplate
