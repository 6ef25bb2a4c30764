// What merging costs over a long time: bytes written for each byte that was flushed, and how many
// segments there are meanwhile. Files are in memory and nothing is timed that matters; the counters
// are the result.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

#include <benchmark/benchmark.h>

#include "base/fault_file_system.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr int kTags = 20;
constexpr std::int64_t kStep = 5 * kSecond;

struct Load {
  std::unique_ptr<Historian> historian;
  std::vector<TagId> tags;
  std::vector<double> values = std::vector<double>(kTags);
  std::mt19937_64 random{1};
  std::normal_distribution<double> noise{0, 0.3};
};

double Next(Load& load, int tag) {
  double& value = load.values[static_cast<std::size_t>(tag)];
  value += load.noise(load.random);
  return std::round(value * 100) / 100;
}

/// The time between two flushes, of which `late` in a hundred samples are up to a year old.
void Append(Load& load, std::int64_t from, std::int64_t to, std::int64_t late) {
  for (int tag = 0; tag < kTags; ++tag) {
    TagBatch batch{load.tags[static_cast<std::size_t>(tag)], {}};
    for (std::int64_t time = from; time < to; time += kStep) {
      const bool is_late = static_cast<std::int64_t>(load.random() % 100) < late;
      const std::int64_t back = is_late ? static_cast<std::int64_t>(load.random() % 365) * kDay : 0;
      batch.samples.Push({Timestamp(time - back), Next(load, tag), kGood});
    }
    if (!load.historian->Append(std::span(&batch, 1)).ok()) std::abort();
  }
}

/// Arguments: days, flushes a day, per cent of samples that are late.
void LongWorkload(benchmark::State& state) {
  const std::int64_t days = state.range(0);
  const std::int64_t flushes = state.range(1);
  for (auto _ : state) {
    FaultFileSystem files(1);
    ManualClock clock{Timestamp(800 * kDay)};
    HistorianOptions options{.reserve_bytes = 0, .background = false};
    Load load{.historian = *Historian::Open(files, clock, "/data", options), .tags = {}};
    for (int tag = 0; tag < kTags; ++tag) {
      load.tags.push_back(*load.historian->Resolve("t" + std::to_string(tag), ValueType::kDouble));
    }
    std::uint64_t most_segments = 0;
    for (std::int64_t flush = 0; flush < days * flushes; ++flush) {
      const std::int64_t begin = 800 * kDay + flush * (kDay / flushes);
      Append(load, begin, begin + kDay / flushes, state.range(2));
      if (!load.historian->Flush().ok()) std::abort();
      most_segments = std::max(most_segments, load.historian->Stats().segments);
    }
    const HistorianStats stats = load.historian->Stats();
    const auto flushed = static_cast<double>(stats.flushed_bytes);
    state.counters["write_amplification"] =
        1 + static_cast<double>(stats.compaction_written_bytes) / flushed;
    state.counters["segments"] = static_cast<double>(stats.segments);
    state.counters["most_segments"] = static_cast<double>(most_segments);
    state.counters["bytes_per_sample"] =
        static_cast<double>(stats.segment_bytes) / static_cast<double>(stats.samples);
  }
}
BENCHMARK(LongWorkload)
    ->Args({14, 24, 0})
    ->Args({14, 144, 0})
    ->Args({14, 24, 1})
    ->Args({14, 24, 10})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bedplate
