#include "catalog/plant_yaml.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "catalog/plant_diff.h"
#include "catalog/plant_yaml_laws.h"
#include "catalog/plant_yaml_names.h"
#include "catalog/random_plant_test_support.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const UnitSystem& Units() {
  static const auto kUnits = UnitSystem::Load().value();
  return *kUnits;
}

PlantYaml Parse(std::string_view text) { return ParsePlantYaml("plant.yaml", text, Units()); }

std::vector<std::string> Faults(const PlantYaml& parsed) {
  std::vector<std::string> texts;
  for (const YamlFault& fault : parsed.faults) texts.push_back(fault.ToString());
  return texts;
}

std::map<std::string, Tag> TagsByPath(const Plant& plant) {
  std::map<std::string, Tag> tags;
  for (const Tag& tag : plant.tags) tags[tag.path] = tag;
  return tags;
}

/// What differs, in words; plants do not print well.
std::vector<std::string> Differences(const Plant& before, const Plant& after) {
  std::vector<std::string> texts;
  for (const Change& change : ComparePlants(before, after).changes) {
    texts.push_back(change.what + " " + change.name + " " + change.detail);
  }
  return texts;
}

constexpr std::string_view kExample = R"(format: bedplate/plant/1
templates:
  filler:
    description: Rotary filler
    tags:
      temperature: {type: double, unit: degC, limits: {low: 2, high: 8, high_high: 12},
                    description: Product temperature, source: plc, interval: 1s}
      motor/speed: {type: double, unit: rpm}
assets:
  acme:
    level: enterprise
    currency: EUR
    assets:
      leeds:
        level: site
        time_zone: Europe/London
        assets:
          packing:
            level: area
            assets:
              line-{1..4}:
                level: line
                assets:
                  filler:
                    level: equipment
                    template: filler
                    tags:
                      temperature: {limits: {}, source: gateway}
                      running: {type: bool}
tags:
  weather/outside: {type: double, unit: °C, interval: 15m}
initiatives:
  leak-hunt:
    # Found by ultrasound.
    title: Compressor leaks
    costs:
      - {date: 2018-01-01, amount: 12000}
  second: {title: In flow style}
)";

TEST(PlantYamlTest, ReadsTheExample) {
  const PlantYaml parsed = Parse(kExample);
  ASSERT_THAT(Faults(parsed), IsEmpty());
  const Plant& plant = parsed.plant;
  EXPECT_TRUE(plant.declares_assets);
  EXPECT_TRUE(plant.declares_initiatives);
  ASSERT_EQ(plant.assets.size(), 11U);
  EXPECT_EQ(plant.assets[0], (Asset{"acme", AssetLevel::kEnterprise, "", "", "", "EUR"}));
  EXPECT_EQ(plant.assets[1], (Asset{"acme/leeds", AssetLevel::kSite, "", "", "Europe/London", ""}));
  EXPECT_EQ(plant.assets[4].path, "acme/leeds/packing/line-1/filler");
  EXPECT_EQ(plant.assets[4].template_name, "filler");
  const auto tags = TagsByPath(plant);
  EXPECT_EQ(tags.size(), 4U * 3 + 1);
  const Tag& temperature = tags.at("acme/leeds/packing/line-3/filler/temperature");
  EXPECT_EQ(temperature.unit, "degC");
  EXPECT_EQ(temperature.description, "Product temperature");
  EXPECT_EQ(temperature.interval_seconds, 1.0);
  EXPECT_EQ(temperature.source, "gateway");
  EXPECT_EQ(temperature.limits, TagLimits{});
  EXPECT_TRUE(temperature.declared);
  EXPECT_EQ(tags.at("acme/leeds/packing/line-3/filler/motor/speed").unit, "rpm");
  EXPECT_EQ(tags.at("acme/leeds/packing/line-3/filler/running").type, ValueType::kBool);
  EXPECT_EQ(tags.at("weather/outside").interval_seconds, 900.0);
}

