#include "services/own_metrics.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/ascii.h"

namespace bedplate {
namespace {

constexpr std::int64_t kMinuteNs = std::chrono::nanoseconds(std::chrono::minutes(1)).count();

Timestamp MinuteOf(Timestamp time) {
  return Timestamp(time.nanoseconds() - time.nanoseconds() % kMinuteNs);
}

bool IsNodeLetter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
}

}  // namespace

bool IsOwnMetric(std::string_view path) noexcept {
  return path.starts_with(kOwnMetricsRoot) && path.substr(kOwnMetricsRoot.size()).starts_with('/');
}

std::chrono::nanoseconds UntilNextMinute(Timestamp now) noexcept {
  return std::chrono::nanoseconds(kMinuteNs - now.nanoseconds() % kMinuteNs);
}

std::string NodeName() {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "node";
  std::string name = LowerAscii(buffer.data());
  for (char& letter : name) {
    if (!IsNodeLetter(letter)) letter = '-';
  }
  return name.empty() ? "node" : name;
}

OwnMetrics::OwnMetrics(Workspace& workspace, const Clock& clock, std::string node)
    : workspace_(workspace),
      clock_(clock),
      folder_(fmt::format("{}/{}/historian", kOwnMetricsRoot, std::move(node))) {}

OwnMetrics::~OwnMetrics() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void OwnMetrics::Start() {
  // A process before this one may have written this minute.
  written_ = MinuteOf(clock_.Now());
  thread_ = std::thread([this] { Run(); });
}

void OwnMetrics::Run() {
  std::unique_lock lock(mutex_);
  // Aligned anew each time, so that what a round takes does not add up and leave a minute out.
  while (!wake_.wait_for(lock, UntilNextMinute(clock_.Now()), [this] { return stopping_; })) {
    lock.unlock();
    // What is missed in one minute is not worth more than a line: the next one brings new figures.
    if (const auto written = WriteOnce(); !written.ok()) {
      spdlog::warn("own metrics: {}", written.error().ToString());
    }
    lock.lock();
  }
}

Result<bool> OwnMetrics::WriteOnce() {
  const Timestamp minute = MinuteOf(clock_.Now());
  if (minute == written_ || !workspace_.historian().Health().ok()) return false;
  ASSIGN_OR_RETURN(const IngestReport report,
                   workspace_.gate().Ingest(kOwnMetricsRoot, ReadFigures(minute), {}));
  written_ = minute;
  return report.stored > 0;
}

/// Counts are since the start of the process, as in /metrics: their rate is what tells something,
/// and the aggregates `rate` and `increase` know that they begin again.
std::vector<PathBatch> OwnMetrics::ReadFigures(Timestamp time) const {
  const HistorianStats stats = workspace_.historian().Stats();
  std::vector<PathBatch> batches;
  const auto add = [&](std::string_view name, std::string_view unit, double value) {
    PathBatch batch;
    batch.path = fmt::format("{}/{}", folder_, name);
    batch.unit = unit;
    batch.samples.Push({time, value, kGood});
    batches.push_back(std::move(batch));
  };
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  add("appended_samples", "1", number(stats.appended_samples));
  add("appends", "1", number(stats.appends));
  add("refused_appends", "1", number(stats.refused_appends));
  add("log_syncs", "1", number(stats.syncs));
  add("log_write_time", "s", std::chrono::duration<double>(stats.log_writes.total).count());
  add("log_size", "byte", number(stats.wal_bytes));
  add("memory_size", "byte", number(stats.head_bytes));
  add("segments", "1", number(stats.segments));
  add("segment_size", "byte", number(stats.segment_bytes));
  add("samples", "1", number(stats.samples));
  add("series", "1", number(stats.series));
  add("flushes", "1", number(stats.flushes));
  add("compactions", "1", number(stats.compactions));
  add("compaction_failures", "1", number(stats.compaction_failures));
  add("compaction_due", "1", number(stats.compaction_due));
  add("compaction_written", "byte", number(stats.compaction_written_bytes));
  return batches;
}

}  // namespace bedplate
