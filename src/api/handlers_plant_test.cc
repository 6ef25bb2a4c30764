#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/json_writer.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kPlant = R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    description: Acme Ltd
    currency: EUR
    assets:
      leeds:
        level: site
        time_zone: Europe/London
        tags:
          power: {type: double, unit: kW, interval: 15m, limits: {low_low: 0, high: 90}}
)";

class PlantApiTest : public ApiTest {
 protected:
  HttpResponse Put(std::string_view target, std::string body, Role role = Role::kEngineer) {
    return Call(HttpMethod::kPut, target, std::move(body), role);
  }
};

TEST_F(PlantApiTest, ApplySaysWhatChangedAndThenNothing) {
  const HttpResponse dry = Put("/api/v1/plant?dry_run=true", kPlant);
  EXPECT_EQ(dry.status, 200) << dry.body;
  EXPECT_THAT(dry.body, StartsWith(R"({"dry_run":true,"changes":[{"kind":"added","what":)"));
  EXPECT_EQ(GetBody("/api/v1/plant"), R"({"assets":[],"tags":[]})");
  const HttpResponse applied = Put("/api/v1/plant", kPlant);
  EXPECT_THAT(applied.body, HasSubstr(R"("name":"acme/leeds/power")"));
  EXPECT_EQ(Put("/api/v1/plant", kPlant).body, R"({"dry_run":false,"changes":[]})");
}

TEST_F(PlantApiTest, ThePlantHasWhatItsAssetsInherit) {
  Put("/api/v1/plant", kPlant);
  EXPECT_EQ(
      GetBody("/api/v1/plant"),
      R"({"assets":[{"path":"acme","name":"acme","level":"enterprise","description":"Acme Ltd",)"
      R"("template":"","time_zone":"UTC","currency":"EUR"},)"
      R"({"path":"acme/leeds","name":"leeds","level":"site","description":"","template":"",)"
      R"("time_zone":"Europe/London","currency":"EUR"}],)"
      R"("tags":[{"path":"acme/leeds/power","type":"double","unit":"kW","description":"",)"
      R"("source":"","declared":true,"limits":{"low_low":0,"high":90},"interval_ms":900000,"on_change":false,)"
      R"("samples":0,"first":null,"last":null,"conflicts":0}]})");
}

TEST_F(PlantApiTest, ThePlantIsYamlForWhoAsksForIt) {
  Put("/api/v1/plant", kPlant);
  headers_["accept"] = "application/yaml";
  const HttpResponse yaml = Get("/api/v1/plant");
  EXPECT_EQ(yaml.content_type, "application/yaml");
  EXPECT_EQ(Put("/api/v1/plant", yaml.body).body, R"({"dry_run":false,"changes":[]})");
}

TEST_F(PlantApiTest, FaultsAreAProblemDocumentWithEachOfThem) {
  const HttpResponse response = Put("/api/v1/plant?file=works.yaml",
                                    "format: bedplate/plant/1\nassets:\n  acme:\n"
                                    "    level: planet\n    colour: red\n");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(Problem(response), StartsWith("400: works.yaml:4:"));
  EXPECT_THAT(response.body, HasSubstr(R"("faults":[{"file":"works.yaml","line":4,)"));
  EXPECT_THAT(response.body, HasSubstr(R"("line":5,)"));
}

TEST_F(PlantApiTest, ATypeConflictIs409) {
  Ingest("acme/leeds/power", {{kMidnight, std::string("much"), kGood}});
  EXPECT_THAT(Problem(Put("/api/v1/plant", kPlant)), StartsWith("409: "));
}

TEST_F(PlantApiTest, AUnitOfSamplesChangesOnlyWhereThatIsAskedFor) {
  Put("/api/v1/plant", kPlant);
  Ingest("acme/leeds/power", {{kMidnight, 1.0, kGood}});
  std::string text = kPlant;
  text.replace(text.find("unit: kW"), 8, "unit: MW");
  EXPECT_THAT(Problem(Put("/api/v1/plant", text)),
              StartsWith("409: tag acme/leeds/power is declared with MW but has samples in kW"));
  const HttpResponse relabelled = Put("/api/v1/plant?relabel_units=true", text);
  EXPECT_EQ(relabelled.status, 200);
  EXPECT_THAT(relabelled.body, HasSubstr("unit: kW -> MW; relabelled"));
}

