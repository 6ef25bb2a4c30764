#include "services/value_service.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr double kSaving = 0.10;
constexpr int kDays = 240;  // half of them baseline, half reporting

/// A plant with one meter, a production counter and a recipe, and `kpi` as the initiative's.
std::string PlantWith(std::string_view kpi) {
  return fmt::format(R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    currency: EUR
    time_zone: Europe/London
    tags:
      energy: {{type: double, unit: kWh}}
      power: {{type: double, unit: kW}}
      pieces: {{type: double, unit: pcs}}
      recipe: {{type: string}}
initiatives:
  heat-recovery:
    title: Heat recovery
    scope: acme
    kpi: {}
    unit_value: {{amount: 0.2, currency: EUR, per: kWh}}
    granularity: 1h
    baseline: {{from: 2018-01-01, to: 2018-05-01}}
    reporting: {{from: 2018-05-01, to: 2018-08-29}}
    drivers:
      - {{tag: acme/pieces, aggregate: sum}}
      - {{tag: acme/recipe, kind: category}}
    costs:
      - {{date: 2018-04-01, amount: 1000, what: Exchanger}}
    discount_rate: 0.08
    horizon_years: 5
)",
                     kpi);
}

constexpr std::string_view kEnergyKpi =
    "{tag: acme/energy, aggregate: sum, direction: decrease, unit: kWh}";
constexpr std::string_view kPowerKpi =
    "{tag: acme/power, aggregate: integral, direction: decrease, unit: kWh}";

class ValueServiceTest : public WorkspaceTest {
 protected:
  ValueServiceTest() {
    Open();
    clock_.Advance(hours(24 * 365));
  }

  /// Hourly readings whose truth is known: from May on a tenth less energy for the same pieces.
  void Write(double saving) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> noise(0, 3);
    std::vector<Sample> energy;
    std::vector<Sample> power;
    std::vector<Sample> pieces;
    std::vector<Sample> recipe;
    for (int hour = 0; hour < 24 * kDays; ++hour) {
      const Timestamp time = kMidnight + hours(hour);
      const bool thick = hour / 24 % 3 == 0;
      const double made = 50 + 30 * ((hour * 7919) % 101) / 100.0;
      double used = 40 + made + (thick ? 25 : 0);
      used = (time >= At("2018-05-01T00:00:00+01:00") ? 1 - saving : 1) * used + noise(random);
      energy.push_back({time, used, kGood});
      power.push_back({time, used, kGood});
      pieces.push_back({time, made, kGood});
      recipe.push_back({time, std::string(thick ? "thick" : "thin"), kGood});
    }
    Ingest("acme/energy", energy);
    Ingest("acme/power", power);
    Ingest("acme/pieces", pieces);
    Ingest("acme/recipe", recipe);
  }

  ValueService::Measured Measure() {
    auto measured = services().value().Find("heat-recovery", {});
    EXPECT_TRUE(measured.ok()) << measured.error().ToString();
    return std::move(measured).value();
  }
};

TEST_F(ValueServiceTest, FindsASavingThatIsThere) {
  Apply(PlantWith(kEnergyKpi));
  Write(kSaving);
  const auto measured = Measure();
  EXPECT_EQ(measured->error, "");
  ASSERT_TRUE(measured->evaluation && measured->evaluation->effect);
  EXPECT_EQ(measured->evaluation->verdict, Verdict::kProvenGain) << measured->verdict_text;
  const Interval& percent = measured->evaluation->effect->percent;
  EXPECT_LT(percent.low, 100 * kSaving);
  EXPECT_GT(percent.high, 100 * kSaving);
  EXPECT_EQ(measured->reason, "");
  EXPECT_THAT(measured->verdict_text, StartsWith("Proven: "));
  EXPECT_THAT(measured->verdict_text, HasSubstr(" EUR a year (90 %: "));
}

