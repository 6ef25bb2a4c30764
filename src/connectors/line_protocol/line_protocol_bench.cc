#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "connectors/line_protocol/line_parser.h"
#include "connectors/line_protocol/line_splitter.h"
#include "connectors/line_protocol/line_writer.h"

namespace bedplate {
namespace {

/// `series` machines with one field each, as a plant sends them.
std::string Body(int series, int lines) {
  std::string body;
  for (int i = 0; i < lines; ++i) {
    body += fmt::format("acme/leeds/line-{},machine=press-{} temperature={:.2f} {}\n",
                        i % series / 100, i % series, 20 + (i * 37 % 1000) / 100.0,
                        1'514'764'800'000'000'000 + i / series * 1'000'000'000LL);
  }
  return body;
}

/// Drops what it gets.
class NullSink final : public IngestSink {
 public:
  Result<IngestReport> IngestInPlace(std::string_view /*source*/, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> /*letters*/) override {
    IngestReport report;
    for (const PathBatch& batch : batches) report.stored += batch.samples.size();
    return report;
  }
};

void BM_Parse(benchmark::State& state) {
  const std::string body = Body(2000, 200'000);
  std::size_t points = 0;
  for (auto _ : state) {
    LineSplitter splitter(1U << 20U);
    LineParser parser(LinePrecision::kNanoseconds);
    LineSplitter::Line line;
    splitter.Feed(body);
    while (splitter.Next(line)) {
      points += parser.Parse(line.text) == LineParser::Outcome::kPoint ? 1 : 0;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(points));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(BM_Parse)->Unit(benchmark::kMillisecond);

/// As a server has it: what is known of keys outlives the body.
void BM_Write(benchmark::State& state) {
  const std::string body = Body(static_cast<int>(state.range(0)), 200'000);
  NullSink sink;
  LineSeriesPool pool;
  LineWriteOptions options;
  options.series = &pool;
  std::uint64_t stored = 0;
  for (auto _ : state) {
    LineWriter writer(sink, options);
    benchmark::DoNotOptimize(writer.Feed(body).ok());
    stored += writer.Finish().value().stored;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(stored));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}
BENCHMARK(BM_Write)->Arg(2000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bedplate
