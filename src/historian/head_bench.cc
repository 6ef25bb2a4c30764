// Filling a head: runs in order, runs of two clients that overtake each other, and single late
// samples.

#include <algorithm>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "historian/head.h"

namespace bedplate::historian {
namespace {

constexpr std::int64_t kTags = 2000;
constexpr std::int64_t kRunSamples = 50;
constexpr std::int64_t kRuns = 50;

SampleColumns Run(std::int64_t first, std::int64_t count) {
  SampleColumns samples;
  for (std::int64_t i = 0; i < count; ++i) samples.Push({Timestamp(first + i), 2.5, kGood});
  return samples;
}

/// `order(r)` is the run that comes as number r.
template <typename Order>
void Fill(benchmark::State& state, Order order) {
  std::vector<SampleColumns> runs;
  for (std::int64_t r = 0; r < kRuns; ++r) {
    runs.push_back(Run(order(r) * kRunSamples, kRunSamples));
  }
  const auto pool = std::make_shared<SlabPool>(1ULL << 30U);
  for (auto _ : state) {
    Head head(pool, 1);
    for (const SampleColumns& run : runs) {
      for (std::int64_t tag = 1; tag <= kTags; ++tag) {
        head.Upsert(TagId(static_cast<std::uint64_t>(tag)), RunOf(run));
      }
    }
    benchmark::DoNotOptimize(head.bytes());
  }
  state.SetItemsProcessed(state.iterations() * kTags * kRunSamples * kRuns);
}

void BM_RunsInOrder(benchmark::State& state) {
  Fill(state, [](std::int64_t r) { return r; });
}
BENCHMARK(BM_RunsInOrder)->Unit(benchmark::kMillisecond);

void BM_RunsThatOvertake(benchmark::State& state) {
  Fill(state, [](std::int64_t r) { return r ^ 1; });
}
BENCHMARK(BM_RunsThatOvertake)->Unit(benchmark::kMillisecond);

void BM_LateSamples(benchmark::State& state) {
  Head head;
  head.Upsert(TagId(1), RunOf(Run(0, 100'000)));
  std::int64_t time = 0;
  const SampleColumns one = Run(0, 1);
  for (auto _ : state) {
    SampleColumns late = one;
    late.times[0] = time = (time + 7919) % 100'000;
    head.Upsert(TagId(1), RunOf(late));
  }
}
BENCHMARK(BM_LateSamples);

}  // namespace
}  // namespace bedplate::historian