TEST_F(ValueServiceTest, TheIntegralOfAPowerIsTheSameEnergy) {
  Apply(PlantWith(kEnergyKpi));
  Write(kSaving);
  const Interval by_sum = Measure()->evaluation->effect->total;
  Apply(PlantWith(kPowerKpi));
  const auto measured = Measure();
  EXPECT_EQ(measured->error, "");
  const Interval by_integral = measured->evaluation->effect->total;
  EXPECT_NEAR(by_integral.middle / by_sum.middle, 1, 1e-6);
}

TEST_F(ValueServiceTest, AnIntegralByDayOfAnHourlyPowerIsTheWholeDay) {
  std::string plant = PlantWith(kPowerKpi);
  plant.replace(plant.find("granularity: 1h"), 15, "granularity: 1d");
  plant.erase(plant.find("    drivers:"), plant.find("    costs:") - plant.find("    drivers:"));
  Apply(plant);
  IngestSeries("acme/power", kMidnight, hours(1), 24 * kDays,
               [](int i) { return Value(100.0 + (i / 24 % 2 == 0 ? 0.5 : -0.5)); });
  const auto measured = Measure();
  ASSERT_TRUE(measured->evaluation && measured->evaluation->effect) << measured->verdict_text;
  EXPECT_NEAR(measured->evaluation->effect->actual / 120, 2400, 1);
  EXPECT_EQ(measured->evaluation->fitness->baseline_coverage, 1);
}

TEST_F(ValueServiceTest, ASilentSourceIsNotHeldForEver) {
  std::string plant = PlantWith(kPowerKpi);
  plant.erase(plant.find("    drivers:"), plant.find("    costs:") - plant.find("    drivers:"));
  Apply(plant);
  const auto noise = [](int i) { return Value(100.0 + (i * 7919) % 101 / 100.0); };
  IngestSeries("acme/power", kMidnight, hours(1), 24 * 150, noise);
  IngestSeries("acme/power", kMidnight + hours(24 * 160), hours(1), 24 * 80, noise);
  const auto measured = Measure();
  ASSERT_TRUE(measured->evaluation && measured->evaluation->fitness) << measured->verdict_text;
  // Ten days of 120 are missing, less the four hours and a little that the last value is held.
  EXPECT_NEAR(measured->evaluation->fitness->reporting_coverage, 110.0 / 120, 6.0 / 24 / 120);
  EXPECT_LT(measured->evaluation->fitness->reporting_coverage, 110.3 / 120);
}

TEST_F(ValueServiceTest, FindsNoSavingWhereNoneIs) {
  Apply(PlantWith(kEnergyKpi));
  Write(0);
  const auto measured = Measure();
  EXPECT_EQ(measured->evaluation->verdict, Verdict::kNotSignificant) << measured->verdict_text;
  EXPECT_THAT(measured->verdict_text, StartsWith("Not significant: "));
}

TEST_F(ValueServiceTest, AnAnswerIsKeptUntilSomethingChanges) {
  Apply(PlantWith(kEnergyKpi));
  Write(kSaving);
  const auto first = Measure();
  EXPECT_EQ(Measure(), first);
  EXPECT_EQ(services().value().List({}).value().at(0), first);
  clock_.Advance(hours(1000));  // the reporting period is over, so time alone changes nothing
  EXPECT_EQ(Measure(), first);
  Ingest("acme/energy", {{At("2018-06-01T10:00:00Z"), 5000.0, kGood}});  // a correction
  const auto corrected = Measure();
  EXPECT_NE(corrected, first);
  EXPECT_LT(corrected->evaluation->effect->total.middle, first->evaluation->effect->total.middle);
}

TEST_F(ValueServiceTest, SamplesBehindThePeriodsChangeNothingAndLateOnesDo) {
  Apply(PlantWith(kEnergyKpi));
  Write(kSaving);
  const auto first = Measure();
  Ingest("acme/energy", {{At("2018-09-20T10:00:00Z"), 100.0, kGood}});
  EXPECT_EQ(Measure(), first);
  Ingest("acme/energy", {{At("2018-06-01T10:30:00Z"), 100.0, kGood}});
  EXPECT_NE(Measure(), first);
}

