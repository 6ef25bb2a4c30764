#include "catalog/sqlite_plant_store.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "catalog/catalog_test_support.h"
#include "catalog/plant_yaml.h"
#include "catalog/random_plant_test_support.h"

namespace bedplate {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PlantStoreTest : public CatalogTest {
 protected:
  static Plant Read(const std::string& sections) {
    static const auto kUnits = UnitSystem::Load().value();
    const auto parsed =
        ParsePlantYaml("plant.yaml", "format: bedplate/plant/1\n" + sections, *kUnits);
    for (const YamlFault& fault : parsed.faults) ADD_FAILURE() << fault.ToString();
    return parsed.plant;
  }

  static std::vector<std::string> Lines(const Result<std::vector<Change>>& changes) {
    if (!changes.ok()) return {changes.error().ToString()};
    std::vector<std::string> lines;
    for (const Change& change : *changes) {
      const char sign = "+~-"[static_cast<int>(change.kind)];
      lines.push_back(std::string(1, sign) + " " + change.what + " " + change.name +
                      (change.detail.empty() ? "" : ": " + change.detail));
    }
    return lines;
  }

  static std::vector<std::string> Paths(const Result<std::vector<Tag>>& tags) {
    std::vector<std::string> paths;
    for (const Tag& tag : tags.value()) paths.push_back(tag.path);
    return paths;
  }

  static Tag Written(const std::string& path, ValueType type) {
    Tag tag;
    tag.path = path;
    tag.type = type;
    return tag;
  }
};

constexpr const char* kPlant =
    "templates:\n"
    "  filler: {tags: {temperature: {type: double, unit: K}}}\n"
    "assets:\n"
    "  acme:\n"
    "    level: site\n"
    "    assets:\n"
    "      filler-1: {level: equipment, template: filler, tags: {running: {type: bool}}}\n";

TEST_F(PlantStoreTest, ApplySaysWhatItAdds) {
  PlantStore& store = Open().plant();
  EXPECT_THAT(Lines(store.Apply(Read(kPlant), false, "local")),
              ElementsAre("+ template filler: temperature.type: double; temperature.unit: K",
                          "+ asset acme: level: site",
                          "+ asset acme/filler-1: level: equipment; template: filler",
                          "+ tag acme/filler-1/running: type: bool",
                          "+ tag acme/filler-1/temperature: type: double; unit: K"));
  EXPECT_EQ(store.Export().value().tags, Read(kPlant).tags);
}

TEST_F(PlantStoreTest, AChangeIsToldFieldByField) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(store.Apply(Read(kPlant), false, "local").ok());
  const Plant changed = Read(
      "templates:\n"
      "  filler: {tags: {temperature: {type: double, unit: degC, limits: {high: 8}}}}\n"
      "assets:\n"
      "  acme:\n"
      "    level: site\n"
      "    currency: EUR\n"
      "    assets:\n"
      "      filler-1: {level: equipment, template: filler}\n"
      "      filler-2: {level: equipment}\n");
  EXPECT_THAT(Lines(store.Apply(changed, false, "local")),
              ElementsAre("~ template filler: temperature.unit: K -> degC; "
                          "temperature.high: (none) -> 8",
                          "~ asset acme: currency: (none) -> EUR",
                          "+ asset acme/filler-2: level: equipment", "- tag acme/filler-1/running",
                          "~ tag acme/filler-1/temperature: unit: K -> degC; high: (none) -> 8"));
}

TEST_F(PlantStoreTest, TheUnitOfATagWithSamplesDoesNotChange) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(store.Apply(Read(kPlant), false, "local").ok());
  std::string text = kPlant;
  const Plant celsius = Read(text.replace(text.find("unit: K"), 7, "unit: degC"));
  PlantApplyOptions options{.stored_type = [](std::string_view path) {
    return path == "acme/filler-1/temperature" ? std::optional(ValueType::kDouble) : std::nullopt;
  }};
  const auto refused = store.Apply(celsius, "anna", options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("tag acme/filler-1/temperature is declared with degC but has samples "
                              "in K"),
                    HasSubstr("--relabel-units")));
  EXPECT_EQ(store.FindTag("acme/filler-1/temperature").value()->unit, "K");

  options.relabel_units = true;
  EXPECT_THAT(Lines(store.Apply(celsius, "anna", options)),
              Contains("~ tag acme/filler-1/temperature: unit: K -> degC; relabelled: the stored "
                       "numbers stay as they are"));
  EXPECT_EQ(store.FindTag("acme/filler-1/temperature").value()->unit, "degC");
}

