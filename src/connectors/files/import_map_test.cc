#include "connectors/files/import_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ImportMapYaml Parse(const std::string& text) {
  static const auto kUnits = UnitSystem::Load();
  EXPECT_TRUE(kUnits.ok());
  return ParseImportMap("import.yaml", text, **kUnits);
}

/// The only fault of a text.
std::string FaultOf(const std::string& text) {
  const ImportMapYaml parsed = Parse(text);
  EXPECT_EQ(parsed.faults.size(), 1U) << text;
  return parsed.faults.empty() ? "" : parsed.faults[0].ToString();
}

constexpr const char* kTime = "time: {column: t, format: epoch_s}\n";
constexpr const char* kWide = "wide: {columns: {p: {tag: acme/p}}}\n";

std::string With(const std::string& csv, const std::string& time = kTime,
                 const std::string& layout = kWide) {
  return "format: bedplate/import/1\n" + csv + time + layout;
}

TEST(ImportMap, ReadsAWideMap) {
  const ImportMapYaml parsed = Parse(R"(
format: bedplate/import/1
csv:
  delimiter: ";"
  decimal: ","
  thousands: "."
  header: true
  encoding: latin1
  skip_rows: 2
  null_values: ["", NA]
time:
  column: date
  format: "%d/%m/%Y %H:%M"
  zone: Asia/Seoul
  ambiguous: sequence
  nonexistent: shift
  midnight: end_of_day
wide:
  tag_prefix: acme/press
  type: int64
  skip: [note]
  columns:
    Usage_kWh: {tag: acme/press/energy, unit: kWh}
    Load_Type: {tag: acme/press/load, type: string}
)");
  ASSERT_THAT(parsed.faults, IsEmpty()) << parsed.faults[0].ToString();
  const ImportMap& map = parsed.map;
  EXPECT_EQ(map.csv.csv.delimiter, ';');
  EXPECT_EQ(map.csv.numbers.decimal, ',');
  EXPECT_EQ(map.csv.numbers.thousands, '.');
  EXPECT_EQ(map.csv.encoding, TextEncoding::kLatin1);
  EXPECT_EQ(map.csv.skip_rows, 2U);
  EXPECT_THAT(map.csv.null_values, ElementsAre("", "NA"));
  EXPECT_EQ(map.time_column.name, "date");
  EXPECT_EQ(map.time_column.line, 12);
  EXPECT_EQ(map.time.ambiguous, AmbiguousTime::kSequence);
  EXPECT_EQ(map.time.nonexistent, NonexistentTime::kShift);
  EXPECT_EQ(map.time.midnight, MidnightMeaning::kEndOfDay);
  ASSERT_TRUE(map.wide.has_value());
  EXPECT_EQ(map.wide->tag_prefix, "acme/press");
  EXPECT_EQ(map.wide->type, ValueType::kInt64);
  ASSERT_EQ(map.wide->columns.size(), 2U);
  EXPECT_EQ(map.wide->columns[0].unit, "kWh");
  EXPECT_EQ(map.wide->columns[1].type, ValueType::kString);
}

TEST(ImportMap, ReadsALongMap) {
  const ImportMapYaml parsed = Parse(R"(
format: bedplate/import/1
csv: {delimiter: tab, header: false}
time: {column: "1", format: rfc3339}
long:
  tag: {column: "2", prefix: "acme/"}
  value: {column: "3", type: double}
  quality: {column: "4", good: [OK, "0"], uncertain: [SUSPECT]}
  unit: {column: "5"}
)");
  ASSERT_THAT(parsed.faults, IsEmpty()) << parsed.faults[0].ToString();
  EXPECT_EQ(parsed.map.csv.csv.delimiter, '\t');
  EXPECT_FALSE(parsed.map.csv.header);
  ASSERT_TRUE(parsed.map.long_layout.has_value());
  EXPECT_EQ(parsed.map.long_layout->tag_prefix, "acme/");
  EXPECT_EQ(parsed.map.long_layout->value.name, "3");
  EXPECT_THAT(parsed.map.long_layout->quality->good, ElementsAre("0", "OK"));
  EXPECT_EQ(parsed.map.long_layout->unit->name, "5");
}