TEST_F(ValueServiceTest, ADayEndsAtLocalMidnightWhereTheClockChanged) {
  std::string plant = PlantWith(kEnergyKpi);
  plant.replace(plant.find("granularity: 1h"), 15, "granularity: 1d");
  plant.replace(plant.find("to: 2018-05-01"), 14, "to: 2018-03-01");
  plant.replace(plant.find("from: 2018-05-01"), 16, "from: 2018-03-01");
  Apply(plant);
  Write(kSaving);
  clock_.Advance(At("2018-06-01T22:30:00Z") - clock_.Now());
  const auto before = Measure();
  clock_.Advance(std::chrono::minutes(45));  // midnight in London is 23:00Z in summer
  const auto after = Measure();
  EXPECT_NE(after, before);
  EXPECT_EQ(after->evaluation->reporting.stop, At("2018-06-01T23:00:00Z"));
}

TEST_F(ValueServiceTest, ARunningPeriodIsMeasuredAsFarAsItHasEnded) {
  Apply(PlantWith(kEnergyKpi));
  Write(kSaving);
  const auto whole = Measure();
  EXPECT_FALSE(whole->evaluation->running);

  clock_.Advance(At("2018-07-01") - clock_.Now());
  const auto part = Measure();
  EXPECT_TRUE(part->evaluation->running);
  EXPECT_EQ(part->evaluation->reporting.stop, At("2018-07-01"));
  clock_.Advance(std::chrono::minutes(59));
  EXPECT_EQ(Measure(), part);
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_NE(Measure(), part);
}

TEST_F(ValueServiceTest, OneThatCannotBeMeasuredSaysWhyAndSparesTheOthers) {
  Apply(PlantWith(kEnergyKpi) +
        "  other:\n    title: Other\n    scope: acme\n"
        "    kpi: {tag: acme/power, direction: decrease, unit: kWh}\n"
        "    unit_value: {amount: 1, currency: EUR, per: kWh}\n"
        "    granularity: 1d\n"
        "    baseline: {from: 2018-01-01, to: 2018-05-01}\n"
        "    reporting: {from: 2018-05-01, to: 2018-08-29}\n"
        "    discount_rate: 0.08\n    horizon_years: 5\n");
  // One tag is gone and the other has become text, as the store allows and PlantService does not.
  const PlantYaml later =
      ParsePlantYaml("later.yaml",
                     "format: bedplate/plant/1\nassets:\n  acme:\n    level: enterprise\n"
                     "    tags: {power: {type: string}}\n",
                     workspace().units());
  const StoredTypeLookup no_samples = [](std::string_view) { return std::optional<ValueType>(); };
  ASSERT_TRUE(workspace().catalog().plant().Apply(later.plant, false, "test", no_samples).ok());
  const auto list = services().value().List({});
  ASSERT_TRUE(list.ok()) << list.error().ToString();
  ASSERT_EQ(list.value().size(), 2U);
  EXPECT_THAT(list.value()[0]->error, HasSubstr("acme/energy"));
  EXPECT_THAT(list.value()[1]->error, HasSubstr("its type is string"));
  for (const auto& measured : list.value()) {
    EXPECT_EQ(measured->reason, measured->error);
    EXPECT_EQ(measured->verdict_text, "No verdict: " + measured->error);
  }
}

TEST_F(ValueServiceTest, AUnitThatDoesNotConvertIsSaid) {
  Apply(PlantWith("{tag: acme/power, aggregate: sum, direction: decrease, unit: kWh}"));
  Write(kSaving);
  EXPECT_THAT(Measure()->error, HasSubstr("kW"));
}