TEST_F(PlantStoreTest, ARelabelledUnitIsAudited) {
  Catalog& catalog = Open();
  Tag written = Written("acme/power", ValueType::kDouble);
  written.unit = "kW";
  ASSERT_TRUE(catalog.plant().NoteWrittenTags(std::vector<Tag>{written}).ok());
  const Plant plant = Read("assets: {}\ntags: {acme/power: {type: double, unit: MW}}\n");
  EXPECT_EQ(catalog.plant().Apply(plant, "anna", {}).error().code(), ErrorCode::kConflict);
  ASSERT_TRUE(catalog.plant().Apply(plant, "anna", {.relabel_units = true}).ok());
  const auto entries = catalog.audit().List(1).value();
  EXPECT_EQ(entries[0].action, "plant.relabel-units");
  EXPECT_EQ(entries[0].actor, "anna");
  EXPECT_EQ(entries[0].detail, "acme/power: kW -> MW");
}

TEST_F(PlantStoreTest, AUnitMayChangeItsSpellingAndMayBeAdded) {
  PlantStore& store = Open().plant();
  Tag power = Written("acme/power", ValueType::kDouble);
  power.unit = "kW";
  ASSERT_TRUE(
      store.NoteWrittenTags(std::vector<Tag>{power, Written("acme/flow", ValueType::kDouble)})
          .ok());
  const PlantApplyOptions options{.same_unit = [](std::string_view a, std::string_view b) {
    return a == "kW" && b == "kilowatt";
  }};
  const Plant plant = Read(
      "assets: {}\ntags: {acme/power: {type: double, unit: kilowatt},"
      " acme/flow: {type: double, unit: m3/h}}\n");
  EXPECT_THAT(Lines(store.Apply(plant, "anna", options)),
              ElementsAre("+ tag acme/flow: type: double; unit: m3/h; its stored samples are taken "
                          "to be in m3/h",
                          "+ tag acme/power: type: double; unit: kilowatt"));
}

TEST_F(PlantStoreTest, AnAssetDoesNotTakeThePathOfATagWithSamples) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(
      store.NoteWrittenTags(std::vector<Tag>{Written("acme/filler-1", ValueType::kBool)}).ok());
  const auto refused = store.Apply(Read(kPlant), false, "local");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message(), HasSubstr("asset acme/filler-1"));
}

TEST_F(PlantStoreTest, SourcesAreKeptAsTheirTextAndLeftAloneWhereNoneAreDeclared) {
  PlantStore& store = Open().plant();
  EXPECT_THAT(Lines(store.Apply(Read("sources:\n  line:\n    kind: mqtt  # the old broker\n"), false,
                                "local")),
              ElementsAre("+ source line: 1 line"));
  ASSERT_TRUE(store.Apply(Read("initiatives: {}\n"), false, "local").ok());
  ASSERT_EQ(store.ListSources()->size(), 1U);
  EXPECT_EQ(store.ListSources()->front().yaml, "kind: mqtt  # the old broker\n");
  EXPECT_THAT(Lines(store.Apply(Read("sources: {}\n"), false, "local")),
              ElementsAre("- source line"));
  EXPECT_TRUE(store.ListSources()->empty());
}

TEST_F(PlantStoreTest, AChangedInitiativeIsToldByItsFirstDifferentLine) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(
      store.Apply(Read("initiatives:\n  a:\n    title: x\n    cost: 1\n"), false, "local").ok());
  EXPECT_THAT(
      Lines(store.Apply(Read("initiatives:\n  a:\n    title: x\n    cost: 2\n  b: {}\n"), false,
                        "local")),
      ElementsAre("~ initiative a: from line 2: cost: 1 -> cost: 2", "+ initiative b: 1 line"));
}

TEST_F(PlantStoreTest, ApplyingTwiceChangesNothing) {
  for (unsigned seed = 0; seed < 25; ++seed) {
    Catalog& catalog = Open();
    const Plant plant = RandomPlant(seed).Make();
    ASSERT_TRUE(catalog.plant().Apply(plant, false, "local").ok()) << "seed " << seed;
    EXPECT_THAT(Lines(catalog.plant().Apply(plant, false, "local")), IsEmpty()) << "seed " << seed;
    EXPECT_THAT(Lines(Open().plant().Apply(plant, true, "local")), IsEmpty()) << "seed " << seed;
    EXPECT_TRUE(Open().plant().Export().value() == plant) << "seed " << seed;
  }
}

TEST_F(PlantStoreTest, TheOrderOfAPlantDoesNotMatter) {
  PlantStore& store = Open().plant();
  Plant plant = RandomPlant(3).Make();
  ASSERT_TRUE(store.Apply(plant, false, "local").ok());
  std::reverse(plant.assets.begin(), plant.assets.end());
  std::reverse(plant.tags.begin(), plant.tags.end());
  std::reverse(plant.templates.begin(), plant.templates.end());
  for (AssetTemplate& one : plant.templates) std::reverse(one.tags.begin(), one.tags.end());
  EXPECT_THAT(Lines(store.Apply(plant, false, "local")), IsEmpty());
}

