#include "services/plant_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kPlant = R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    currency: EUR
    assets:
      leeds:
        level: site
        time_zone: Europe/London
        tags:
          energy: {type: double, unit: kWh}
)";

constexpr std::string_view kInitiative = R"(initiatives:
  heat-recovery:
    title: Heat recovery
    scope: acme/leeds
    kpi: {tag: acme/leeds/energy, aggregate: sum, direction: decrease, unit: kWh}
    unit_value: {amount: 0.2, currency: EUR, per: kWh}
    granularity: 1d
    baseline: {from: 2018-01-01, to: 2018-04-01}
    reporting: {from: 2018-04-01, to: 2018-07-01}
    discount_rate: 0.08
    horizon_years: 5
)";

class PlantServiceTest : public WorkspaceTest {
 protected:
  PlantServiceTest() { Open(); }

  ApplyOutcome TryApply(const std::string& text, ApplyMode mode = ApplyMode::kApply) {
    auto outcome = services().plant().Apply({"leeds.yaml", text}, mode, "alice");
    EXPECT_TRUE(outcome.ok()) << outcome.error().ToString();
    return outcome.ok() ? std::move(outcome).value() : ApplyOutcome{};
  }
  static std::vector<std::string> Texts(const std::vector<YamlFault>& faults) {
    std::vector<std::string> texts;
    for (const YamlFault& fault : faults) texts.push_back(fault.ToString());
    return texts;
  }
  /// The plant with its initiative, where `from` is replaced.
  static std::string Changed(std::string_view from, std::string_view to) {
    std::string text = std::string(kPlant) + std::string(kInitiative);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }
};

TEST_F(PlantServiceTest, ApplyingTwiceChangesNothingTheSecondTime) {
  const std::string text = std::string(kPlant) + std::string(kInitiative);
  EXPECT_THAT(TryApply(text).changes, Not(IsEmpty()));
  EXPECT_THAT(TryApply(text).changes, IsEmpty());
}

TEST_F(PlantServiceTest, ADryRunStoresNothing) {
  const std::string text = std::string(kPlant) + std::string(kInitiative);
  const auto would = TryApply(text, ApplyMode::kDryRun).changes;
  EXPECT_FALSE(services().tags().Find("acme/leeds/energy").ok());
  EXPECT_EQ(TryApply(text).changes, would);
}

TEST_F(PlantServiceTest, WhatIsExportedAppliesWithoutAChange) {
  TryApply(std::string(kPlant) + std::string(kInitiative));
  const auto yaml = services().plant().ExportYaml();
  ASSERT_TRUE(yaml.ok());
  EXPECT_THAT(TryApply(yaml.value()).changes, IsEmpty());
  // Into an empty plant it makes the same one.
  WorkspaceTest::Close();
  std::filesystem::remove_all(directory());
  Open();
  TryApply(yaml.value());
  EXPECT_EQ(services().plant().ExportYaml().value(), yaml.value());
}

TEST_F(PlantServiceTest, AWrongPlantFileIsAnOutcomeWithItsLine) {
  const auto outcome = TryApply(Changed("unit: kWh}\n", "unit: fortnigths}\n"));
  EXPECT_THAT(outcome.changes, IsEmpty());
  ASSERT_THAT(outcome.faults, SizeIs(1));
  EXPECT_THAT(outcome.faults[0].ToString(), HasSubstr("leeds.yaml:11:"));
  EXPECT_THAT(services().tags().Find("acme/leeds/energy").ok(), false);
}

TEST_F(PlantServiceTest, AWrongInitiativeIsRefusedWithItsLineInThePlantFile) {
  const auto faults = TryApply(Changed("granularity: 1d", "granularity: 5d")).faults;
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_EQ(faults[0].line, 18);
  EXPECT_EQ(faults[0].column, 18);
  EXPECT_EQ(faults[0].key, "initiatives.heat-recovery.granularity");
  EXPECT_THAT(faults[0].ToString(), HasSubstr("leeds.yaml:18:"));
  EXPECT_FALSE(services().tags().Find("acme/leeds/energy").ok());
}

TEST_F(PlantServiceTest, TheScopeMustBeAnAsset) {
  const auto faults = TryApply(Changed("scope: acme/leeds", "scope: acme/lyon")).faults;
  EXPECT_THAT(Texts(faults), ElementsAre(HasSubstr("leeds.yaml:15:")));
  EXPECT_EQ(faults[0].key, "initiatives.heat-recovery.scope");
  EXPECT_THAT(faults[0].got, HasSubstr("acme/lyon"));
}

TEST_F(PlantServiceTest, TheKpiMustBeATagThatIsThere) {
  const std::string text = Changed("kpi: {tag: acme/leeds/energy", "kpi: {tag: acme/leeds/enrgy");
  for (const ApplyMode mode : {ApplyMode::kDryRun, ApplyMode::kApply}) {
    EXPECT_THAT(
        Texts(TryApply(text, mode).faults),
        ElementsAre("leeds.yaml:16:16: initiatives.heat-recovery.kpi.tag: expected a tag that is "
                    "declared or has samples, got 'acme/leeds/enrgy' (did you mean "
                    "'acme/leeds/energy'?)"));
  }
  // Samples are as good as a declaration.
  Ingest("acme/leeds/enrgy", {{kMidnight, 1.0, kGood}});
  EXPECT_THAT(Texts(TryApply(text).faults), IsEmpty());
}

