// A steel mill's readings with every trap of such files: day before month, 00:00 for the end of the
// day, no zone in the times, leading zeros, text beside numbers. The real year is not part of the
// repository (BEDPLATE_DATA or ../shared/data beside the checkout); a made one of three days is.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/shared_data_test_support.h"
#include "connectors/files/csv_import.h"
#include "ingest/memory_sink.h"

namespace bedplate {
namespace {

constexpr std::int64_t kStrideNs = 900'000'000'000;

ImportMap MapOf(const std::string& columns) {
  static const auto kUnits = UnitSystem::Load();
  ImportMapYaml parsed = ParseImportMap("import.yaml", R"(
format: bedplate/import/1
time: {column: date, format: "%d/%m/%Y %H:%M", zone: Asia/Seoul, midnight: end_of_day}
wide:
  columns:
    Usage_kWh: {tag: mill/energy, unit: kWh}
    CO2(tCO2): {tag: mill/co2}
    NSM: {tag: mill/seconds, type: int64}
    WeekStatus: {tag: mill/week, type: string}
    Load_Type: {tag: mill/load, type: string}
)" + columns,
                                        **kUnits);
  for (const YamlFault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return std::move(parsed.map);
}

void ExpectSteadyTimes(const std::vector<MemorySink::Stored>& samples, const std::string& first) {
  ASSERT_FALSE(samples.empty());
  EXPECT_EQ(FormatTimestamp(samples[0].sample.time), first);
  for (std::size_t i = 1; i < samples.size(); ++i) {
    ASSERT_EQ((samples[i].sample.time - samples[i - 1].sample.time).count(), kStrideNs)
        << samples[i].place;
  }
}

double SumOf(const std::vector<MemorySink::Stored>& samples) {
  double sum = 0;
  for (const auto& stored : samples) sum += std::get<double>(stored.sample.value);
  return sum;
}

TEST(MillImport, ReadsThreeMadeDays) {
  const auto files = MakePosixFileSystem();
  MemorySink sink;
  const auto report = CsvImport::Run(
      MapOf("    Reactive.Power_kVarh: {tag: mill/reactive}\n"), *files,
      BEDPLATE_SOURCE_DIR "/src/connectors/files/testdata/mill_three_days.csv", sink, nullptr, {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->rows, 288U);
  EXPECT_EQ(report->letters, 0U);
  EXPECT_EQ(sink.samples.size(), 6U);
  for (const auto& [tag, samples] : sink.samples) {
    EXPECT_EQ(samples.size(), 288U) << tag;
    ExpectSteadyTimes(samples, "2018-01-11T15:15:00Z");
  }
  EXPECT_EQ(std::llround(SumOf(sink.samples["mill/energy"]) * 100), 1'464'823);
  EXPECT_EQ(sink.samples["mill/reactive"][0].sample.value, Value(3.1));
  EXPECT_EQ(sink.samples["mill/seconds"][95].sample.value, Value(std::int64_t{0}));
  EXPECT_EQ(sink.samples["mill/week"][95].sample.value, Value(std::string("Weekday")));
}

TEST(MillImport, ReadsTheRealYearToTheCent) {
  const std::filesystem::path file = SharedDataFile("steel_energy/Steel_industry_data.csv");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no steel data: set BEDPLATE_DATA";
  const auto files = MakePosixFileSystem();
  MemorySink sink;
  const auto report = CsvImport::Run(MapOf(R"(
    Lagging_Current_Reactive.Power_kVarh: {tag: mill/lagging}
    Leading_Current_Reactive_Power_kVarh: {tag: mill/leading}
    Lagging_Current_Power_Factor: {tag: mill/lagging-factor}
    Leading_Current_Power_Factor: {tag: mill/leading-factor}
)"),
                                     *files, file.string(), sink, nullptr, {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->rows, 35'040U);
  EXPECT_EQ(report->letters, 0U);
  EXPECT_EQ(sink.samples.size(), 9U);
  for (const auto& [tag, samples] : sink.samples) {
    EXPECT_EQ(samples.size(), 35'040U) << tag;
    ExpectSteadyTimes(samples, "2017-12-31T15:15:00Z");
  }
  EXPECT_EQ(report->last, Timestamp::FromSeconds(1'546'268'400));  // 2018-12-31T15:00:00Z
  EXPECT_EQ(std::llround(SumOf(sink.samples["mill/energy"]) * 100), 95'963'671);
  EXPECT_EQ(sink.samples["mill/load"][0].sample.value, Value(std::string("Light_Load")));
}

}  // namespace
}  // namespace bedplate
