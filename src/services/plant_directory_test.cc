#include "services/plant_directory.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

Asset Make(std::string path, AssetLevel level, std::string zone, std::string currency) {
  Asset asset;
  asset.path = std::move(path);
  asset.level = level;
  asset.time_zone = std::move(zone);
  asset.currency = std::move(currency);
  return asset;
}

TEST(PlantDirectoryTest, AnAssetWithoutAZoneHasThatOfTheNearestAbove) {
  const PlantDirectory plant({
      Make("acme/leeds/packing", AssetLevel::kArea, "", ""),
      Make("acme", AssetLevel::kEnterprise, "", "EUR"),
      Make("acme/leeds", AssetLevel::kSite, "Europe/London", "GBP"),
      Make("acme/lyon", AssetLevel::kSite, "Europe/Paris", ""),
  });
  ASSERT_EQ(plant.assets().size(), 4U);
  EXPECT_EQ(plant.assets()[0].path, "acme");
  EXPECT_EQ(plant.assets()[0].time_zone, "UTC");
  EXPECT_EQ(plant.assets()[2].time_zone, "Europe/London");
  EXPECT_EQ(plant.assets()[2].currency, "GBP");
  EXPECT_EQ(plant.ZoneOf("acme/leeds/packing/line-1/speed"), "Europe/London");
  EXPECT_EQ(plant.CurrencyOf("acme/lyon/x"), "EUR");
  EXPECT_EQ(plant.ZoneOf("elsewhere"), "UTC");
  EXPECT_EQ(plant.CurrencyOf("elsewhere"), "");
}

TEST(PlantDirectoryTest, ThePlantIsShownInWhatItsTopmostAssetSays) {
  const PlantDirectory plant({
      Make("acme", AssetLevel::kEnterprise, "", "EUR"),
      Make("acme/leeds", AssetLevel::kSite, "Europe/London", "GBP"),
  });
  EXPECT_EQ(plant.main_zone(), "Europe/London");
  EXPECT_EQ(plant.main_currency(), "EUR");
  EXPECT_EQ(plant.Enterprise(), "acme");
}

TEST(PlantDirectoryTest, SeveralEnterprisesAreNotOne) {
  const PlantDirectory plant({Make("acme", AssetLevel::kEnterprise, "", ""),
                              Make("bolt", AssetLevel::kEnterprise, "", "")});
  EXPECT_EQ(plant.Enterprise(), "");
  EXPECT_EQ(PlantDirectory({}).Enterprise(), "");
  EXPECT_EQ(PlantDirectory({}).main_zone(), "UTC");
}

}  // namespace
}  // namespace bedplate