TEST(PlantYamlTest, AnIntervalIsADurationLearnedOrOnChange) {
  const PlantYaml parsed = Parse(R"(format: bedplate/plant/1
templates:
  filler: {tags: {state: {type: string, interval: on-change}, speed: {type: double, interval: 1s}}}
assets:
  a: {level: line, template: filler, tags: {speed: {interval: on-change}}}
  b: {level: line, template: filler, tags: {state: {interval: 5s}}}
  c: {level: line, template: filler, tags: {state: {interval: learned}}}
)");
  ASSERT_THAT(Faults(parsed), IsEmpty());
  const auto tags = TagsByPath(parsed.plant);
  EXPECT_TRUE(tags.at("a/state").on_change);
  EXPECT_TRUE(tags.at("a/speed").on_change);
  EXPECT_EQ(tags.at("a/speed").interval_seconds, std::nullopt);
  EXPECT_FALSE(tags.at("b/state").on_change);
  EXPECT_EQ(tags.at("b/state").interval_seconds, 5.0);
  EXPECT_FALSE(tags.at("c/state").on_change);
  EXPECT_EQ(tags.at("c/state").interval_seconds, std::nullopt);
}

TEST(PlantYamlTest, InitiativesStayTheTextThatStoodThere) {
  const Plant plant = Parse(kExample).plant;
  ASSERT_EQ(plant.initiatives.size(), 2U);
  EXPECT_EQ(plant.initiatives[0].name, "leak-hunt");
  EXPECT_EQ(plant.initiatives[0].yaml,
            "# Found by ultrasound.\n"
            "title: Compressor leaks\n"
            "costs:\n"
            "  - {date: 2018-01-01, amount: 12000}\n");
  EXPECT_EQ(plant.initiatives[0].line, 34);
  EXPECT_EQ(plant.initiatives[1].yaml, "title: In flow style\n");
  EXPECT_EQ(plant.initiatives[1].line, 38);
}

TEST(PlantYamlTest, WindowsLineEndsAreTheSamePlant) {
  std::string text(kExample);
  for (std::size_t i = 0; (i = text.find('\n', i)) != std::string::npos; i += 2) {
    text.replace(i, 1, "\r\n");
  }
  EXPECT_EQ(Parse(text).plant, Parse(kExample).plant);
}

TEST(PlantYamlTest, AFileDeclaresOnlyWhatItHas) {
  const Plant initiatives = Parse("format: bedplate/plant/1\ninitiatives: {a: {title: x}}\n").plant;
  EXPECT_FALSE(initiatives.declares_assets);
  EXPECT_TRUE(initiatives.declares_initiatives);
  const Plant assets = Parse("format: bedplate/plant/1\nassets: {}\n").plant;
  EXPECT_TRUE(assets.declares_assets);
  EXPECT_FALSE(assets.declares_initiatives);
  const Plant nothing = Parse("format: bedplate/plant/1\n").plant;
  EXPECT_FALSE(nothing.declares_assets);
  EXPECT_FALSE(nothing.declares_initiatives);
}

TEST(PlantYamlTest, FormatDoesNotRepeatTheTemplate) {
  const std::string text = FormatPlantYaml(Parse(kExample).plant);
  EXPECT_THAT(text,
              HasSubstr("                filler:\n"
                        "                    level: equipment\n"
                        "                    template: filler\n"
                        "                    tags:\n"
                        "                      running: {type: bool}\n"
                        "                      temperature: {limits: {}, source: gateway}\n"));
  EXPECT_EQ(text.find("motor/speed"), text.rfind("motor/speed"));
  EXPECT_EQ(Parse(text).plant, Parse(kExample).plant);
}

TEST(PlantYamlTest, ParseOfFormatIsThePlant) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Plant plant = RandomPlant(seed).Make();
    const std::string text = FormatPlantYaml(plant);
    const PlantYaml parsed = Parse(text);
    ASSERT_THAT(Faults(parsed), IsEmpty()) << "seed " << seed << "\n" << text;
    ASSERT_THAT(Differences(plant, parsed.plant), IsEmpty()) << "seed " << seed << "\n" << text;
    ASSERT_TRUE(parsed.plant == plant) << "seed " << seed << "\n" << text;
    ASSERT_EQ(FormatPlantYaml(parsed.plant), text) << "seed " << seed;
  }
}

