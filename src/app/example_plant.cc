#include "app/example_plant.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <regex>

#include "app/example_files.h"
#include "app/plant_api.h"
#include "connectors/files/csv_import.h"

namespace bedplate {
namespace {

constexpr std::string_view kMeter = "morning-steel/south-works/coil-shop/line-1/incomer/";
constexpr std::string_view kSource = "example-plant";
constexpr std::uint64_t kSeed = 1;
constexpr double kSaving = 0.09;  // of half a year; large enough to be proven in any year
constexpr std::int32_t kExampleFirstDay = 17532;  // 2018-01-01, where the example's files begin
constexpr std::int64_t kQuartersPerDay = 96;
constexpr int kPowerStepSeconds = 5;
constexpr auto kPowerStep = std::chrono::seconds(kPowerStepSeconds);
constexpr auto kPowerHistory = std::chrono::hours(24);
constexpr auto kTick = std::chrono::milliseconds(500);

std::string TagPath(std::string_view name) { return fmt::format("{}{}", kMeter, name); }

/// The local day on which the example's year begins: a year ago, or where the stored one does.
std::int32_t FirstDay(const CommandContext& context, PlantRuntime& runtime) {
  const auto energy = runtime.workspace().historian().Find(TagPath("energy"));
  const bool stored = energy && energy->first;
  const Timestamp time = stored ? *energy->first : context.clock.Now();
  const auto day = static_cast<std::int32_t>(SteelMillSimulator::QuarterOf(time) / kQuartersPerDay);
  return stored ? day : day - SteelMillOptions{}.days;
}

SteelMillOptions OptionsFrom(std::int32_t first_day) {
  SteelMillOptions options;
  options.saving_from_day = first_day + (options.saving_from_day - options.first_day);
  options.first_day = first_day;
  options.saving = kSaving;
  return options;
}

/// Collects samples of one tag.
class BatchMaker {
 public:
  BatchMaker(std::string_view name, ValueType type) {
    batch_.path = TagPath(name);
    batch_.samples.type = type;
  }
  void Add(Timestamp time, Value value) { batch_.samples.Push({time, std::move(value)}); }
  PathBatch Take() { return std::move(batch_); }

