#include "services/metrics.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bedplate {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::array<std::string_view, kAppendRefusals> kRefusalNames = {
    "full-disk", "busy", "bad-input", "read-only", "failure", "sequence"};

/// fmt prints whole doubles below 2^53 without a fraction and exactly.
double Number(std::uint64_t value) { return static_cast<double>(value); }

void AddLogWrites(const LogWriteTimes& times, MetricsText& text) {
  std::array<double, kLogWriteBounds.size()> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = Seconds(kLogWriteBounds[i]).count();
  const MetricsText::Histogram histogram{
      .labels = {}, .bounds = bounds, .counts = times.counts, .sum = Seconds(times.total).count()};
  text.Histograms("log_write_seconds",
                  "Time that a group of appends took to be written and synced.",
                  std::span(&histogram, 1));
}

void AddAppends(const HistorianStats& stats, MetricsText& text) {
  text.Counter("appends", "Appends that were written to the log.", Number(stats.appends));
  text.Counter("appended_samples", "Samples that came with them.", Number(stats.appended_samples));
  std::vector<MetricsText::Point> refused;
  for (std::size_t i = 0; i < kAppendRefusals; ++i) {
    refused.push_back({.labels = {{"reason", std::string(kRefusalNames[i])}},
                       .value = Number(stats.refused_by[i])});
  }
  text.Counters("refused_appends", "Appends that failed or were refused, by reason.", refused);
  text.Gauge("waiting_appends", "Appends that wait for the group under way to be written.",
             Number(stats.waiting_appends));
  text.Gauge("mark_sources", "Sources whose sequences are remembered.", Number(stats.mark_sources));
  text.Gauge("mark_sources_limit", "Of these, beyond which the one quiet for longest is forgotten.",
             Number(kMaxMarkSources));
  text.Counter("mark_sources_forgotten", "Those that were forgotten for others.",
               Number(stats.forgotten_mark_sources));
  text.Counter("log_syncs", "Times that the log was made durable.", Number(stats.syncs));
  AddLogWrites(stats.log_writes, text);
  text.Gauge("log_bytes", "Bytes of the write-ahead log that count.", Number(stats.wal_bytes));
  text.Gauge("head_bytes", "Memory of samples that are not in a segment yet.",
             Number(stats.head_bytes));
  text.Gauge("head_limit_bytes", "Of that, beyond which appends wait, at most 30 s.",
             Number(stats.head_limit_bytes));
}

void AddCompaction(const HistorianStats& stats, MetricsText& text) {
  text.Counter("flushes", "Heads that were written to segments.", Number(stats.flushes));
  text.Counter("flushed_bytes", "Bytes of these segments.", Number(stats.flushed_bytes));
  text.Counter("compactions", "Merges of segments.", Number(stats.compactions));
  text.Counter("compaction_failures", "Merges that failed.", Number(stats.compaction_failures));
  text.Counter("compaction_read_bytes", "Bytes of the segments that were merged.",
               Number(stats.compaction_read_bytes));
  text.Counter("compaction_written_bytes", "Bytes of the segments that merges made.",
               Number(stats.compaction_written_bytes));
  text.Counter("compaction_waited_seconds", "Time that merges waited to keep their rate.",
               Seconds(stats.compaction_waited).count());
  text.Gauge("compaction_rate_limit",
             "Bytes per second that merges may read and write now; 0: no limit.",
             Number(stats.compaction_rate));
  text.Gauge("compaction_due", "Merges that are due.", Number(stats.compaction_due));
  text.Gauge("compaction_due_bytes", "Bytes that they will read.",
             Number(stats.compaction_due_bytes));
}

void AddStored(const HistorianStats& stats, MetricsText& text) {
  text.Gauge("series", "Series, each the samples of one tag.", Number(stats.series));
  text.Gauge("samples", "Samples stored, each time of a series once.", Number(stats.samples));
  text.Gauge("segments", "Segment files.", Number(stats.segments));
  text.Gauge("segment_bytes", "Bytes of the segment files.", Number(stats.segment_bytes));
}

void AddHealth(const Status& health, MetricsText& text) {
  text.Gauge("healthy", "1 when nothing needs a person's eye, else 0; /health says what.",
             health.ok() ? 1 : 0);
  std::vector<MetricsText::Point> problems;
  for (const ErrorCode code : {ErrorCode::kResourceExhausted, ErrorCode::kUnavailable,
                               ErrorCode::kCorruption, ErrorCode::kIo, ErrorCode::kUnsupported}) {
    problems.push_back({.labels = {{"problem", std::string(ErrorCodeName(code))}},
                        .value = !health.ok() && health.error().code() == code ? 1.0 : 0.0});
  }
  text.Gauges("health_problem",
              "1 at what is wrong: resource-exhausted is a full disk, unavailable a flush, a write "
              "or a merge that fails, corruption damage.",
              problems);
}

Status AddCatalog(Catalog& catalog, MetricsText& text) {
  ASSIGN_OR_RETURN(const std::uint64_t letters, catalog.dead_letters().Total());
  ASSIGN_OR_RETURN(const std::uint64_t dropped, catalog.dead_letters().Dropped());
  ASSIGN_OR_RETURN(const std::uint64_t answers, catalog.kept_answers().Total());
  text.Gauge("dead_letters", "Samples and lines that were not understood and are kept.",
             Number(letters));
  text.Gauge("dead_letters_limit", "Of these, beyond which the oldest go.",
             Number(kDeadLetterLimit));
  text.Counter("dead_letters_dropped", "Those that went since the directory was made.",
               Number(dropped));
  text.Gauge("kept_answers", "Answers to writes with an Idempotency-Key.", Number(answers));
  text.Gauge("kept_answers_limit", "Of these, beyond which the oldest go.",
             Number(kKeptAnswerLimit));
  return {};
}

}  // namespace

Status AddStoreMetrics(Workspace& workspace, MetricsText& text) {
  const HistorianStats stats = workspace.historian().Stats();
  AddAppends(stats, text);
  AddCompaction(stats, text);
  AddStored(stats, text);
  AddHealth(workspace.Health(), text);
  return AddCatalog(workspace.catalog(), text);
}

void AddReadMetrics(const SampleService& samples, MetricsText& text) {
  text.Gauge("aggregates_memory_bytes", "Memory of the aggregates that are being answered.",
             Number(samples.memory().taken()));
  text.Gauge("aggregates_memory_limit_bytes", "Of this, beyond which they are refused.",
             Number(samples.memory().bytes()));
}

}  // namespace bedplate
