#include "services/source_metrics.h"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate {
namespace {

double Number(std::uint64_t value) { return static_cast<double>(value); }

template <typename Value>
std::vector<MetricsText::Point> PointsOf(std::span<const SourceReport> sources, Value value) {
  std::vector<MetricsText::Point> points;
  for (const SourceReport& source : sources) {
    points.push_back({.labels = {{"source", source.name}}, .value = value(source)});
  }
  return points;
}

void AddCounts(std::span<const SourceReport> sources, MetricsText& text) {
  struct Count {
    std::string_view name;
    std::string_view help;
    std::uint64_t SourceCounts::* count;
  };
  constexpr std::array kCounts{
      Count{"source_deliveries", "Times that a source handed data on.", &SourceCounts::deliveries},
      Count{"source_received_bytes", "Bytes of what it handed on, as they came.",
            &SourceCounts::bytes},
      Count{"source_stored_samples", "Samples of it that were stored.", &SourceCounts::stored},
      Count{"source_duplicate_samples", "Samples of it that were stored before.",
            &SourceCounts::duplicates},
      Count{"source_conflicts", "Samples of it that replaced another value.",
            &SourceCounts::conflicts},
      Count{"source_dead_letters", "What it brought that is no sample.", &SourceCounts::refused},
      Count{"source_connections", "Connections that it made.", &SourceCounts::connections},
      Count{"source_failures", "Connections that were lost, and attempts that failed.",
            &SourceCounts::failures}};
  for (const Count& count : kCounts) {
    text.Counters(count.name, count.help, PointsOf(sources, [&](const SourceReport& source) {
                    return Number(source.counts.*count.count);
                  }));
  }
}

}  // namespace

void AddSourceMetrics(std::span<const SourceReport> sources, MetricsText& text) {
  if (sources.empty()) return;
  text.Gauges("source_live", "1 while samples of the source are stored as usual, else 0.",
              PointsOf(sources, [](const SourceReport& source) {
                return source.condition.state == SourceState::kLive ? 1.0 : 0.0;
              }));
  AddCounts(sources, text);
  text.Gauges(
      "source_waiting_samples", "Samples that were received and are not stored yet.",
      PointsOf(sources, [](const SourceReport& source) { return Number(source.waiting.samples); }));
  std::vector<MetricsText::Point> lags;
  for (const SourceReport& source : sources) {
    if (!source.lag) continue;
    lags.push_back({.labels = {{"source", source.name}},
                    .value = std::chrono::duration<double>(*source.lag).count()});
  }
  if (lags.empty()) return;
  text.Gauges("source_lag_seconds",
              "How far the newest sample was behind when it was stored; below 0: ahead.", lags);
}

}  // namespace bedplate
