// The engine alone, on real files: append, flush, scan, aggregate. The data are those of the
// comparison in the design: 2000 tags x 2500 samples at 1 s, a walk of steps N(0, 0.3) rounded to
// 0.01.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/check.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

constexpr std::size_t kTags = 2000;
constexpr std::size_t kSamples = 2500;
constexpr std::size_t kSamplesPerAppend = 50;  // of each tag: 100,000 in all, as a large body
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'514'764'800 * kSecond;

const std::vector<std::vector<double>>& Walks() {
  static const auto walks = [] {
    std::mt19937_64 random(42);
    std::normal_distribution<double> step(0, 0.3);
    std::vector<std::vector<double>> all(kTags, std::vector<double>(kSamples));
    for (auto& walk : all) {
      double level = 20;
      for (double& value : walk) {
        level += step(random);
        value = std::round(level * 100) / 100;
      }
    }
    return all;
  }();
  return walks;
}

/// A store in a directory of its own, on the disk of the working directory.
class BenchStore {
 public:
  explicit BenchStore(const HistorianOptions& options = {})
      : options_(options), directory_(std::filesystem::current_path() / "historian_bench_data") {
    std::filesystem::remove_all(directory_);
    Open();
    for (std::size_t tag = 0; tag < kTags; ++tag) {
      tags_.push_back(*historian_->Resolve(fmt::format("bench/tag-{}", tag), ValueType::kDouble));
    }
  }
  ~BenchStore() {
    historian_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open() {
    historian_.reset();
    auto opened = Historian::Open(*files_, clock_, directory_.string(), options_);
    BEDPLATE_CHECK(opened.ok());
    historian_ = *std::move(opened);
  }

  /// Appends all samples of the tags [begin, end).
  void Append(std::size_t begin, std::size_t end) {
    for (std::size_t at = 0; at < kSamples; at += kSamplesPerAppend) {
      std::vector<TagBatch> batches;
      for (std::size_t tag = begin; tag < end; ++tag) {
        batches.push_back({tags_[tag], {}});
        SampleColumns& samples = batches.back().samples;
        const auto from = Walks()[tag].begin() + static_cast<std::ptrdiff_t>(at);
        samples.doubles.assign(from, from + kSamplesPerAppend);
        for (std::size_t i = at; i < at + kSamplesPerAppend; ++i) {
          samples.times.push_back(kStart + static_cast<std::int64_t>(i) * kSecond);
        }
      }
      BEDPLATE_CHECK(historian_->Append(batches).ok());
    }
  }

  void AppendAll(std::size_t producers) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < producers; ++i) {
      threads.emplace_back(
          [=, this] { Append(kTags * i / producers, kTags * (i + 1) / producers); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  Historian& historian() { return *historian_; }
  const std::vector<TagId>& tags() const { return tags_; }

 private:
  const HistorianOptions options_;
  const std::filesystem::path directory_;
  std::unique_ptr<FileSystem> files_ = MakePosixFileSystem();
  SystemClock clock_;
  std::unique_ptr<Historian> historian_;
  std::vector<TagId> tags_;
};

/// Filled and flushed once, for everything that reads.
BenchStore& FilledStore() {
  static const auto store = [] {
    auto filled = std::make_unique<BenchStore>();
    filled->AppendAll(2);
    BEDPLATE_CHECK(filled->historian().Flush().ok());
    return filled;
  }();
  return *store;
}

void CountSamples(benchmark::State& state, std::size_t samples) {
  state.SetItemsProcessed(static_cast<std::int64_t>(samples) *
                          static_cast<std::int64_t>(state.iterations()));
}

void BM_AppendDurably(benchmark::State& state) {
  Walks();
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<BenchStore>();
    state.ResumeTiming();
    store->AppendAll(static_cast<std::size_t>(state.range(0)));
    state.PauseTiming();
    store.reset();
    state.ResumeTiming();
  }
  CountSamples(state, kTags * kSamples);
}
BENCHMARK(BM_AppendDurably)
    ->Arg(1)
    ->Arg(2)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_BytesPerSample(benchmark::State& state) {
  BenchStore& store = FilledStore();
  for (auto _ : state) benchmark::DoNotOptimize(store.historian().Stats().segment_bytes);
  state.counters["bytes_per_sample"] =
      static_cast<double>(store.historian().Stats().segment_bytes) / (kTags * kSamples);
}
BENCHMARK(BM_BytesPerSample)->Iterations(1);

void BM_ScanOneTag(benchmark::State& state) {
  BenchStore& store = FilledStore();
  std::size_t tag = 0;
  for (auto _ : state) {
    double sum = 0;
    const Status scanned = store.historian().Scan({.tag = store.tags()[tag++ % kTags]},
                                                  [&](const SampleColumns& block) {
                                                    for (const double value : block.doubles)
                                                      sum += value;
                                                    return true;
                                                  });
    BEDPLATE_CHECK(scanned.ok());
    benchmark::DoNotOptimize(sum);
  }
  CountSamples(state, kSamples);
}
BENCHMARK(BM_ScanOneTag)->Unit(benchmark::kMicrosecond);

void Aggregate(benchmark::State& state, std::chrono::seconds bucket, AggregateFunction function) {
  BenchStore& store = FilledStore();
  for (auto _ : state) {
    for (const TagId tag : store.tags()) {
      auto columns = store.historian().Aggregate(
          {.tag = tag,
           .range = {Timestamp(kStart),
                     Timestamp(kStart + static_cast<std::int64_t>(kSamples) * kSecond)},
           .bucket = bucket,
           .functions = static_cast<std::uint32_t>(function)});
      BEDPLATE_CHECK(columns.ok());
      benchmark::DoNotOptimize(columns->mean.data());
    }
  }
  CountSamples(state, kTags * kSamples);
}

void BM_MinuteMeansOfAllTags(benchmark::State& state) {
  Aggregate(state, std::chrono::seconds(60), AggregateFunction::kMean);
}
BENCHMARK(BM_MinuteMeansOfAllTags)->Unit(benchmark::kMillisecond);

void BM_MeanOfEveryTag(benchmark::State& state) {
  Aggregate(state, std::chrono::seconds(kSamples), AggregateFunction::kMean);
}
BENCHMARK(BM_MeanOfEveryTag)->Unit(benchmark::kMillisecond);

/// A year at 15 minutes in 800 buckets with all functions: what a trend needs at once.
void BM_YearInEightHundredBuckets(benchmark::State& state) {
  constexpr std::int64_t kYearSamples = 35'040;
  BenchStore store;
  const TagId tag = *store.historian().Resolve("bench/year", ValueType::kDouble);
  TagBatch batch{tag, {}};
  for (std::int64_t i = 0; i < kYearSamples; ++i) {
    batch.samples.Push({Timestamp(kStart + i * 900 * kSecond),
                        std::round(std::sin(static_cast<double>(i)) * 1000) / 100, kGood});
  }
  BEDPLATE_CHECK(store.historian().Append(std::span(&batch, 1)).ok());
  BEDPLATE_CHECK(store.historian().Flush().ok());
  const std::chrono::nanoseconds year(kYearSamples * 900 * kSecond);
  for (auto _ : state) {
    auto columns =
        store.historian().Aggregate({.tag = tag,
                                     .range = {Timestamp(kStart), Timestamp(kStart) + year},
                                     .bucket = year / 800,
                                     .functions = (1U << 9U) - 1});
    BEDPLATE_CHECK(columns.ok());
    benchmark::DoNotOptimize(columns->mean.data());
  }
  CountSamples(state, kYearSamples);
}
BENCHMARK(BM_YearInEightHundredBuckets)->Unit(benchmark::kMillisecond);

/// A walk as that of the comparison over `samples` seconds times `stride`, in a store that was
/// flushed and merged.
class YearStore {
 public:
  YearStore(std::int64_t samples, std::int64_t stride_seconds)
      : samples_(samples), stride_seconds_(stride_seconds) {
    HistorianOptions options;
    options.durability = Durability::kProcess;
    store_ = std::make_unique<BenchStore>(options);
    tag_ = *store_->historian().Resolve("bench/year", ValueType::kDouble);
    Append();
    BEDPLATE_CHECK(store_->historian().Flush().ok());
    while (store_->historian().CompactStep({})->merged > 0) {
    }
  }

  void Append() {
    constexpr std::int64_t kPart = 100'000;
    std::mt19937_64 random(42);
    std::normal_distribution<double> step(0, 0.3);
    double level = 20;
    for (std::int64_t begin = 0; begin < samples_; begin += kPart) {
      TagBatch batch{tag_, {}};
      for (std::int64_t i = begin; i < std::min(samples_, begin + kPart); ++i) {
        level += step(random);
        batch.samples.times.push_back(kStart + i * stride_seconds_ * kSecond);
        batch.samples.doubles.push_back(std::round(level * 100) / 100);
      }
      BEDPLATE_CHECK(store_->historian().Append(std::span(&batch, 1)).ok());
    }
  }

  void Measure(benchmark::State& state, std::chrono::nanoseconds bucket) {
    for (auto _ : state) {
      auto columns = store_->historian().Aggregate(
          {.tag = tag_,
           .range = {Timestamp(kStart), Timestamp(kStart + samples_ * stride_seconds_ * kSecond)},
           .bucket = bucket,
           .functions = static_cast<std::uint32_t>(AggregateFunction::kMean)});
      BEDPLATE_CHECK(columns.ok());
      benchmark::DoNotOptimize(columns->mean.data());
    }
    CountSamples(state, static_cast<std::size_t>(samples_));
    state.counters["bytes_per_sample"] =
        static_cast<double>(store_->historian().Stats().segment_bytes) /
        static_cast<double>(samples_);
  }

 private:
  const std::int64_t samples_;
  const std::int64_t stride_seconds_;
  std::unique_ptr<BenchStore> store_;
  TagId tag_;
};

/// Means of a year of one tag that has a sample every range(0) seconds, in buckets of range(1)
/// hours: docs/decisions/0014-roll-ups-are-headers.md.
void BM_YearByRollUps(benchmark::State& state) {
  constexpr std::int64_t kYearSeconds = 365 * 86'400;
  static std::int64_t stride = 0;
  static std::unique_ptr<YearStore> store;
  if (stride != state.range(0)) {
    store.reset();
    stride = state.range(0);
    store = std::make_unique<YearStore>(kYearSeconds / stride, stride);
  }
  store->Measure(state, std::chrono::hours(state.range(1)));
}
BENCHMARK(BM_YearByRollUps)
    ->ArgsProduct({{1, 2, 60}, {1, 24}})
    ->ArgNames({"every_s", "bucket_h"})
    ->Unit(benchmark::kMillisecond);

/// Opening after a kill: the write-ahead log of 5 M samples is replayed.
void BM_OpenWithFullLog(benchmark::State& state) {
  HistorianOptions options;
  options.head_limit_bytes = 1ULL << 30U;  // nothing is flushed
  BenchStore store(options);
  store.Append(0, kTags);
  for (auto _ : state) store.Open();
  state.counters["log_bytes"] = static_cast<double>(store.historian().Stats().wal_bytes);
}
BENCHMARK(BM_OpenWithFullLog)->Iterations(2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bedplate
