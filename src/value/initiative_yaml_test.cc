#include "value/initiative_yaml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace bedplate {
namespace {

constexpr std::string_view kComplete = R"(title: Heat recovery on the reheating furnace
scope: acme/leeds/melt
status: pilot
owners: {business: A. Lee, ot: B. Kim, it: C. Roy, finance: D. Fox}
kpi: {tag: acme/leeds/melt/energy, aggregate: sum, direction: decrease, unit: kWh}
unit_value: {amount: 0.12, currency: EUR, per: kWh}
granularity: 1h
baseline: {from: 2018-01-01, to: 2018-07-01}
reporting: {from: 2018-07-01 06:00, to: 2019-01-01}
drivers:
  - calendar: hour-of-week
  - {tag: acme/leeds/melt/load_type, kind: category}
  - {tag: acme/leeds/weather/temperature, aggregate: mean}
  - {tag: acme/leeds/melt/mode, share_of: idle}
  - {production: acme/leeds/melt/tonnes}
expected: {low: 3, likely: 6, high: 8, unit: percent, per: year}
costs:
  - {date: 2018-06-15, amount: 18000, what: heat exchanger}
  - {date: 2018-07-01, amount: 900, what: maintenance, kind: yearly}
discount_rate: 0.08
horizon_years: 5
)";

ParsedInitiative Parse(std::string_view text, std::string_view zone = "Asia/Seoul") {
  return ParseInitiative("plant.yaml", text, zone);
}

/// The complete text with one line replaced.
std::string With(std::string_view line_start, std::string_view replacement) {
  std::string text(kComplete);
  const std::size_t start = text.find(line_start);
  BEDPLATE_CHECK(start != std::string::npos);
  const std::size_t end = text.find('\n', start);
  return text.replace(start, end - start, replacement);
}

TEST(ParseInitiative, ReadsEveryField) {
  const ParsedInitiative parsed = Parse(kComplete);
  ASSERT_TRUE(parsed.ok()) << parsed.faults[0].ToString();
  const Initiative& initiative = parsed.initiative;
  EXPECT_EQ(initiative.title, "Heat recovery on the reheating furnace");
  EXPECT_EQ(initiative.scope, "acme/leeds/melt");
  EXPECT_EQ(initiative.owners.finance, "D. Fox");
  EXPECT_EQ(initiative.kpi.aggregate, Aggregate::kSum);
  EXPECT_EQ(initiative.kpi.direction, KpiDirection::kDecrease);
  EXPECT_EQ(initiative.unit_value, (UnitValue{0.12, "EUR"}));
  EXPECT_EQ(initiative.granularity, std::chrono::hours(1));
  EXPECT_EQ(initiative.zone, "Asia/Seoul");
  EXPECT_EQ(FormatTimestamp(initiative.baseline.start), "2017-12-31T15:00:00Z");
  EXPECT_EQ(FormatTimestamp(initiative.reporting.start), "2018-06-30T21:00:00Z");
  ASSERT_EQ(initiative.drivers.size(), 5U);
  EXPECT_EQ(DriverLabel(initiative.drivers[0]), "hour-of-week");
  EXPECT_EQ(initiative.drivers[1].kind, DriverKind::kCategory);
  EXPECT_EQ(initiative.drivers[2].aggregate, Aggregate::kMean);
  EXPECT_EQ(DriverLabel(initiative.drivers[3]), "idle of acme/leeds/melt/mode");
  EXPECT_TRUE(initiative.drivers[4].production);
  EXPECT_EQ(initiative.drivers[4].aggregate, Aggregate::kSum);
  EXPECT_EQ(*initiative.expected, (ExpectedEffect{3, 6, 8, true}));
  ASSERT_EQ(initiative.costs.size(), 2U);
  EXPECT_FALSE(initiative.costs[0].yearly);
  EXPECT_TRUE(initiative.costs[1].yearly);
  EXPECT_EQ(initiative.discount_rate, 0.08);
  EXPECT_EQ(initiative.horizon_years, 5);
}