TEST(PlantYamlTest, ALongNameIsWrittenSoThatItReadsBack) {
  Plant plant;
  Tag tag;
  tag.path = std::string(1021, '"') + "/x";
  tag.declared = true;
  plant.tags.push_back(tag);
  const PlantYaml parsed = Parse(FormatPlantYaml(plant));
  EXPECT_THAT(Faults(parsed), IsEmpty());
  EXPECT_EQ(parsed.plant, plant);
}

struct Golden {
  std::string_view text;   // after the format line
  std::string_view fault;  // after `plant.yaml:`
};

constexpr Golden kGolden[] = {
    {"asets: {}\n",
     "2:1: expected one of the keys assets, format, initiatives, sources, tags, templates, "
     "got 'asets' (did you mean 'assets'?)"},
    {"assets: [a]\n", "2:9: assets: expected a map, got a list"},
    {"templates: {}\n",
     "1:1: assets: expected the assets beside the templates and tags (these three go together), "
     "got nothing"},
    {"assets:\n  acme: {level: factory}\n",
     "3:17: assets.acme.level: expected one of enterprise, site, area, line, equipment, "
     "got 'factory'"},
    {"assets:\n  acme: {}\n",
     "3:9: assets.acme.level: expected one of enterprise, site, area, line, equipment, "
     "got nothing"},
    {"assets:\n  acme:\n", "3:3: assets.acme: expected a map, got nothing"},
    {"assets:\n  a: {level: line, assets: {b: {level: site}}}\n",
     "3:40: assets.a.assets.b.level: expected a level below that of its parent, line, got 'site'"},
    {"assets:\n  a: {level: line, assets: {b: {level: line}}}\n",
     "3:40: assets.a.assets.b.level: expected a level below that of its parent, line, got 'line'"},
    {"assets:\n  a/b: {level: line}\n", "3:3: assets: expected a name without '/', got 'a/b'"},
    {"assets:\n  \"\": {level: line}\n",
     "3:3: assets: expected a name without * ? { }, control characters or empty parts, got ''"},
    {"assets:\n  a*: {level: line}\n",
     "3:3: assets: expected a name without * ? { }, control characters or empty parts, got 'a*'"},
    {"assets:\n  l-{4..1}: {level: line}\n",
     "3:3: assets: expected a range {1..4} or a list {a,b} in the braces, got 'l-{4..1}'"},
    {"assets:\n  l-{1..4: {level: line}\n",
     "3:3: assets: expected a '}' for each '{', got 'l-{1..4'"},
    {"assets:\n  l-{1..10001}: {level: line}\n",
     "3:3: assets: expected at most 10000 assets and 200000 tags in a plant, got 'l-{1..10001}'"},
    {"assets:\n  l-{1..4}: {level: line}\n  l-3: {level: line}\n",
     "4:3: assets.l-3: expected each path once, got 'l-3' again"},
    {"assets:\n  a: {level: line, time_zone: Europe/Londn}\n",
     "3:31: assets.a.time_zone: expected an IANA time zone as Europe/London, got 'Europe/Londn' "
     "(did you mean 'Europe/London'?)"},
    {"assets:\n  a: {level: line, currency: euro}\n",
     "3:30: assets.a.currency: expected an ISO 4217 code as EUR, got 'euro'"},
    {"templates: {filler: {}}\nassets:\n  a: {level: line, template: filer}\n",
     "4:30: assets.a.template: expected a template of this file, got 'filer' "
     "(did you mean 'filler'?)"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, unit: kwh}}}\n",
     "3:51: assets.a.tags.t.unit: expected a unit, got unknown unit 'kwh'; did you mean 'kWh'?"},
    {"assets:\n  a: {level: line, tags: {t: {type: float}}}\n",
     "3:37: assets.a.tags.t.type: expected one of double, int64, bool, string, got 'float'"},
    {"assets:\n  a: {level: line, tags: {t: {unit: degC}}}\n",
     "3:30: assets.a.tags.t.type: expected one of double, int64, bool, string, got nothing"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, limits: {low: 9, high: 8}}}}\n",
     "3:53: assets.a.tags.t.limits: expected low_low <= low <= high <= high_high, "
     "got low 9, which is above high 8"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, limits: {low_low: 1e1, high: 8}}}}\n",
     "3:53: assets.a.tags.t.limits: expected low_low <= low <= high <= high_high, "
     "got low_low 1e1, which is above high 8"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, limits: {low: warm}}}}\n",
     "3:59: assets.a.tags.t.limits.low: expected a number, got 'warm'"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, limits: {low: .nan}}}}\n",
     "3:59: assets.a.tags.t.limits.low: expected a number, got '.nan'"},
    {"assets:\n  a: {level: line, tags: {t: {type: string, limits: {low: 1}}}}\n",
     "3:53: assets.a.tags.t.limits: expected no limits on a string, got a map"},
    {"assets:\n  a: {level: line, tags: {t: {type: bool, unit: m}}}\n",
     "3:49: assets.a.tags.t.unit: expected no unit on a bool, got 'm'"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, interval: 1 s}}}\n",
     "3:55: assets.a.tags.t.interval: expected a duration up to 100d, as 250ms, 1s or 15m, or "
     "'learned' or 'on-change', got '1 s'"},
    {"assets:\n  a: {level: line, tags: {t: {type: double, unt: m}}}\n",
     "3:45: assets.a.tags.t: expected one of the keys description, interval, limits, source, type, "
     "unit, got 'unt' (did you mean 'unit'?)"},
    {"assets:\n  a: {level: line, tags: {b: {type: double}}, assets: {b: {level: equipment}}}\n",
     "3:27: assets.a.tags.b: expected a tag beside the assets, got 'a/b', which is an asset"},
    {"assets:\n  a: {level: line, tags: {t: {type: double}}}\ntags: {a/t: {type: bool}}\n",
     "4:8: tags.a/t: expected each path once, got 'a/t' again"},
    {"initiatives: {Leak Hunt: {}}\n",
     "2:15: initiatives: expected a name of up to 64 letters a-z, digits and single -, "
     "got 'Leak Hunt'"},
    {"initiatives: {leak-hunt: 7}\n", "2:26: initiatives.leak-hunt: expected a map, got '7'"},
    {"assets: {}\nassets: {}\n", "3:1: expected each key once, got 'assets' again"},
    {"assets: &a {}\n", "2:9: expected plain YAML, got an anchor (&name)"},
};

