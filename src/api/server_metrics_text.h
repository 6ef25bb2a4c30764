#pragma once

#include "api/server_metrics.h"
#include "services/metrics_text.h"

namespace bedplate {

/// Adds what the server says of itself. Names and meaning: docs/guides/operations.md.
void AddServerMetrics(const ServerMetrics& metrics, MetricsText& text);

}  // namespace bedplate