TEST_F(PlantServiceTest, TagsMustHoldWhatTheInitiativeNeeds) {
  Ingest("acme/leeds/note", {{kMidnight, std::string("much"), kGood}});
  std::string text = Changed("energy: {type: double, unit: kWh}",
                             "energy: {type: string}\n          running: {type: bool}");
  text +=
      "    drivers:\n"
      "      - {tag: acme/leeds/note, aggregate: mean}\n"
      "      - {tag: acme/leeds/running, aggregate: mean}\n"
      "      - {tag: acme/leeds/running, kind: category}\n"
      "      - {production: acme/leeds/pieces}\n";
  EXPECT_THAT(
      Texts(TryApply(text).faults),
      ElementsAre(HasSubstr(":17:16: initiatives.heat-recovery.kpi.tag: expected a tag that holds "
                            "numbers, got 'acme/leeds/energy', whose type is string"),
                  HasSubstr(":25:15: initiatives.heat-recovery.drivers[0].tag: expected a tag that "
                            "holds numbers, got 'acme/leeds/note', whose type is string"),
                  HasSubstr(":27:15: initiatives.heat-recovery.drivers[2].tag: expected a tag that "
                            "holds text, got 'acme/leeds/running', whose type is bool"),
                  HasSubstr(":28:22: initiatives.heat-recovery.drivers[3].production: expected a "
                            "tag that is declared or has samples, got 'acme/leeds/pieces'")));
}

TEST_F(PlantServiceTest, ATagThatTheFileRemovesIsNotThere) {
  TryApply(std::string(kPlant) + std::string(kInitiative));
  const auto faults = TryApply(Changed("energy: {", "power: {")).faults;
  EXPECT_THAT(Texts(faults), ElementsAre(HasSubstr("got 'acme/leeds/energy'")));
}

TEST_F(PlantServiceTest, AllFaultsOfAllInitiativesAreReportedAtOnce) {
  const std::string flow =
      "  flow: {title: In flow style, scope: acme/leeds, kpi: {tag: acme/leeds/energy,\n"
      "         direction: decrease, unit: kWh}, granularity: 5d,\n"
      "         unit_value: {amount: 0.2, currency: EUR, per: kWh},\n"
      "         baseline: {from: 2018-01-01, to: 2018-04-01},\n"
      "         reporting: {from: 2018-04-01, to: 2018-07-01},\n"
      "         discount_rate: 0.08, horizon_years: 99}\n";
  std::string text = Changed("scope: acme/leeds\n    kpi: {tag: acme/leeds/energy, ",
                             "scope: acme/lyon\n    kpi: {");
  text.replace(text.find("heat-recovery"), 13, "Heat Recovery");
  EXPECT_THAT(Texts(TryApply(text + flow).faults),
              ElementsAre(HasSubstr(":13:3: initiatives: expected a name"),
                          HasSubstr(":15:12: initiatives.Heat Recovery.scope: expected the path"),
                          HasSubstr(":16:10: initiatives.Heat Recovery.kpi.tag: expected text"),
                          HasSubstr(":24:56: initiatives.flow.granularity: expected one of"),
                          HasSubstr(":28:46: initiatives.flow.horizon_years: expected a whole")));
}

TEST_F(PlantServiceTest, AFaultOfTheAssetsDoesNotMakeFaultsOfTheInitiatives) {
  std::string text = Changed("unit: kWh}\n", "unit: fortnigths}\n");
  text.replace(text.find("level: site"), 11, "level: town");
  text.replace(text.find("granularity: 1d"), 15, "granularity: 5d");
  EXPECT_THAT(Texts(TryApply(text).faults),
              ElementsAre(HasSubstr(".level"), HasSubstr(".unit"), HasSubstr(".granularity")));
}

TEST_F(PlantServiceTest, AFileOfInitiativesAloneStandsOnTheStoredPlant) {
  const std::string alone = "format: bedplate/plant/1\n" + std::string(kInitiative);
  EXPECT_THAT(Texts(TryApply(alone).faults), ElementsAre(HasSubstr("scope"), HasSubstr("kpi.tag")));
  TryApply(std::string(kPlant));
  EXPECT_THAT(TryApply(alone).faults, IsEmpty());
  // The baseline begins at midnight in London, which is the zone of its scope.
  const auto measured = services().value().Find("heat-recovery", {});
  ASSERT_TRUE(measured.ok());
  EXPECT_EQ(measured.value()->initiative.reporting.start, At("2018-04-01T00:00:00+01:00"));
}

TEST_F(PlantServiceTest, ATypeThatContradictsTheSamplesIsAConflict) {
  Ingest("acme/leeds/energy", {{kMidnight, std::string("much"), kGood}});
  const auto outcome =
      services().plant().Apply({"leeds.yaml", std::string(kPlant)}, ApplyMode::kApply, "alice");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(outcome.error().ToString(), HasSubstr("acme/leeds/energy"));
}