TEST(ImportMap, NamesThePlaceAndWhatWasExpected) {
  EXPECT_THAT(FaultOf(With("csv: {delimiter: \";;\"}\n")),
              AllOf(HasSubstr("import.yaml:2:"), HasSubstr("csv.delimiter"), HasSubstr("';;'")));
  EXPECT_THAT(FaultOf(With("csv: {decimal: \"5\"}\n")), HasSubstr("csv.decimal"));
  EXPECT_THAT(FaultOf(With("csv: {thousands: \".\"}\n")), HasSubstr("csv.thousands"));
  EXPECT_THAT(FaultOf(With("csv: {encoding: utf-16}\n")), HasSubstr("latin1"));
  EXPECT_THAT(FaultOf(With("csv: {skip_rows: -1}\n")), HasSubstr("csv.skip_rows"));
  EXPECT_THAT(FaultOf(With("csv: {delimitter: \";\"}\n")), HasSubstr("delimitter"));
  EXPECT_THAT(FaultOf(With("", "time: {column: t, format: \"%Q\"}\n")), HasSubstr("'%Q'"));
  EXPECT_THAT(FaultOf(With("", "time: {column: t, format: \"%F %T\"}\n")), HasSubstr("time.zone"));
  EXPECT_THAT(FaultOf(With("", "time: {column: t, format: \"%F %T\", zone: Berlin}\n")),
              HasSubstr("'Berlin'"));
  EXPECT_THAT(FaultOf(With("", "time: {column: t, format: epoch_s, zone: UTC}\n")),
              HasSubstr("time.zone"));
  EXPECT_THAT(FaultOf(With("", "time: {format: epoch_s}\n")), HasSubstr("time.column"));
  EXPECT_THAT(FaultOf(With("", "time: {column: t, format: epoch_s, stamp: end}\n")),
              HasSubstr("time.interval: expected the length of the interval"));
  EXPECT_THAT(
      FaultOf(With("", "time: {column: t, format: epoch_s, stamp: end, interval: often}\n")),
      HasSubstr("time.interval: expected the length of the interval"));
  EXPECT_THAT(FaultOf(With("", "time: {column: t, format: epoch_s, interval: 15m}\n")),
              HasSubstr("time.interval: expected `stamp: end`"));
  EXPECT_THAT(FaultOf(With("", kTime, "wide: {columns: {p: {tag: acme//p}}}\n")),
              AllOf(HasSubstr("wide.columns.p.tag"), HasSubstr("empty segment")));
  EXPECT_THAT(FaultOf(With("", kTime, "wide: {columns: {p: {tag: acme/p, unit: fortnigths}}}\n")),
              HasSubstr("wide.columns.p.unit: expected a unit, got unknown unit 'fortnigths'"));
  EXPECT_THAT(FaultOf(With("", kTime, "wide: {columns: {p: {tag: a, type: float}}}\n")),
              HasSubstr("int64"));
  EXPECT_THAT(FaultOf(With("", kTime, "wide: {columns: {p: {tag: a}, q: {tag: a}}}\n")),
              HasSubstr("wide.columns.q.tag"));
  EXPECT_THAT(FaultOf(With("", kTime, "wide: {skip: [a]}\n")).substr(0, 12), "import.yaml:");
  EXPECT_THAT(FaultOf(With("", kTime, "")), HasSubstr("one of the maps wide and long"));
  EXPECT_THAT(FaultOf("format: bedplate/import/2\n" + std::string(kTime) + kWide),
              HasSubstr("bedplate/import/1"));
}

TEST(ImportMap, FindsEveryFaultAtOnce) {
  const ImportMapYaml parsed = Parse("format: x\ntime: {}\nlong: {}\nmore: 1\n");
  EXPECT_GE(parsed.faults.size(), 5U);
}

TEST(ImportMap, AKeyThatComesAgainHidesNoOtherFault) {
  const ImportMapYaml parsed =
      Parse("format: bedplate/import/1\nformat: x\ntime: {column: t, format: epoch_s}\nwide: {}\n");
  std::string all;
  for (const YamlFault& fault : parsed.faults) all += fault.ToString() + "\n";
  EXPECT_THAT(all, AllOf(HasSubstr("import.yaml:2:1: expected each key once"),
                         HasSubstr("columns or a tag_prefix")));
}

TEST(ImportMap, RefusesWhatIsNoMap) {
  for (const std::string text : {"", "42", "- a", "{", "\xFF", "a: &x 1\nb: *x"}) {
    EXPECT_FALSE(Parse(text).faults.empty()) << text;
  }
}

}  // namespace
}  // namespace bedplate