TEST_F(PlantApiTest, SeveralFilesComeAsJson) {
  headers_["content-type"] = "application/json";
  const auto body = [](const std::string& second) {
    std::string text;
    JsonWriter json(text);
    json.BeginObject().Key("files").BeginArray();
    json.BeginObject().Key("name").Text("plant.yaml").Key("text").Text(kPlant).EndObject();
    json.BeginObject().Key("name").Text("b.yaml").Key("text").Text(second).EndObject();
    json.EndArray().EndObject();
    return text;
  };
  EXPECT_EQ(Put("/api/v1/plant", body("format: bedplate/plant/1\ninitiatives: {}\n")).status, 200);
  EXPECT_THAT(Problem(Put("/api/v1/plant", body("format: bedplate/plant/1\nassets:\n"))),
              StartsWith("400: b.yaml:1:1: assets: expected the assets in one of the files"));
  EXPECT_THAT(Problem(Put("/api/v1/plant", R"({"files":[]})")),
              StartsWith("400: files: expected at least one file"));
  EXPECT_THAT(Problem(Put("/api/v1/plant", R"({"files":[{"name":"a"}]})")),
              HasSubstr("files[0].text: expected a text, got nothing"));
}

TEST_F(PlantApiTest, OnlyEngineersApply) {
  EXPECT_EQ(Put("/api/v1/plant", kPlant, Role::kWriter).status, 403);
  EXPECT_EQ(Put("/api/v1/plant?dry_run=yes", kPlant).status, 400);
}

TEST_F(PlantApiTest, TagsAreFoundByGlobAndWords) {
  Put("/api/v1/plant", kPlant);
  Ingest("x/y", {{kMidnight, true, kGood}, {kMidnight + std::chrono::seconds(2), true, kGood}});
  EXPECT_EQ(
      GetBody("/api/v1/tags?glob=x/*"),
      R"({"tags":[{"path":"x/y","type":"bool","unit":"","description":"","source":"test",)"
      R"("declared":false,"interval_ms":2000,"on_change":false,"samples":2,"first":1514764800000,)"
      R"("last":1514764802000,"conflicts":0}],"truncated":false})");
  EXPECT_THAT(GetBody("/api/v1/tags?q=POWER"), HasSubstr("acme/leeds/power"));
  EXPECT_THAT(GetBody("/api/v1/tags?limit=1"), HasSubstr(R"("truncated":true)"));
  EXPECT_EQ(Problem(Get("/api/v1/tags?limit=0")),
            "400: parameter 'limit': expected a whole number from 1 to 100000, got '0'");
}

TEST_F(PlantApiTest, InfoTellsHowMuchThereIs) {
  EXPECT_EQ(GetBody("/api/v1/info"),
            R"({"version":"0.1.0-test","started":1514851200000,"now":1514851200000,"plant":"",)"
            R"("time_zone":"UTC","currency":"","assets":0,"tags":0,"samples":0,"bytes":)" +
                std::to_string(services().info().Read().value().bytes) +
                R"(,"first":null,"last":null,"dead_letters":0,"demo":false})");
  Put("/api/v1/plant", kPlant);
  Ingest("x/y", {{kMidnight, 1.0, kGood}});
  const std::string info = GetBody("/api/v1/info");
  EXPECT_THAT(info, HasSubstr(R"("plant":"acme","time_zone":"Europe/London","currency":"EUR",)"
                              R"("assets":2,"tags":2,"samples":1,)"));
  EXPECT_THAT(info, HasSubstr(R"("first":1514764800000,"last":1514764800000)"));
  EXPECT_EQ(Problem(Get("/api/v1/info?x=1")), "400: expected no parameters, got 'x'");
}

}  // namespace
}  // namespace bedplate