TEST_F(ValueServiceTest, WithoutSamplesThereIsNoVerdict) {
  Apply(PlantWith(kEnergyKpi));
  const auto measured = Measure();
  EXPECT_EQ(measured->error, "");
  EXPECT_EQ(measured->evaluation->verdict, Verdict::kNoVerdict);
  const auto& findings = measured->evaluation->findings;
  const auto first = std::ranges::find(findings, Severity::kDisqualifies, &Finding::severity);
  ASSERT_NE(first, findings.end());
  EXPECT_EQ(measured->reason, first->message);
  EXPECT_EQ(measured->verdict_text, "No verdict: " + first->message);
}

TEST_F(ValueServiceTest, AnUnknownNameIsNotFound) {
  EXPECT_EQ(services().value().Find("nothing", {}).error().code(), ErrorCode::kNotFound);
}

TEST(VerdictSentenceTest, RoundsItsThreeFiguresAlike) {
  Initiative initiative;
  initiative.unit_value.currency = "EUR";
  Evaluation evaluation;
  evaluation.verdict = Verdict::kProvenGain;
  evaluation.effect.emplace();
  evaluation.effect->annual_money = {9'812.3, 14'237.9, 18'944.1};
  EXPECT_EQ(VerdictSentence(initiative, evaluation),
            "Proven: 14,200 EUR a year (90 %: 9,800 to 18,900)");
  evaluation.verdict = Verdict::kNotSignificant;
  evaluation.effect->annual_money = {-1'234'567.0, -0.4, 56'789.0};
  EXPECT_EQ(VerdictSentence(initiative, evaluation),
            "Not significant: 0 EUR a year (90 %: -1,230,000 to 60,000); less than these data can "
            "tell from chance");
  evaluation.verdict = Verdict::kProvenLoss;
  evaluation.effect->annual_money = {-99.6, -12.34, -1.2};
  EXPECT_EQ(VerdictSentence(initiative, evaluation),
            "Proven loss: -12 EUR a year (90 %: -100 to -1)");
}

/// A verdict with `money` a year in the middle of its interval.
MeasuredInitiative Judged(Verdict verdict, double money, const std::string& currency) {
  MeasuredInitiative measured;
  measured.initiative.unit_value.currency = currency;
  measured.evaluation.emplace();
  measured.evaluation->verdict = verdict;
  measured.evaluation->effect.emplace();
  measured.evaluation->effect->annual_money = {0.5 * money, money, 1.5 * money};
  return measured;
}

TEST(VerdictSentence, EndsWithWhatItRestsOn) {
  MeasuredInitiative measured = Judged(Verdict::kProvenGain, 14'200, "EUR");
  EXPECT_EQ(VerdictSentence(measured.initiative, *measured.evaluation),
            "Proven: 14,200 EUR a year (90 %: 7,100 to 21,300)");
  measured.evaluation->caveat = "the baseline has no July to December";
  EXPECT_THAT(VerdictSentence(measured.initiative, *measured.evaluation),
              testing::EndsWith("21,300); but the baseline has no July to December"));
}

TEST(SumProven, AddsWhatIsProvenByCurrency) {
  std::vector<ValueService::Measured> list;
  for (const auto& measured :
       {Judged(Verdict::kProvenGain, 1000, "EUR"), Judged(Verdict::kProvenLoss, -300, "EUR"),
        Judged(Verdict::kProvenGain, 50, "USD"), Judged(Verdict::kNotSignificant, 9000, "EUR"),
        Judged(Verdict::kNoVerdict, 9000, "CHF")}) {
    list.push_back(std::make_shared<const MeasuredInitiative>(measured));
  }
  list.push_back(std::make_shared<const MeasuredInitiative>());  // could not be measured
  const ProvenValue proven = SumProven(list);
  EXPECT_EQ(proven.initiatives, 3U);
  EXPECT_EQ(proven.money_per_year, (std::map<std::string, double>{{"EUR", 700}, {"USD", 50}}));
}

}  // namespace
}  // namespace bedplate
