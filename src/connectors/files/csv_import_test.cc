#include "connectors/files/csv_import.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "catalog/catalog_test_support.h"
#include "ingest/fake_historian.h"
#include "ingest/gate.h"
#include "ingest/memory_sink.h"

namespace bedplate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const UnitSystem& Units() {
  static const auto kUnits = UnitSystem::Load();
  return **kUnits;
}

ImportMap MapOf(const std::string& text) {
  ImportMapYaml parsed =
      ParseImportMap("import.yaml", "format: bedplate/import/1\n" + text, Units());
  for (const YamlFault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
  return std::move(parsed.map);
}

class CsvImportTest : public CatalogTest {
 protected:
  CsvImportTest() : files_(MakePosixFileSystem()) {
    (void)Open();
    folder_ = std::filesystem::path(path()).parent_path();
  }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }

  Result<ImportReport> Run(const ImportMap& map, const std::string& file, IngestSink& sink,
                           const ImportOptions& options = {}) {
    return CsvImport::Run(map, *files_, file, sink, nullptr, CancelToken(), options);
  }

  ImportReport Import(const std::string& map, const std::string& text) {
    auto report = Run(MapOf(map), Write("plant.csv", text), sink_);
    EXPECT_TRUE(report.ok()) << report.error().ToString();
    return report.ok() ? *report : ImportReport{};
  }

  std::string ErrorOf(const std::string& map, const std::string& text) {
    const auto report = Run(MapOf(map), Write("plant.csv", text), sink_);
    EXPECT_FALSE(report.ok());
    return report.ok() ? "" : report.error().ToString();
  }

  std::vector<std::string> ValuesOf(const std::string& tag) {
    std::vector<std::string> out;
    for (const auto& stored : sink_.samples[tag]) {
      out.push_back(FormatTimestamp(stored.sample.time) + " " + FormatValue(stored.sample.value));
    }
    return out;
  }

  std::unique_ptr<FileSystem> files_;
  std::filesystem::path folder_;
  MemorySink sink_;
};

constexpr const char* kWide = R"(
time: {column: t, format: epoch_s}
wide: {columns: {p: {tag: acme/p, unit: kW}, s: {tag: acme/s, type: string}}}
)";

TEST_F(CsvImportTest, ReadsAWideFile) {
  const ImportReport report = Import(kWide, "t,p,other,s\n0,1.5,x,on\n60,,x,off\n120,03.06,x,\n");
  EXPECT_EQ(report.rows, 3U);
  EXPECT_EQ(report.samples, 4U);
  EXPECT_EQ(report.empty_cells, 2U);
  EXPECT_EQ(report.stored, 4U);
  EXPECT_EQ(report.first, Timestamp(0));
  EXPECT_EQ(report.last, Timestamp::FromSeconds(120));
  EXPECT_THAT(ValuesOf("acme/p"),
              ElementsAre("1970-01-01T00:00:00Z 1.5", "1970-01-01T00:02:00Z 3.06"));
  EXPECT_THAT(ValuesOf("acme/s"),
              ElementsAre("1970-01-01T00:00:00Z on", "1970-01-01T00:01:00Z off"));
  EXPECT_EQ(sink_.units["acme/p"], "kW");
  EXPECT_EQ(sink_.samples["acme/p"][1].place, "plant.csv:4 column p");
}

TEST_F(CsvImportTest, ReadsEveryColumnUnderAPrefix) {
  (void)Import("time: {column: t, format: epoch_s}\nwide: {tag_prefix: acme/x, skip: [note]}\n",
               "t,a,note,b\n0,1,hello,2\n");
  EXPECT_THAT(sink_.samples,
              UnorderedElementsAre(Pair("acme/x/a", ::testing::_), Pair("acme/x/b", ::testing::_)));
}

