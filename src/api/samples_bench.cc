#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/append_format.h"
#include "api/url.h"
#include "base/file_system.h"

namespace bedplate {
namespace {

constexpr Timestamp kStart = Timestamp::FromSeconds(1'514'764'800);  // 2018-01-01
constexpr int kYear = 35'040;                                        // readings, each 15 minutes

std::vector<PathBatch> YearOfReadings() {
  std::mt19937_64 random(1);
  PathBatch batch;
  batch.path = "plant/energy";
  for (int i = 0; i < kYear; ++i) {
    const double kwh = static_cast<double>(random() % 15'000) / 100;
    batch.samples.Push({kStart + i * std::chrono::minutes(15), kwh, kGood});
  }
  return {batch};
}

/// Every JSON route over stores that hold one tag's year.
class Plant {
 public:
  Plant() {
    std::string pattern = (std::filesystem::temp_directory_path() / "api_bench.XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    const std::string directory = (root_ / "plant").string();
    BEDPLATE_CHECK(Workspace::Init(*files_, clock_, directory).ok());
    workspace_ = std::move(Workspace::Open(*files_, clock_, directory, {})).value();
    services_ = std::make_unique<Services>(*workspace_, clock_);
    AddApiRoutes(router_, {*services_, workspace_->catalog().tokens(), clock_, "bench", false});
    BEDPLATE_CHECK(workspace_->gate().Ingest("bench", YearOfReadings(), {}).ok());
    BEDPLATE_CHECK(workspace_->historian().Flush().ok());
  }
  ~Plant() {
    services_.reset();
    workspace_.reset();
    std::filesystem::remove_all(root_);
  }
  Plant(const Plant&) = delete;
  Plant& operator=(const Plant&) = delete;

  std::size_t Call(HttpMethod method, std::string_view target, std::string body) {
    auto parsed = std::move(ParseTarget(target)).value();
    HttpRequest request;
    request.method = method;
    request.path = std::move(parsed.path);
    request.params = std::move(parsed.params);
    request.body = std::move(body);
    request.principal.role = Role::kAdmin;
    const HttpResponse response = router_.Dispatch(std::move(request));
    BEDPLATE_CHECK(response.status == 200);
    return response.body.size();
  }

 private:
  std::unique_ptr<FileSystem> files_ = MakePosixFileSystem();
  SystemClock clock_;
  std::filesystem::path root_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<Services> services_;
  Router router_;
};

void RunGet(benchmark::State& state, const char* target) {
  Plant plant;
  std::size_t bytes = 0;
  for (auto _ : state) bytes += plant.Call(HttpMethod::kGet, target, {});
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

// The first picture of a year in the browser: a min/max envelope of a thousand buckets.
BENCHMARK_CAPTURE(RunGet, TrendOfAYear,
                  "/api/v1/aggregate?tag=plant/energy&buckets=1000&fn=mean,min,max")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(RunGet, Raw2500, "/api/v1/samples?tag=plant/energy&limit=2500")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(RunGet, RawYear, "/api/v1/samples?tag=plant/energy")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(RunGet, CoverageOfAYear, "/api/v1/coverage?tag=plant/energy")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(RunGet, Last, "/api/v1/last?tag=plant/energy")->Unit(benchmark::kMicrosecond);

void AppendAYearAgain(benchmark::State& state) {
  Plant plant;
  const std::vector<PathBatch> batches = YearOfReadings();
  AppendWriter writer("bench");
  writer.AddSamples(batches[0], 0, batches[0].samples.size());
  const std::string body = writer.Finish();
  for (auto _ : state) plant.Call(HttpMethod::kPost, "/api/v1/append", body);
  state.SetItemsProcessed(state.iterations() * kYear);
}
BENCHMARK(AppendAYearAgain)->Unit(benchmark::kMicrosecond);

void ParseAppendBody(benchmark::State& state) {
  const std::vector<PathBatch> batches = YearOfReadings();
  AppendWriter writer("bench");
  writer.AddSamples(batches[0], 0, batches[0].samples.size());
  const std::string body = writer.Finish();
  for (auto _ : state) BEDPLATE_CHECK(ParseAppend(body).ok());
  state.SetItemsProcessed(state.iterations() * kYear);
}
BENCHMARK(ParseAppendBody)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bedplate