TEST_F(PlantServiceTest, AUnitWithTheSameMeaningMayReplaceAnother) {
  TryApply(std::string(kPlant));
  Ingest("acme/leeds/energy", {{kMidnight, 1.0, kGood}});
  std::string text = Changed("unit: kWh}\n", "unit: kW.h}\n");
  text = text.substr(0, text.find("initiatives:"));
  EXPECT_THAT(TryApply(text).changes, SizeIs(1));
  for (const std::string unit : {"MWh", "K"}) {
    std::string other = text;
    other.replace(other.find("kW.h"), 4, unit);
    const auto outcome =
        services().plant().Apply({"leeds.yaml", other}, ApplyMode::kApply, "alice");
    ASSERT_FALSE(outcome.ok()) << unit;
    EXPECT_EQ(outcome.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(outcome.error().message(), HasSubstr("has samples in kW.h"));
  }
}

TEST_F(PlantServiceTest, WhatAStoredInitiativeStandsOnStays) {
  TryApply(std::string(kPlant) + std::string(kInitiative));
  for (const auto& [from, to, named] :
       {std::tuple("leeds:", "lyon:", "initiatives.heat-recovery.scope"),
        std::tuple("energy: {", "power: {", "initiatives.heat-recovery.kpi.tag")}) {
    std::string text(kPlant);
    text.replace(text.find(from), std::string_view(from).size(), to);
    const auto outcome = services().plant().Apply({"leeds.yaml", text}, ApplyMode::kApply, "alice");
    ASSERT_FALSE(outcome.ok()) << to;
    EXPECT_EQ(outcome.error().code(), ErrorCode::kConflict);
    EXPECT_THAT(outcome.error().message(), HasSubstr(named));
    // With the initiative gone it may go.
    EXPECT_THAT(TryApply(text + "initiatives: {}\n", ApplyMode::kDryRun).faults, IsEmpty());
  }
  EXPECT_THAT(TryApply(services().plant().ExportYaml().value()).changes, IsEmpty());
}

TEST_F(PlantServiceTest, SeveralFilesAreOneDeclaration) {
  const std::string second = "format: bedplate/plant/1\n" + std::string(kInitiative);
  std::string third = second;
  third.replace(third.find("heat-recovery"), 13, "leak-hunt");
  const ApplyRequest request{
      .files = {{"plant.yaml", std::string(kPlant)}, {"heat.yaml", second}, {"leaks.yaml", third}}};
  const auto outcome = services().plant().Apply(request, "alice");
  ASSERT_TRUE(outcome.ok()) << outcome.error().ToString();
  EXPECT_THAT(Texts(outcome.value().faults), IsEmpty());
  EXPECT_THAT(workspace().catalog().plant().ListInitiatives().value(), SizeIs(2));
  EXPECT_THAT(services().plant().Apply(request, "alice").value().changes, IsEmpty());
}

TEST_F(PlantServiceTest, FaultsOfSeveralFilesAreToldWithTheirFile) {
  std::string second = std::string(kPlant) + std::string(kInitiative);
  std::string third = "format: bedplate/plant/1\n" + std::string(kInitiative);
  third.replace(third.find("granularity: 1d"), 15, "granularity: 5d");
  const auto outcome = services().plant().Apply(
      {.files = {{"a.yaml", std::string(kPlant)}, {"b.yaml", second}, {"c.yaml", third}}}, "alice");
  ASSERT_TRUE(outcome.ok()) << outcome.error().ToString();
  EXPECT_THAT(Texts(outcome.value().faults),
              ElementsAre(HasSubstr("b.yaml:1:1: assets: expected the assets in one of the files, "
                                    "got more of them; a.yaml has assets too"),
                          HasSubstr("c.yaml:3:3: initiatives: expected each initiative once, got "
                                    "'heat-recovery' again, which b.yaml has too"),
                          HasSubstr("c.yaml:8:18: initiatives.heat-recovery.granularity")));
}

TEST_F(PlantServiceTest, ApplyingIsAudited) {
  TryApply(std::string(kPlant));
  const auto entries = workspace().catalog().audit().List(1);
  ASSERT_TRUE(entries.ok());
  ASSERT_THAT(entries.value(), SizeIs(1));
  EXPECT_EQ(entries.value()[0].actor, "alice");
  EXPECT_EQ(entries.value()[0].action, "plant.apply");
}

TEST_F(PlantServiceTest, TheGateSeesANewDeclarationAtOnce) {
  TryApply(std::string(kPlant));
  Ingest("acme/leeds/energy", {{kMidnight, 1.0, kGood}});
  // An int64 becomes a double only where a double is declared.
  TryApply(std::string(kPlant) + "          speed: {type: double}\n");
  Ingest("acme/leeds/speed", {{kMidnight, std::int64_t{11}, kGood}});
  const auto view = services().tags().Find("acme/leeds/speed");
  EXPECT_EQ(workspace().historian().Last(view.value().series->id).value()->value, Value(11.0));
}

}  // namespace
}  // namespace bedplate