TEST_F(CsvImportTest, ReadsALongFile) {
  (void)Import(R"(
csv: {header: false}
time: {column: "1", format: epoch_s}
long:
  tag: {column: "2", prefix: "acme/"}
  value: {column: "3"}
  quality: {column: "4", good: [OK], uncertain: [SUSPECT]}
  unit: {column: "5"}
)",
               "0,a,1,OK,kW\n0,b,2,SUSPECT,\n60,a,3,BROKEN,kW\n");
  EXPECT_THAT(ValuesOf("acme/a"), ElementsAre("1970-01-01T00:00:00Z 1", "1970-01-01T00:01:00Z 3"));
  EXPECT_EQ(sink_.samples["acme/a"][0].sample.quality, kGood);
  EXPECT_EQ(sink_.samples["acme/b"][0].sample.quality, kUncertain);
  EXPECT_EQ(sink_.samples["acme/a"][1].sample.quality, kBad);
  EXPECT_EQ(sink_.units["acme/a"], "kW");
  EXPECT_EQ(sink_.units["acme/b"], "");
}

TEST_F(CsvImportTest, ReadsWhatAGermanSpreadsheetSaves) {
  (void)Import(
      R"(
csv: {delimiter: ";", decimal: ",", thousands: ".", encoding: latin1, skip_rows: 1}
time: {column: Zeit, format: "%d.%m.%Y %H:%M", zone: Europe/Berlin}
wide: {columns: {Kühler: {tag: acme/cooler, unit: degC}, Text: {tag: acme/text, type: string}}}
)",
      "Bericht \"Januar\nZeit;K\xFChler;Text\r\n01.07.2018 12:00;1.234,5;\"\xFC;\"\"\"\r\n");
  EXPECT_THAT(ValuesOf("acme/cooler"), ElementsAre("2018-07-01T10:00:00Z 1234.5"));
  EXPECT_THAT(ValuesOf("acme/text"), ElementsAre("2018-07-01T10:00:00Z ü;\""));
}

TEST_F(CsvImportTest, LosesOnlyWhatIsBad) {
  const ImportReport report = Import(kWide,
                                     "t,p,s\n"
                                     "0,1,a\n"
                                     "60,x,b\n"        // a bad cell
                                     "nonsense,3,c\n"  // a bad time
                                     "120,4\n"         // a field missing
                                     "180,5,\"d\"e\n"  // a bad quote
                                     "240,6,\xFF\n"    // not UTF-8
                                     "-60,7,g\n"       // before 1970
                                     "300,8,h\n");
  EXPECT_EQ(report.rows, 8U);
  EXPECT_EQ(report.samples, 6U);
  EXPECT_THAT(report.letters_by_code, ElementsAre(Pair("bad-number", 1), Pair("bad-row", 2),
                                                  Pair("bad-text", 1), Pair("bad-time", 2)));
  ASSERT_EQ(sink_.letters.size(), 6U);
  const DeadLetter& cell = sink_.letters[0];
  EXPECT_EQ(cell.place, "plant.csv:3 column p");
  EXPECT_EQ(cell.tag, "acme/p");
  EXPECT_EQ(cell.reason, "expected a finite number with the decimal mark '.', got 'x'");
  EXPECT_EQ(cell.payload, "60,x,b");
  EXPECT_EQ(sink_.letters[1].place, "plant.csv:4 column t");
  EXPECT_EQ(sink_.letters[2].reason, "expected 3 fields, got 2");
  EXPECT_EQ(sink_.letters[3].place, "plant.csv:6");
  EXPECT_EQ(sink_.letters[4].payload, "240,6,\xEF\xBF\xBD");
}

TEST_F(CsvImportTest, StoresNothingTwice) {
  FakeHistorian historian;
  Catalog& catalog = Open();
  const auto gate = TrustGate::Make(historian, catalog, Units(), clock_);
  const std::string file = Write("plant.csv", "t,p,s\n0,1,a\n60,x,b\n120,1e999,c\n\"broken\n");
  const ImportMap map = MapOf(kWide);
  const auto first = Run(map, file, *gate);
  ASSERT_TRUE(first.ok()) << first.error().ToString();
  EXPECT_EQ(first->stored, 4U);
  EXPECT_EQ(first->letters, 3U);
  EXPECT_EQ(*catalog.dead_letters().Total(), 3U);
  const auto second = Run(map, file, *gate);
  ASSERT_TRUE(second.ok()) << second.error().ToString();
  EXPECT_EQ(second->stored, 0U);
  EXPECT_EQ(second->duplicates, 4U);
  EXPECT_EQ(*catalog.dead_letters().Total(), 3U);
  // The same name with another content is another file.
  (void)Run(map, Write("plant.csv", "t,p,s\n0,x,a\n"), *gate);
  EXPECT_EQ(*catalog.dead_letters().Total(), 4U);
}

