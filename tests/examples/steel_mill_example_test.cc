// The files of examples/steel-mill are read by the real readers and agree with each other.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "catalog/plant_yaml.h"
#include "connectors/files/import_map.h"
#include "services/steel_mill_simulator.h"
#include "value/initiative_yaml.h"

namespace bedplate {
namespace {

constexpr std::string_view kFolder = BEDPLATE_SOURCE_DIR "/examples/steel-mill/";

std::string Read(std::string_view name) {
  std::ifstream file(std::string(kFolder) + std::string(name));
  EXPECT_TRUE(file) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string Join(const std::vector<YamlFault>& faults) {
  std::string text;
  for (const YamlFault& fault : faults) text += fault.ToString() + "\n";
  return text;
}

class SteelMillExample : public testing::Test {
 protected:
  void SetUp() override {
    auto units = UnitSystem::Load();
    ASSERT_TRUE(units.ok());
    units_ = std::move(units).value();
    PlantYaml plant = ParsePlantYaml("plant.yaml", Read("plant.yaml"), *units_);
    ASSERT_EQ(Join(plant.faults), "");
    for (const Tag& tag : plant.plant.tags) tags_[tag.path] = tag;
    assets_ = std::move(plant.plant.assets);
  }

  std::unique_ptr<UnitSystem> units_;
  std::map<std::string, Tag> tags_;
  std::vector<Asset> assets_;
};

TEST_F(SteelMillExample, ThePlantHasFiveLevels) {
  ASSERT_EQ(assets_.size(), 5U);
  EXPECT_EQ(assets_.back().level, AssetLevel::kEquipment);
  EXPECT_EQ(tags_.size(), 9U);
}

TEST_F(SteelMillExample, EveryImportedColumnIsInTheSimulatedFileAndADeclaredTag) {
  const ImportMapYaml import = ParseImportMap("import.yaml", Read("import.yaml"), *units_);
  ASSERT_EQ(Join(import.faults), "");
  const std::string csv = FormatSteelMillCsv({});
  const std::string header = "," + csv.substr(0, csv.find('\n')) + ",";
  ASSERT_TRUE(import.map.wide);
  ASSERT_EQ(import.map.wide->columns.size(), 8U);
  for (const WideColumn& column : import.map.wide->columns) {
    EXPECT_NE(header.find("," + column.column.name + ","), std::string::npos) << column.column.name;
    const auto tag = tags_.find(column.tag);
    ASSERT_NE(tag, tags_.end()) << column.tag;
    EXPECT_EQ(tag->second.type, column.type) << column.tag;
    EXPECT_EQ(tag->second.unit, column.unit) << column.tag;
  }
}

TEST_F(SteelMillExample, TheInitiativeRestsOnDeclaredTags) {
  const PlantYaml file = ParsePlantYaml("initiative.yaml", Read("initiative.yaml"), *units_);
  ASSERT_EQ(Join(file.faults), "");
  ASSERT_EQ(file.plant.initiatives.size(), 1U);
  const ParsedInitiative parsed =
      ParseInitiative("initiative.yaml", file.plant.initiatives[0].yaml, "Asia/Seoul");
  ASSERT_EQ(Join(parsed.faults), "");
  const Initiative& initiative = parsed.initiative;
  EXPECT_TRUE(std::any_of(assets_.begin(), assets_.end(),
                          [&](const Asset& asset) { return asset.path == initiative.scope; }));
  ASSERT_TRUE(tags_.contains(initiative.kpi.tag));
  EXPECT_EQ(tags_[initiative.kpi.tag].unit, initiative.kpi.unit);
  for (const Driver& driver : initiative.drivers) {
    EXPECT_TRUE(driver.tag.empty() || tags_.contains(driver.tag)) << driver.tag;
  }
}

}  // namespace
}  // namespace bedplate
