#include "services/metrics.h"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace bedplate {
namespace {

class MetricsText {
 public:
  void Counter(std::string_view name, std::string_view help, std::uint64_t value) {
    Head(name, "counter", help);
    text_ += fmt::format("bedplate_{}_total {}\n", name, value);
  }

  void Gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    Head(name, "gauge", help);
    text_ += fmt::format("bedplate_{} {}\n", name, value);
  }

  void LogWrites(const LogWriteTimes& times) {
    constexpr std::string_view kName = "log_write_seconds";
    Head(kName, "histogram", "Time that a group of appends took to be written and synced.");
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < kLogWriteBounds.size(); ++i) {
      count += times.counts[i];
      text_ += fmt::format("bedplate_{}_bucket{{le=\"{}\"}} {}\n", kName,
                           std::chrono::duration<double>(kLogWriteBounds[i]).count(), count);
    }
    count += times.counts.back();
    text_ += fmt::format("bedplate_{0}_bucket{{le=\"+Inf\"}} {1}\nbedplate_{0}_count {1}\n", kName,
                         count);
    text_ += fmt::format("bedplate_{}_sum {}\n", kName,
                         std::chrono::duration<double>(times.total).count());
  }

  std::string Finish() && { return std::move(text_) + "# EOF\n"; }

 private:
  void Head(std::string_view name, std::string_view type, std::string_view help) {
    text_ += fmt::format("# TYPE bedplate_{0} {1}\n# HELP bedplate_{0} {2}\n", name, type, help);
  }

  std::string text_;
};

void AddHistorian(const Historian& historian, MetricsText& text) {
  const HistorianStats stats = historian.Stats();
  text.Counter("appends", "Appends that were written to the log.", stats.appends);
  text.Counter("appended_samples", "Samples that came with them.", stats.appended_samples);
  text.Counter("log_syncs", "Times that the log was made durable.", stats.syncs);
  text.LogWrites(stats.log_writes);
  text.Counter("refused_appends", "Appends that failed or were refused.", stats.refused_appends);
  text.Counter("flushes", "Heads that were written to segments.", stats.flushes);
  text.Counter("compactions", "Merges of segments.", stats.compactions);
  text.Counter("compaction_failures", "Merges that failed.", stats.compaction_failures);
  text.Gauge("series", "Series, each the samples of one tag.", stats.series);
  text.Gauge("samples", "Samples stored, each time of a series once.", stats.samples);
  text.Gauge("head_bytes", "Memory of samples that are not in a segment yet.", stats.head_bytes);
  text.Gauge("log_bytes", "Bytes of the write-ahead log that count.", stats.wal_bytes);
  text.Gauge("segments", "Segment files.", stats.segments);
  text.Gauge("segment_bytes", "Bytes of the segment files.", stats.segment_bytes);
  text.Gauge("healthy", "1 when nothing needs a person's eye, else 0; /health says what.",
             historian.Health().ok() ? 1 : 0);
}

}  // namespace

Result<std::string> FormatMetrics(Workspace& workspace) {
  MetricsText text;
  AddHistorian(workspace.historian(), text);
  ASSIGN_OR_RETURN(const std::uint64_t letters, workspace.catalog().dead_letters().Total());
  text.Gauge("dead_letters", "Samples and lines that were not understood and are kept.", letters);
  return std::move(text).Finish();
}

}  // namespace bedplate