struct BadLine {
  std::string_view line;
  std::string_view replacement;
  std::string_view fault;  // a part of what the first fault says
};

class ParseInitiativeRefuses : public testing::TestWithParam<BadLine> {};

TEST_P(ParseInitiativeRefuses, WithPlaceAndExpectation) {
  const BadLine& bad = GetParam();
  const ParsedInitiative parsed = Parse(With(bad.line, bad.replacement));
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(parsed.faults[0].ToString(), testing::HasSubstr(std::string(bad.fault)));
  EXPECT_THAT(parsed.faults[0].ToString(), testing::StartsWith("plant.yaml:"));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, ParseInitiativeRefuses,
    testing::Values(
        BadLine{"title:", "subtitle: x", ": title: expected text, got nothing"},
        BadLine{"scope:", "scope: 'a//b'", ": scope: expected a path"},
        BadLine{"status:", "status: sold", "expected one of idea, pilot, scaled, stopped"},
        BadLine{"kpi:", "kpi: {tag: a, direction: sideways, unit: kWh}", "kpi.direction"},
        BadLine{"kpi:", "kpi: {tag: a, unit: kWh}", "kpi.direction: expected one of decrease"},
        BadLine{"unit_value:", "unit_value: {amount: 0.1, currency: EUR, per: MWh}",
                "unit_value.per: expected the KPI's unit 'kWh', got 'MWh'"},
        BadLine{"unit_value:", "unit_value: {amount: -1, currency: EUR, per: kWh}", "above zero"},
        BadLine{"unit_value:", "unit_value: {amount: 1, currency: euro, per: kWh}", "ISO 4217"},
        BadLine{"unit_value:", "unit_value: {amount: 1, currency: EUR, per: kWh, over: year}",
                "no 'over' for a sum"},
        BadLine{"granularity:", "granularity: 7m", "one of 15m, 30m, 1h, 1d, 1w, got '7m'"},
        BadLine{"baseline:", "baseline: {from: 2018-07-01, to: 2018-01-01}", "after 'from'"},
        BadLine{"baseline:", "baseline: {from: yesterday, to: 2018-01-01}",
                "baseline.from: expected a local date"},
        BadLine{"reporting:", "reporting: {from: 2018-05-01, to: 2019-01-01}",
                "no earlier than the baseline's 'to'"},
        BadLine{"  - calendar:", "  - calendar: phase-of-moon", "drivers[0].calendar"},
        BadLine{"  - calendar:", "  - {}", "drivers[0]: expected one of {tag, aggregate}"},
        BadLine{"  - {production", "  - {production: 'a b', aggregate: sum}", "drivers[4]"},
        BadLine{"  - {production", "  - calendar: hour-of-week", "each driver once"},
        BadLine{"expected:", "expected: {low: 9, likely: 6, high: 8, unit: percent}",
                "expected.low: expected at most 'likely'"},
        BadLine{"expected:", "expected: {low: 1, likely: 6, high: 8, unit: barrels}",
                "percent or the KPI's unit"},
        BadLine{"  - {date: 2018-06-15", "  - {date: 2018-06-15, amount: 0, what: x}",
                "costs[0].amount: expected an amount above zero"},
        BadLine{"  - {date: 2018-06-15", "  - {date: 2018-06-15, amount: 1e13, what: x}",
                "costs[0].amount: expected an amount of at most 1e+12"},
        BadLine{"  - {date: 2018-06-15", "  - {date: 2023-06-30 06:00, amount: 1, what: x}",
                "costs[0].date: expected a date before the horizon, which is 2023-06-29T21:00:00Z"},
        BadLine{"  - {date: 2018-07-01", "  - {date: 2030-01-01, amount: 1, what: x, kind: yearly}",
                "costs[1].date: expected a date before the horizon"},
        BadLine{"unit_value:", "unit_value: {amount: 1e308, currency: EUR, per: kWh}",
                "unit_value.amount: expected an amount of at most 1e+09"},
        BadLine{"expected:", "expected: {low: 1, likely: 6, high: 1e300, unit: percent}",
                "expected.high: expected a number of at most 1e+12"},
        BadLine{"  - {production", "  - {production: acme/leeds/melt/energy}",
                "drivers[4].production: expected a tag other than the KPI's"},
        BadLine{"  - calendar:", "  - calender: hour-of-week",
                "'calender' (did you mean 'calendar'?)"},
        BadLine{"horizon_years:", "horizon_years: 5\nhorizon: 5",
                "(did you mean 'horizon_years'?)"},
        BadLine{"discount_rate:", "discount_rate: 8", "from 0 to below 1"},
        BadLine{"horizon_years:", "horizon_years: 0", "from 1 to 50"},
        BadLine{"horizon_years:", "horizon_years: 5\nhorizont: 5", "got 'horizont'"}));

