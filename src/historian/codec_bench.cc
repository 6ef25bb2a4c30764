// What blocks of doubles cost: encoding with the choice among all encodings and the header's
// statistics, decoding to numbers, and bytes per sample with the header's share left out. Made
// series of each kind, and real ones where the data stand beside the repository.

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "base/check.h"
#include "historian/block.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

constexpr std::size_t kSamples = 2500;
constexpr std::size_t kSeries = 64;  // more than a processor's first caches hold

using Series = std::vector<double>;

/// `make(random, level)` gives the next value and may move the level.
template <typename Make>
std::vector<Series> MakeSeries(Make make) {
  std::mt19937_64 random(42);
  std::vector<Series> all(kSeries, Series(kSamples));
  for (Series& series : all) {
    double level = 20;
    for (double& value : series) value = make(random, level);
  }
  return all;
}

double Walk(std::mt19937_64& random, double& level) {
  level += std::normal_distribution<double>(0, 0.3)(random);
  return std::round(level * 100) / 100;
}

double WalkOfFloats(std::mt19937_64& random, double& level) {
  return static_cast<double>(static_cast<float>(Walk(random, level)));
}

double Noise(std::mt19937_64& random, double& /*level*/) {
  return std::uniform_real_distribution<double>(10, 150)(random);
}

double Counter(std::mt19937_64& random, double& level) {
  return level += static_cast<double>(random() % 5);
}

double Switch(std::mt19937_64& random, double& level) {
  if (random() % 100 == 0) level = static_cast<double>(random() % 4) * 0.5;
  return level;
}

/// The numeric columns of the steel plant's year, in blocks of a month; empty without the data.
std::vector<Series> SteelColumn(std::size_t column) {
  const char* root = std::getenv("BEDPLATE_DATA");
  std::ifstream file(std::string(root != nullptr ? root : "../shared/data") +
                     "/steel_energy/Steel_industry_data.csv");
  std::vector<Series> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t i = 0; i <= column; ++i) std::getline(cells, cell, ',');
    if (all.empty() || all.back().size() == 2976) all.emplace_back();
    all.back().push_back(std::strtod(cell.c_str(), nullptr));
  }
  return all;
}

SampleColumns ColumnsOf(const Series& series) {
  SampleColumns columns;
  columns.doubles = series;
  for (std::size_t i = 0; i < series.size(); ++i) {
    columns.times.push_back(static_cast<std::int64_t>(i) * kNanosecondsPerSecond);
  }
  return columns;
}

/// Runs `work(i)` for one block after the other and reports the time for each sample.
template <typename Work>
void ForEachBlock(benchmark::State& state, const std::vector<Series>& all, Work work) {
  if (all.empty()) return state.SkipWithError("the data are not there");
  std::size_t i = 0;
  std::size_t samples = 0;
  for (auto _ : state) {
    work(i);
    samples += all[i].size();
    i = (i + 1) % all.size();
  }
  state.counters["per_sample"] = benchmark::Counter(
      static_cast<double>(samples), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Encode(benchmark::State& state, const std::vector<Series>& all) {
  std::vector<SampleColumns> columns;
  for (const Series& series : all) columns.push_back(ColumnsOf(series));
  std::size_t bytes = 0;
  std::size_t samples = 0;
  for (const SampleColumns& block : columns) {
    bytes += EncodeBlock(block).payload.size();
    samples += block.size();
  }
  ForEachBlock(state, all, [&](std::size_t i) {
    benchmark::DoNotOptimize(EncodeBlock(columns[i]).payload.data());
  });
  state.counters["bytes_per_sample"] = static_cast<double>(bytes) / static_cast<double>(samples);
}

void Decode(benchmark::State& state, const std::vector<Series>& all) {
  std::vector<EncodedBlock> blocks;
  for (const Series& series : all) blocks.push_back(EncodeBlock(ColumnsOf(series)));
  NumberBlock numbers;
  ForEachBlock(state, all, [&](std::size_t i) {
    BEDPLATE_CHECK(
        DecodeNumbers(blocks[i].header, ValueType::kDouble, blocks[i].payload, numbers).ok());
    benchmark::DoNotOptimize(numbers.values.data());
  });
}

void EncodeMade(benchmark::State& state, double (*make)(std::mt19937_64&, double&)) {
  Encode(state, MakeSeries(make));
}
void DecodeMade(benchmark::State& state, double (*make)(std::mt19937_64&, double&)) {
  Decode(state, MakeSeries(make));
}
BENCHMARK_CAPTURE(EncodeMade, walk, Walk);
BENCHMARK_CAPTURE(DecodeMade, walk, Walk);
BENCHMARK_CAPTURE(EncodeMade, walk_of_floats, WalkOfFloats);
BENCHMARK_CAPTURE(DecodeMade, walk_of_floats, WalkOfFloats);
BENCHMARK_CAPTURE(EncodeMade, noise, Noise);
BENCHMARK_CAPTURE(DecodeMade, noise, Noise);
BENCHMARK_CAPTURE(EncodeMade, counter, Counter);
BENCHMARK_CAPTURE(DecodeMade, counter, Counter);
BENCHMARK_CAPTURE(EncodeMade, rarely_changing, Switch);
BENCHMARK_CAPTURE(DecodeMade, rarely_changing, Switch);

void EncodeSteel(benchmark::State& state) {
  Encode(state, SteelColumn(static_cast<std::size_t>(state.range(0))));
}
void DecodeSteel(benchmark::State& state) {
  Decode(state, SteelColumn(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(EncodeSteel)->DenseRange(1, 7);
BENCHMARK(DecodeSteel)->DenseRange(1, 7);

}  // namespace
}  // namespace bedplate::historian