TEST(PlantYamlTest, EachFaultNamesPlaceKeyExpectedAndGot) {
  for (const Golden& golden : kGolden) {
    const std::string text = "format: bedplate/plant/1\n" + std::string(golden.text);
    EXPECT_THAT(Faults(Parse(text)), ElementsAre("plant.yaml:" + std::string(golden.fault)))
        << text;
  }
}

TEST(PlantYamlTest, TheFormatLineIsAskedFor) {
  EXPECT_THAT(Faults(Parse("assets: {}\n")),
              ElementsAre("plant.yaml:1:1: format: expected bedplate/plant/1, got nothing"));
  EXPECT_THAT(
      Faults(Parse("format: bedplate/plant/2\nassets: {}\n")),
      ElementsAre("plant.yaml:1:9: format: expected bedplate/plant/1, got 'bedplate/plant/2'"));
  EXPECT_THAT(Faults(Parse("")), ElementsAre("plant.yaml:1:1: expected a map, got nothing"));
}

TEST(PlantYamlTest, AllFaultsAreReportedNotOnlyTheFirst) {
  const auto faults =
      Faults(Parse("format: x\nassets:\n  a: {level: b}\n  c: {levl: site}\nd: 1\n"));
  EXPECT_EQ(faults.size(), 5U) << ::testing::PrintToString(faults);
}

