#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "connectors/files/csv_reader.h"
#include "connectors/files/import_plan.h"
#include "connectors/files/row_batcher.h"

namespace bedplate {
namespace {

/// A year of quarter hours with six numbers and a text, as a meter exports it.
std::string File() {
  std::string text = "date,a,b,c,d,e,f,load\n";
  for (int i = 0; i < 35'040; ++i) {
    text += fmt::format("{:02}/{:02}/2018 {:02}:{:02},{:.2f},{:.2f},0,0,73.21,100,{}\n",
                        1 + i / 96 % 28, 1 + i / 2'920, i / 4 % 24, i % 4 * 15,
                        2.5 + i * 37 % 9'000 / 100.0, i * 53 % 9'000 / 100.0,
                        i % 96 < 32 ? "Light_Load" : "Medium_Load");
  }
  return text;
}

void BM_ReadCsv(benchmark::State& state) {
  const std::string text = File();
  std::size_t fields = 0;
  for (auto _ : state) {
    const auto source = MakeTextSource(text);
    CsvReader reader(*source, {});
    CsvRow row;
    while (reader.Next(row).value()) fields += row.fields.size();
  }
  benchmark::DoNotOptimize(fields);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_ReadCsv)->Unit(benchmark::kMillisecond);

void BM_ReadSamples(benchmark::State& state) {
  const std::string text = File();
  ImportMap map;
  map.time_column.name = "date";
  map.time = {.format = "%d/%m/%Y %H:%M", .zone = "Asia/Seoul"};
  map.wide = WideLayout{.columns = {{.column = {.name = "load"},
                                     .tag = "mill/load",
                                     .unit = {},
                                     .type = ValueType::kString}},
                        .tag_prefix = "mill"};
  std::uint64_t samples = 0;
  for (auto _ : state) {
    const auto source = MakeTextSource(text);
    CsvReader reader(*source, {});
    CsvRow row;
    (void)reader.Next(row).value();
    const ImportPlan plan = PlanImport(map, row).value();
    RowBatcher batcher(map, plan, TimeReader::Make(map.time).value(), "mill.csv", "hash");
    while (reader.Next(row).value()) batcher.Add(row);
    samples += batcher.samples();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(samples));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(BM_ReadSamples)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bedplate