TEST_F(CsvImportTest, TellsThePlaceOfWhatTheGateRefuses) {
  FakeHistorian historian;
  Catalog& catalog = Open();
  ASSERT_TRUE(historian.Resolve("acme/p", ValueType::kString).ok());
  const auto gate = TrustGate::Make(historian, catalog, Units(), clock_);
  const auto report = Run(MapOf(kWide), Write("plant.csv", "t,p,s\n0,1,a\n60,2,b\n"), *gate);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->stored, 2U);
  EXPECT_EQ(report->letters_by_code.at("type-conflict"), 2U);
  const auto letters = catalog.dead_letters().List({});
  ASSERT_TRUE(letters.ok());
  EXPECT_EQ(letters->at(0).place, "plant.csv:3 column p");
}

TEST_F(CsvImportTest, LosesOnlyTheCellThatIsTooLongInUtf8) {
  FakeHistorian historian;
  Catalog& catalog = Open();
  const auto gate = TrustGate::Make(historian, catalog, Units(), clock_);
  const std::string e_acute(800'000, '\xE9');  // two bytes each in UTF-8
  const auto report = Run(MapOf(std::string("csv: {encoding: latin1}") + kWide),
                          Write("plant.csv", "t,p,s\n0,1,a\n60,2," + e_acute + "\n"), *gate);
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->stored, 3U);
  EXPECT_THAT(report->letters_by_code, ElementsAre(Pair("bad-text", 1)));
  const auto letters = catalog.dead_letters().List({});
  ASSERT_TRUE(letters.ok());
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->at(0).place, "plant.csv:3 column s");
  EXPECT_EQ(letters->at(0).reason, "longer than 1048576 bytes");
}

TEST_F(CsvImportTest, ConvertsUnitsOnTheWay) {
  FakeHistorian historian;
  Catalog& catalog = Open();
  Plant plant;
  plant.assets.push_back({.path = "acme", .level = AssetLevel::kEnterprise});
  Tag tag;
  tag.path = "acme/p";
  tag.unit = "MW";
  tag.declared = true;
  plant.tags.push_back(tag);
  ASSERT_TRUE(catalog.plant().Apply(plant, false, "test").ok());
  const auto gate = TrustGate::Make(historian, catalog, Units(), clock_);
  ASSERT_TRUE(Run(MapOf(kWide), Write("plant.csv", "t,p,s\n0,1500,a\n"), *gate).ok());
  EXPECT_EQ(historian.SamplesOf("acme/p").at(0).value, Value(1.5));
}

TEST_F(CsvImportTest, NamesEveryMissingColumnAndWhatThereIs) {
  EXPECT_THAT(
      ErrorOf(kWide, "t,power,s,s\n0,1,a,b\n"),
      AllOf(HasSubstr("plant.csv: line 1: no column 'p' (import.yaml:4)"),
            HasSubstr("more than one column 's'"), HasSubstr("the columns are: t, power, s, s")));
  EXPECT_THAT(
      ErrorOf("time: {column: t, format: epoch_s}\nwide: {tag_prefix: acme}\n", "t,a,b*\n0,1,2\n"),
      HasSubstr("column 3 'b*' cannot be a tag"));
}

TEST_F(CsvImportTest, HintsAtTheDelimiterThatWouldFit) {
  EXPECT_THAT(ErrorOf(kWide, "t;p;s\n0;1,5;a\n"),
              HasSubstr("the columns are: t;p;s; it would be 3 columns with "
                        "csv: {delimiter: \";\"} in the map"));
  EXPECT_THAT(ErrorOf(kWide, "t\t\"p\"\ts\n0\t1\ta\n"),
              HasSubstr("3 columns with csv: {delimiter: tab} in the map"));
  EXPECT_THAT(ErrorOf(kWide, "t\n0\n"), Not(HasSubstr("delimiter")));
}