TEST_F(PlantStoreTest, ADryRunSaysTheSameAndStoresNothing) {
  PlantStore& store = Open().plant();
  for (unsigned seed = 0; seed < 6; ++seed) {
    const Plant before = store.Export().value();
    const Plant plant = RandomPlant(seed).Make();
    const auto dry = store.Apply(plant, true, "local").value();
    EXPECT_TRUE(store.Export().value() == before);
    EXPECT_EQ(store.Apply(plant, false, "local").value(), dry);
  }
}

TEST_F(PlantStoreTest, OnlyDeclaredSectionsAreReplaced) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(store.Apply(Read(kPlant), false, "local").ok());
  ASSERT_TRUE(store.Apply(Read("initiatives:\n  a: {title: x}\n"), false, "local").ok());
  EXPECT_EQ(store.Export().value().tags, Read(kPlant).tags);
  ASSERT_TRUE(store.Apply(Read("assets: {}\n"), false, "local").ok());
  EXPECT_TRUE(store.ListAssets().value().empty());
  EXPECT_EQ(store.ListInitiatives().value().size(), 1U);
}

TEST_F(PlantStoreTest, ATypeThatSamplesContradictIsAConflictAndNothingIsStored) {
  PlantStore& store = Open().plant();
  const StoredTypeLookup stored_type = [](std::string_view path) {
    return path.ends_with("running") ? std::optional(ValueType::kDouble) : std::nullopt;
  };
  const auto applied = store.Apply(Read(kPlant), false, "local", stored_type);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code(), ErrorCode::kConflict);
  EXPECT_EQ(applied.error().message(),
            "tag acme/filler-1/running is declared as bool but has samples of type double");
  EXPECT_TRUE(store.ListAssets().value().empty());
}

TEST_F(PlantStoreTest, WithoutTheHistorianAWrittenTagKeepsItsType) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(
      store.NoteWrittenTags(std::vector{Written("acme/filler-1/running", ValueType::kString)})
          .ok());
  EXPECT_EQ(store.Apply(Read(kPlant), false, "local").error().code(), ErrorCode::kConflict);
}

TEST_F(PlantStoreTest, ATagThatIsNoLongerDeclaredStaysKnownIfItHasSamples) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(store.Apply(Read(kPlant), false, "local").ok());
  const StoredTypeLookup stored_type = [](std::string_view path) {
    return path.ends_with("temperature") ? std::optional(ValueType::kDouble) : std::nullopt;
  };
  ASSERT_TRUE(store.Apply(Read("assets: {}\n"), false, "local", stored_type).ok());
  EXPECT_EQ(store.FindTag("acme/filler-1/running").value(), std::nullopt);
  const auto temperature = store.FindTag("acme/filler-1/temperature").value();
  ASSERT_TRUE(temperature.has_value());
  EXPECT_FALSE(temperature->declared);
  EXPECT_EQ(temperature->unit, "K");
  EXPECT_TRUE(store.Export().value().tags.empty());
}

TEST_F(PlantStoreTest, ManyPathsAreFoundInOneLookInTheirOrder) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(store.Apply(Read(kPlant), false, "local").ok());
  const std::vector<std::string> paths = {"acme/nothing", "acme/filler-1",
                                          "acme/filler-1/temperature", "acme/filler-1",
                                          "acme/filler-1/running"};
  const auto owners = store.FindPaths(paths);
  ASSERT_TRUE(owners.ok()) << owners.error().ToString();
  std::vector<std::string> found;
  for (const PathOwner& owner : *owners) {
    found.push_back(owner.tag ? owner.tag->path : owner.is_asset ? "asset" : "nothing");
  }
  EXPECT_THAT(found, ElementsAre("nothing", "asset", "acme/filler-1/temperature", "asset",
                                 "acme/filler-1/running"));
  EXPECT_TRUE(store.FindPaths({}).value().empty());
}

TEST_F(PlantStoreTest, WrittenTagsAreListedButNotExported) {
  PlantStore& store = Open().plant();
  ASSERT_TRUE(store.Apply(Read(kPlant), false, "local").ok());
  ASSERT_TRUE(store
                  .NoteWrittenTags(std::vector{Written("m/a/f", ValueType::kDouble),
                                               Written("acme/filler-1/running", ValueType::kBool)})
                  .ok());
  EXPECT_THAT(Paths(store.ListTags(Glob::Parse("**").value())),
              ElementsAre("acme/filler-1/running", "acme/filler-1/temperature", "m/a/f"));
  EXPECT_TRUE(store.FindTag("acme/filler-1/running").value()->declared);
  EXPECT_FALSE(store.FindTag("m/a/f").value()->declared);
  EXPECT_EQ(store.Export().value().tags.size(), 2U);
}