TEST(ReadInitiative, FaultsAndTagsHaveTheirPlacesInTheWholeFile) {
  std::string text = "initiatives:\n  heat:\n";
  std::istringstream lines(With("status:", "status: sold"));
  for (std::string line; std::getline(lines, line);) text += "    " + line + "\n";
  YamlFaults faults("plant.yaml");
  const YamlValue file = ParseYaml(text, faults);
  const YamlValue& map = *file.Find("initiatives")->Find("heat");
  const PlacedInitiative placed = ReadInitiative(map, "initiatives.heat", "Asia/Seoul", faults);
  ASSERT_EQ(faults.list().size(), 1U);
  EXPECT_EQ(faults.list()[0].ToString(),
            "plant.yaml:5:13: initiatives.heat.status: "
            "expected one of idea, pilot, scaled, stopped, got 'sold'");
  std::vector<std::string> tags;
  for (const TagReference& tag : placed.tags) {
    tags.push_back(fmt::format("{}:{} {} {}{}", tag.place->line, tag.place->column, tag.key,
                               tag.tag, tag.content == TagContent::kText ? " text" : ""));
  }
  EXPECT_THAT(tags, testing::ElementsAre(
                        "7:16 initiatives.heat.kpi.tag acme/leeds/melt/energy",
                        "14:15 initiatives.heat.drivers[1].tag acme/leeds/melt/load_type text",
                        "15:15 initiatives.heat.drivers[2].tag acme/leeds/weather/temperature",
                        "16:15 initiatives.heat.drivers[3].tag acme/leeds/melt/mode text",
                        "17:22 initiatives.heat.drivers[4].production acme/leeds/melt/tonnes"));
}

TEST(ParseInitiative, ReportsEveryFault) {
  const ParsedInitiative parsed = Parse("title: x\ncolour: red\n");
  EXPECT_GE(parsed.faults.size(), 7U);
}

TEST(ParseInitiative, RefusesAnUnknownZone) {
  const ParsedInitiative parsed = Parse(kComplete, "Nowhere/Land");
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(parsed.faults[0].ToString(), testing::HasSubstr("Nowhere/Land"));
}

TEST(ParseInitiative, RefusesACalendarFinerThanTheGranularity) {
  const ParsedInitiative parsed = Parse(With("granularity:", "granularity: 1d"));
  ASSERT_EQ(parsed.faults.size(), 1U);
  EXPECT_THAT(parsed.faults[0].ToString(), testing::HasSubstr("no finer than the granularity 1d"));
}

TEST(ParseInitiative, AMeanNeedsASpanForItsWorth) {
  const std::string mean =
      With("kpi:", "kpi: {tag: a, aggregate: mean, direction: increase, unit: kWh}");
  const ParsedInitiative parsed = Parse(mean);
  ASSERT_EQ(parsed.faults.size(), 1U);
  EXPECT_THAT(parsed.faults[0].ToString(), testing::HasSubstr("unit_value.over"));
}

TEST(ParseInitiative, SurvivesAnythingButAMap) {
  for (const char* text : {"", "[]", "x", "- a", "{", "title: [", "\xff\xfe"}) {
    EXPECT_FALSE(Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace bedplate