 private:
  PathBatch batch_;
};

Status Store(PlantRuntime& runtime, std::vector<PathBatch> batches) {
  const auto report = runtime.workspace().gate().Ingest(kSource, std::move(batches), {});
  return report.ok() ? Status() : Status(report.error());
}

/// The first step of the power's grid that is not before `time`.
Timestamp NextPowerStep(Timestamp time) {
  const std::int64_t step = std::chrono::nanoseconds(kPowerStep).count();
  return Timestamp((time.nanoseconds() + step - 1) / step * step);
}

}  // namespace

std::string ShiftDates(std::string_view yaml, std::int32_t days) {
  static const std::regex kDate("(\\d{4})-(\\d{2})-(\\d{2})");
  std::string out;
  auto rest = yaml.begin();
  for (std::cregex_iterator match(yaml.begin(), yaml.end(), kDate), end; match != end; ++match) {
    const auto part = [&](std::size_t index) { return std::stoi((*match)[index].str()); };
    const date::sys_days day = date::year{part(1)} / part(2) / part(3);
    out.append(rest, yaml.begin() + match->position());
    out += FormatTimestamp(
               Timestamp(
                   std::chrono::nanoseconds((day + date::days(days)).time_since_epoch()).count()))
               .substr(0, 10);
    rest = yaml.begin() + match->position() + match->length();
  }
  return out.append(rest, yaml.end());
}

ExamplePlant::ExamplePlant(CommandContext& context, PlantRuntime& runtime, std::int32_t first_day)
    : context_(context),
      runtime_(runtime),
      options_(OptionsFrom(first_day)),
      simulator_(kSeed, options_) {}

Result<std::unique_ptr<ExamplePlant>> ExamplePlant::Prepare(CommandContext& context,
                                                            PlantRuntime& runtime) {
  std::unique_ptr<ExamplePlant> plant(
      new ExamplePlant(context, runtime, FirstDay(context, runtime)));
  RETURN_IF_ERROR(plant->Declare());
  RETURN_IF_ERROR(plant->ImportYear());
  RETURN_IF_ERROR(plant->CatchUp());
  return plant;
}

Status ExamplePlant::Declare() {
  const std::string initiative =
      ShiftDates(kExampleInitiativeYaml, options_.first_day - kExampleFirstDay);
  for (const auto& [file, yaml] : {std::pair("plant.yaml", std::string(kExamplePlantYaml)),
                                   std::pair("initiative.yaml", initiative)}) {
    HttpRequest request{.method = HttpMethod::kPut, .path = "/api/v1/plant"};
    request.params.emplace("file", file);
    request.body = yaml;
    request.principal = {"local", "example plant", Role::kAdmin};
    const auto answer = BodyOrError(runtime_.router().Dispatch(std::move(request)));
    if (!answer.ok()) return answer.error();
  }
  return {};
}

Status ExamplePlant::ImportYear() {
  if (runtime_.workspace().historian().Find(TagPath("energy"))) return {};
  const std::string path = JoinPath(runtime_.workspace().directory(), "example-year.csv");
  RETURN_IF_ERROR(
      WriteFileAtomically(context_.files, path, FormatSteelMillCsv(simulator_.Readings())));
  const ImportMapYaml parsed =
      ParseImportMap("import.yaml", kExampleImportYaml, runtime_.workspace().units());
  BEDPLATE_CHECK(parsed.faults.empty());  // it is part of this program
  const auto report = CsvImport::Run(parsed.map, context_.files, path, runtime_.workspace().gate(),
                                     nullptr, CancelToken());
  return report.ok() ? Status() : Status(report.error());
}

Status ExamplePlant::CatchUp() {
  const Timestamp now = context_.clock.Now();
  const auto energy = runtime_.workspace().historian().Find(TagPath("energy"));
  // A reading carries the end of its quarter, which is the start of the next one.
  next_quarter_ = SteelMillSimulator::QuarterOf(*energy->last);
  const auto power = runtime_.workspace().historian().Find(TagPath("power"));
  const Timestamp known = power && power->last ? *power->last + kPowerStep : kMinTimestamp;
  next_power_ = NextPowerStep(std::max(known, now - kPowerHistory));
  RETURN_IF_ERROR(WriteQuarters(next_quarter_, SteelMillSimulator::QuarterOf(now)));
  return WritePower(next_power_, now);
}

Status ExamplePlant::WriteQuarters(std::int64_t first, std::int64_t stop) {
  if (first >= stop) return {};
  std::vector<BatchMaker> numbers;
  for (const char* name : {"energy", "reactive_lagging", "reactive_leading", "co2",
                           "power_factor_lagging", "power_factor_leading"}) {
    numbers.emplace_back(name, ValueType::kDouble);
  }
  BatchMaker seconds("seconds_of_day", ValueType::kInt64);
  BatchMaker load("load_type", ValueType::kString);
  for (std::int64_t quarter = first; quarter < stop; ++quarter) {
    const SteelMillReading reading = simulator_.ReadingAt(quarter);
    const Timestamp time = SteelMillSimulator::StartOf(quarter + 1);
    const double values[] = {reading.usage_kwh,
                             reading.lagging_kvarh,
                             reading.leading_kvarh,
                             reading.co2_tonnes,
                             reading.lagging_power_factor_percent,
                             reading.leading_power_factor_percent};
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i].Add(time, values[i]);
    seconds.Add(time, (quarter + 1) % kQuartersPerDay * 900);
    load.Add(time, std::string(reading.load_type));
  }
  std::vector<PathBatch> batches;
  for (BatchMaker& maker : numbers) batches.push_back(maker.Take());
  batches.push_back(seconds.Take());
  batches.push_back(load.Take());
  next_quarter_ = stop;
  return Store(runtime_, std::move(batches));
}

Status ExamplePlant::WritePower(Timestamp start, Timestamp stop) {
  BatchMaker power("power", ValueType::kDouble);
  for (next_power_ = start; next_power_ <= stop; next_power_ = next_power_ + kPowerStep) {
    power.Add(next_power_, simulator_.PowerKilowatts(next_power_, kPowerStepSeconds));
  }
  std::vector<PathBatch> batches;
  batches.push_back(power.Take());
  return batches.front().samples.empty() ? Status() : Store(runtime_, std::move(batches));
}

void ExamplePlant::GoLive() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void ExamplePlant::Run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  while (!woken.wait_for(lock, stop, kTick, [&] { return stop.stop_requested(); })) {
    const Timestamp now = context_.clock.Now();
    Status written = WritePower(next_power_, now);
    if (written.ok()) written = WriteQuarters(next_quarter_, SteelMillSimulator::QuarterOf(now));
    // What could not be stored is a gap that the screens show; the next reading is tried as usual.
    if (!written.ok()) PrintNote("example plant: " + written.error().ToString());
  }
}

}  // namespace bedplate