TEST_F(CsvImportTest, SaysWhatIsWrongWithAFile) {
  const ImportMap map = MapOf(kWide);
  EXPECT_THAT(ErrorOf(kWide, ""), HasSubstr("plant.csv: expected a header, but the file is empty"));
  EXPECT_THAT(ErrorOf(kWide, std::string("\xFF\xFEt\0", 4)), HasSubstr("UTF-16"));
  EXPECT_THAT(ErrorOf(kWide, "\"t,p\n"), HasSubstr("line 1: a quote opens that is never closed"));
  const auto missing = Run(map, (folder_ / "missing.csv").string(), sink_);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  const auto directory = Run(map, folder_.string(), sink_);
  ASSERT_FALSE(directory.ok());
  EXPECT_THAT(directory.error().ToString(), HasSubstr("directory"));
}

TEST_F(CsvImportTest, WorksInBatchesReportsProgressAndStopsWhenTold) {
  std::string text = "t,p,s\n";
  for (int i = 0; i < 5'000; ++i) text += std::to_string(i) + ",1,a\n";
  const std::string file = Write("plant.csv", text);
  const ImportMap map = MapOf(kWide);
  std::vector<ImportProgress> seen;
  const auto report =
      CsvImport::Run(map, *files_, file, sink_, [&](const ImportProgress& p) { seen.push_back(p); },
                     CancelToken(), {.batch_samples = 1'000});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->stored, 10'000U);
  EXPECT_LE(sink_.largest_call, 1'001U);
  ASSERT_EQ(seen.size(), 11U);
  EXPECT_EQ(seen.back().rows, 5'000U);
  EXPECT_EQ(seen.back().bytes, text.size());
  EXPECT_EQ(seen.back().total_bytes, text.size());

  const CancelToken cancel = CancelToken::Make();
  MemorySink stopped;
  stopped.on_call = [&] { cancel.Cancel(); };
  const auto cancelled =
      CsvImport::Run(map, *files_, file, stopped, nullptr, cancel, {.batch_samples = 1'000});
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code(), ErrorCode::kCancelled);
  EXPECT_LT(stopped.total(), 10'000U);
}

TEST_F(CsvImportTest, PassesOnTheErrorOfTheSink) {
  sink_.fail_next = Error(ErrorCode::kResourceExhausted, "disk full");
  EXPECT_THAT(ErrorOf(kWide, "t,p,s\n0,1,a\n"), HasSubstr("plant.csv: disk full"));
}

TEST_F(CsvImportTest, TellsTheTwoHoursOfAutumnApartInBothLayouts) {
  const std::string time =
      "time: {column: t, format: \"%Y-%m-%d %H:%M\", zone: Europe/Berlin, ambiguous: sequence}\n";
  (void)Import(time + "wide: {columns: {p: {tag: acme/p}}}\n",
               "t,p\n2018-10-28 01:00,1\n2018-10-28 02:00,2\n2018-10-28 02:00,3\n"
               "2018-10-28 03:00,4\n");
  EXPECT_THAT(ValuesOf("acme/p"), ElementsAre("2018-10-27T23:00:00Z 1", "2018-10-28T00:00:00Z 2",
                                              "2018-10-28T01:00:00Z 3", "2018-10-28T02:00:00Z 4"));
  (void)Import(time + "long: {tag: {column: k}, value: {column: v}}\n",
               "t,k,v\n2018-10-28 02:00,a,1\n2018-10-28 02:00,b,2\n2018-10-28 02:00,a,3\n"
               "2018-10-28 02:00,b,4\n");
  for (const std::string tag : {"a", "b"}) {
    ASSERT_EQ(sink_.samples[tag].size(), 2U);
    EXPECT_EQ(FormatTimestamp(sink_.samples[tag][0].sample.time), "2018-10-28T00:00:00Z");
    EXPECT_EQ(FormatTimestamp(sink_.samples[tag][1].sample.time), "2018-10-28T01:00:00Z");
  }
}

TEST_F(CsvImportTest, AStampAtTheEndOfItsIntervalIsMovedToTheStart) {
  const std::string time =
      "time: {column: t, format: \"%d.%m.%Y %H:%M\", zone: Europe/Berlin, stamp: end, interval: "
      "15m,"
      " midnight: end_of_day}\n";
  (void)Import(time + "wide: {columns: {p: {tag: acme/p}}}\n",
               "t,p\n01.01.2018 00:15,1\n01.01.2018 23:45,2\n01.01.2018 00:00,3\n");
  EXPECT_THAT(ValuesOf("acme/p"), ElementsAre("2017-12-31T23:00:00Z 1", "2018-01-01T22:30:00Z 2",
                                              "2018-01-01T22:45:00Z 3"));
}

TEST_F(CsvImportTest, SaysThatDayAndMonthMayBeSwapped) {
  std::string text = "t,p\n";
  for (int day = 1; day <= 3; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      text += fmt::format("{:02}/01/2018 {:02}:00,1\n", day, hour);
    }
  }
  const std::string columns = "wide: {columns: {p: {tag: acme/p}}}\n";
  const auto with = [&](const std::string& order) {
    return Import(fmt::format("time: {{column: t, format: \"{} %H:%M\", zone: UTC}}\n", order) +
                      columns,
                  text)
        .warnings;
  };
  EXPECT_THAT(with("%m/%d/%Y"),
              ElementsAre("times jump: 2 of 71 steps are not 1h (the largest is 30 days); is the "
                          "order of day and month in time.format right?"));
  EXPECT_THAT(with("%d/%m/%Y"), ElementsAre());
}

TEST_F(CsvImportTest, SaysThatAFileHasNoRows) {
  EXPECT_THAT(Import(kWide, "t,p,s\n").warnings, ElementsAre("the file has a header and no rows"));
}

TEST_F(CsvImportTest, RefusesCompressedFilesByName) {
  EXPECT_THAT(ErrorOf(kWide, "\x1F\x8B\x08rest"), HasSubstr("got gzip; unpack it first"));
  EXPECT_THAT(ErrorOf(kWide, "PK\x03\x04rest"), HasSubstr(".xlsx"));
}

TEST_F(CsvImportTest, TextInAnotherEncodingIsToldHowToBeRead) {
  const ImportReport report = Import(kWide, "t,p,s\n0,1,caf\xE9\n");
  EXPECT_EQ(report.letters, 1U);
  ASSERT_EQ(sink_.letters.size(), 1U);
  EXPECT_THAT(sink_.letters[0].reason, HasSubstr("encoding: latin1"));
  (void)Import("csv: {encoding: windows-1252}\n" + std::string(kWide), "t,p,s\n0,1,5 \x80\n");
  EXPECT_THAT(ValuesOf("acme/s"), ElementsAre("1970-01-01T00:00:00Z 5 €"));
}

TEST_F(CsvImportTest, ADryRunTellsPerTagAndStoresNothing) {
  FakeHistorian historian;
  const auto gate = TrustGate::Make(historian, Open(), Units(), clock_);
  const ImportMap map = MapOf(kWide);
  const std::string before = Write("before.csv", "t,p,s\n0,1.5,on\n60,2.5,off\n");
  ASSERT_TRUE(Run(map, before, *gate).ok());
  const std::string after = Write("after.csv", "t,p,s\n0,1.5,on\n60,9.5,off\n120,3.5,bad\xFF\n");
  const auto report = Run(map, after, *gate, {.dry_run = true, .batch_samples = 1});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  const TagPreview& p = report->tags.at("acme/p");
  EXPECT_EQ(p.stored, 1U);
  EXPECT_EQ(p.duplicates, 1U);
  EXPECT_EQ(p.conflicts, 1U);
  EXPECT_EQ(p.first, Timestamp(0));
  EXPECT_EQ(p.last, Timestamp::FromSeconds(120));
  EXPECT_EQ(p.min, 1.5);
  EXPECT_EQ(p.max, 9.5);
  EXPECT_EQ(report->tags.at("acme/s").duplicates, 2U);
  EXPECT_EQ(report->letters, 1U);
  EXPECT_EQ(historian.Find("acme/p")->samples, 2U);
}

}  // namespace
}  // namespace bedplate