TEST_F(PlantStoreTest, ListTagsIsTheGlobOverAllPaths) {
  PlantStore& store = Open().plant();
  const std::vector<std::string> paths{"a", "a/b", "a/b/c", "a/xb", "ab/c", "b", "\xC3\xBC/b"};
  std::vector<Tag> tags;
  for (const std::string& path : paths) tags.push_back(Written(path, ValueType::kDouble));
  ASSERT_TRUE(store.NoteWrittenTags(tags).ok());
  for (const std::string pattern : {"**", "*", "a", "a/*", "a/**", "a/**/b", "{a,b}", "a{b,}/c",
                                    "?", "\xC3\xBC/*", "nothing"}) {
    const Glob glob = Glob::Parse(pattern).value();
    std::vector<std::string> expected;
    for (const std::string& path : paths) {
      if (glob.Matches(path)) expected.push_back(path);
    }
    EXPECT_EQ(Paths(store.ListTags(glob)), expected) << pattern;
  }
}

TEST_F(PlantStoreTest, APlantWithoutAParentOrTemplateIsRefused) {
  PlantStore& store = Open().plant();
  Plant plant;
  plant.assets = {{"a/b", AssetLevel::kLine, "", "", "", ""}};
  EXPECT_EQ(store.Apply(plant, false, "local").error().code(), ErrorCode::kInvalidArgument);
  plant.assets = {{"a", AssetLevel::kLine, "", "filler", "", ""}};
  EXPECT_EQ(store.Apply(plant, false, "local").error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(store.ListAssets().value().empty());
}

TEST_F(PlantStoreTest, EveryApplyThatChangesSomethingIsAudited) {
  Catalog& catalog = Open();
  ASSERT_TRUE(catalog.plant().Apply(Read(kPlant), true, "anna").ok());
  ASSERT_TRUE(catalog.plant().Apply(Read(kPlant), false, "anna").ok());
  ASSERT_TRUE(catalog.plant().Apply(Read(kPlant), false, "anna").ok());
  const auto entries = catalog.audit().List(10).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].actor, "anna");
  EXPECT_EQ(entries[0].action, "plant.apply");
  EXPECT_EQ(entries[0].detail, "5 added, 0 changed, 0 removed");
  EXPECT_EQ(entries[0].time, clock_.Now());
}

Event MakeEvent(const std::string& id, int start, std::optional<int> stop) {
  Event event;
  event.id = id;
  event.asset = "acme/filler-1";
  event.kind = "stop";
  event.code = "E17";
  event.text = "jam";
  event.start = Timestamp::FromSeconds(start);
  if (stop) event.stop = Timestamp::FromSeconds(*stop);
  event.source = "plc";
  return event;
}

TEST_F(PlantStoreTest, EventsAreFoundByOverlap) {
  PlantStore& store = Open().plant();
  const std::vector events{MakeEvent("before", 0, 10),         MakeEvent("across", 5, 25),
                           MakeEvent("inside", 12, 14),        MakeEvent("instant", 10, 10),
                           MakeEvent("open", 2, std::nullopt), MakeEvent("after", 20, 30)};
  ASSERT_TRUE(store.PutEvents(events).ok());
  ASSERT_TRUE(store.PutEvents(events).ok());
  const auto list = [&](int start, int stop, std::uint64_t limit) {
    std::vector<std::string> ids;
    const TimeRange range{Timestamp::FromSeconds(start), Timestamp::FromSeconds(stop)};
    for (const Event& event : store.ListEvents(range, limit).value()) ids.push_back(event.id);
    return ids;
  };
  EXPECT_THAT(list(10, 20, 100), ElementsAre("open", "across", "instant", "inside"));
  EXPECT_THAT(list(10, 20, 2), ElementsAre("open", "across"));
  EXPECT_EQ(list(0, 1000, 100).size(), events.size());
  EXPECT_EQ(store.ListEvents(kAllTime, 1).value().front(), events[0]);
}

TEST_F(PlantStoreTest, ReadersSeeWholeChangesWhileOneWrites) {
  PlantStore& store = Open().plant();
  std::vector<Plant> plants;
  for (unsigned seed = 1; plants.size() < 4; ++seed) plants.push_back(RandomPlant(seed).Make());
  ASSERT_TRUE(store.Apply(plants[0], false, "local").ok());
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 5; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const auto seen = store.Export();
        const bool whole =
            seen.ok() && std::find(plants.begin(), plants.end(), *seen) != plants.end();
        if (!whole) ++torn;
      }
    });
  }
  for (int i = 0; i < 40; ++i) {
    const auto& plant = plants[static_cast<std::size_t>(i) % plants.size()];
    EXPECT_TRUE(store.Apply(plant, false, "local").ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace bedplate
