#pragma once

#include <span>

#include "ingest/supervised_source.h"
#include "services/metrics_text.h"

namespace bedplate {

/// Adds what sources say of themselves in figures, each with the label `source`. Names and meaning:
/// docs/guides/sources.md.
void AddSourceMetrics(std::span<const SourceReport> sources, MetricsText& text);

}  // namespace bedplate