TEST(PlantYamlTest, NamesThatShareAPatternShareItsFault) {
  EXPECT_EQ(Parse("format: bedplate/plant/1\nassets:\n  l-{1..9}: {level: x}\n").faults.size(), 1U);
  EXPECT_EQ(
      Parse("format: bedplate/plant/1\nassets: {}\ntags:\n  l-{1..9}: {type: x}\n").faults.size(),
      1U);
}

TEST(PlantYamlTest, APlantMayBeAsLargeAsTheLimitAndNoLarger) {
  const std::string head = "format: bedplate/plant/1\nassets:\n  l-{1..10000}:\n    level: line\n";
  const PlantYaml full = Parse(head + "    tags:\n      t-{1..20}: {type: double}\n");
  EXPECT_THAT(Faults(full), IsEmpty());
  EXPECT_EQ(full.plant.assets.size(), kPlantLimitAssets);
  EXPECT_EQ(full.plant.tags.size(), kPlantLimitTags);
  const PlantYaml more = Parse(head + "    tags:\n      t-{1..21}: {type: double}\n");
  ASSERT_EQ(more.faults.size(), 1U);
  EXPECT_EQ(more.faults[0].expected, kPlantLimitText);
  const PlantYaml nested = Parse(
      "format: bedplate/plant/1\nassets:\n  a-{1..200}:\n"
      "    level: area\n    assets:\n      l-{1..200}: {level: line}\n");
  ASSERT_EQ(nested.faults.size(), 1U);
  EXPECT_EQ(nested.faults[0].expected, kPlantLimitText);
}

TEST(PlantYamlTest, EquipmentMayConsistOfEquipment) {
  EXPECT_THAT(Faults(Parse("format: bedplate/plant/1\nassets:\n  a: {level: equipment, assets: "
                           "{b: {level: equipment}}}\n")),
              IsEmpty());
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

const std::filesystem::path kSources = BEDPLATE_SOURCE_DIR;

TEST(PlantYamlTest, TheLawsHoldOnEveryFileOfTheCorpus) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(kSources / "fuzz/corpus/catalog_plant_yaml")) {
    SCOPED_TRACE(entry.path());
    CheckPlantYamlLaws(ReadFile(entry.path()), Units());
    ++files;
  }
  EXPECT_GE(files, 5);
}

TEST(PlantYamlTest, TheExampleOfTheFormatsPageIsRight) {
  const std::string page = ReadFile(kSources / "docs/formats/plant.md");
  const std::size_t begin = page.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const PlantYaml parsed = Parse(page.substr(begin + 8, page.find("```\n", begin) - begin - 8));
  ASSERT_THAT(Faults(parsed), IsEmpty());
  constexpr std::size_t kTagsOfAFiller = 6;
  EXPECT_EQ(parsed.plant.tags.size(), 4 * kTagsOfAFiller + 1);
}

TEST(PlantYamlTest, TheExamplePlantHasNoFault) {
  for (const char* name : {"plant.yaml", "initiative.yaml"}) {
    EXPECT_THAT(Faults(Parse(ReadFile(kSources / "examples/steel-mill" / name))), IsEmpty());
  }
}

TEST(PlantYamlTest, ASectionWithNothingInItDoesNotRemoveThePlant) {
  for (const std::string section : {"assets", "initiatives", "sources"}) {
    const std::string head = "format: bedplate/plant/1\n" + section + ":";
    EXPECT_THAT(Faults(Parse(head + "\n")),
                ElementsAre("plant.yaml:2:1: " + section + ": expected a map (`" + section +
                            ": {}` where there shall be none), got nothing"));
    EXPECT_THAT(Faults(Parse(head + " {}\n")), IsEmpty());
  }
  for (const std::string section : {"templates", "tags"}) {
    EXPECT_THAT(Faults(Parse("format: bedplate/plant/1\nassets: {}\n" + section + ":\n")),
                ElementsAre(HasSubstr("plant.yaml:3:1: " + section + ": expected a map")));
  }
}

}  // namespace
}  // namespace bedplate
