#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/api_test_support.h"
#include "api/auth.h"
#include "api/influx_routes.h"
#include "api/initiative_test_support.h"
#include "api/schema_check_test_support.h"
#include "api/session_routes.h"
#include "base/secret.h"
#include "base/yaml.h"

namespace bedplate {
namespace {

using ::testing::IsEmpty;

std::string ReadSource(std::string_view name) {
  std::ifstream file(fmt::format("{}/{}", BEDPLATE_SOURCE_DIR, name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string UpperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

const std::string kExampleRange = "from=2017-12-30&to=2018-01-02";

/// A call of one operation and the status that it must be answered with.
struct Example {
  std::string operation_id;
  HttpMethod method = HttpMethod::kGet;
  std::string target;
  std::string body;
  int status = 200;
};

/// The whole contract over real stores that hold a bit of everything.
class OpenApiTest : public ApiTest {
 protected:
  OpenApiTest() : document_(ReadDocument()), checker_(document_) {
    authenticator_ = Authenticator::Make(workspace().catalog().tokens(), clock_, SystemRandom());
    AddSessionRoutes(router_, *authenticator_, clock_);
    AddInfluxRoutes(router_, {.server_version = "0.1.0", .make_writer = nullptr, .health = [] {
                                return Status();
                              }});
    Fill();
  }

  static YamlValue ReadDocument() {
    YamlFaults faults("openapi.yaml");
    YamlValue document = ParseYaml(ReadSource("openapi.yaml"), faults);
    EXPECT_THAT(faults.list(), IsEmpty()) << faults.list().front().ToString();
    return document;
  }

  void Fill() {
    Apply(kInitiativePlant);
    IngestSeries("acme/energy", At("2016-09-01"), std::chrono::hours(1), 24 * 488,
                 [](int i) { return 50.0 + i % 24 + i / 24 % 7 + 0.01 * ((i * 7919) % 101); });
    Ingest("acme/recipe", {{kMidnight, std::string("thick"), kBad}});
    Ingest("loose", {{kMidnight, true, kGood}, {Timestamp(-1), false, kGood}});
    const auto token = workspace().catalog().tokens().Create("test", Role::kAdmin, "local").value();
    token_ = token.secret;
    token_id_ = token.info.id;
  }

  /// Calls visit(method, path, operation) for each operation of the document.
  template <typename Visit>
  void ForEachOperation(Visit visit) {
    for (const auto& [path, item] : document_.Find("paths")->fields) {
      for (const auto& [method, operation] : item.fields) visit(UpperCase(method), path, operation);
    }
  }

  /// In the order in which they are asked: the last ones take away what the others need.
  std::vector<Example> Examples() {
    std::vector<Example> all = PlantExamples();
    for (const auto& more : {SampleExamples(), ValueAndDataExamples(), AdministrationExamples()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  std::vector<Example> PlantExamples() {
    return {
        {"health", HttpMethod::kGet, "/health", "", 200},
        {"ping", HttpMethod::kGet, "/ping", "", 204},
        {"login", HttpMethod::kPost, "/api/v1/session", "{\"token\":\"" + token_ + "\"}", 200},
        {"login", HttpMethod::kPost, "/api/v1/session", "{\"token\":\"bp_no\"}", 401},
        {"whoAmI", HttpMethod::kGet, "/api/v1/session", "", 200},
        {"logout", HttpMethod::kDelete, "/api/v1/session", "", 204},
        {"createLoginCode", HttpMethod::kPost, "/api/v1/login-codes", "{}", 201},
        {"info", HttpMethod::kGet, "/api/v1/info", "", 200},
        {"getPlant", HttpMethod::kGet, "/api/v1/plant", "", 200},
        {"applyPlant", HttpMethod::kPut, "/api/v1/plant?dry_run=true",
         "format: bedplate/plant/1\nassets:\n  other: {level: enterprise}\ninitiatives: {}\n", 200},
        {"applyPlant", HttpMethod::kPut, "/api/v1/plant?dry_run=true",
         "format: bedplate/plant/1\nassets:\n  other: {level: enterprise}\n", 409},
        {"applyPlant", HttpMethod::kPut, "/api/v1/plant", "assets: 3", 400},
        {"listTags", HttpMethod::kGet, "/api/v1/tags", "", 200},
        {"listSources", HttpMethod::kGet, "/api/v1/sources", "", 200},
        {"listTags", HttpMethod::kGet, "/api/v1/tags?limit=x", "", 400},
        {"append", HttpMethod::kPost, "/api/v1/append?dry_run=true",
         R"({"source":"t","batches":[{"tag":"n","type":"double","times_ns":[1],"values":[1]}]})",
         200},
    };
  }

  std::vector<Example> SampleExamples() {
    return {
        {"states", HttpMethod::kGet, "/api/v1/states?tag=loose&bucket=1h&" + kExampleRange, "",
         200},
        {"states", HttpMethod::kGet, "/api/v1/states?tag=acme/energy&bucket=1h", "", 400},
        {"states", HttpMethod::kGet, "/api/v1/states?tag=no&bucket=1h", "", 404},
        {"replaced", HttpMethod::kGet, "/api/v1/replaced?tag=acme/energy", "", 200},
        {"replaced", HttpMethod::kGet, "/api/v1/replaced?tag=no", "", 404},
        {"samples", HttpMethod::kGet, "/api/v1/samples?tag=acme/energy&limit=10", "", 200},
        {"samples", HttpMethod::kGet, "/api/v1/samples?tag=acme/recipe&time=rfc3339", "", 200},
        {"samples", HttpMethod::kGet, "/api/v1/samples?tag=loose&format=csv", "", 200},
        {"samples", HttpMethod::kGet, "/api/v1/samples", "", 400},
        {"samples", HttpMethod::kGet, "/api/v1/samples?tag=no", "", 404},
        {"aggregate", HttpMethod::kGet,
         "/api/v1/aggregate?tag=**&bucket=1h&fn=count,min,max,mean,sum,first,last,"
         "time_weighted_mean,integral&" +
             kExampleRange,
         "", 200},
        {"aggregate", HttpMethod::kGet, "/api/v1/aggregate?tag=**&buckets=7", "", 200},
        {"aggregate", HttpMethod::kGet, "/api/v1/aggregate?tag=**", "", 400},
        {"aggregate", HttpMethod::kGet, "/api/v1/aggregate?tag=no&bucket=1h", "", 404},
        {"last", HttpMethod::kGet, "/api/v1/last?tag=**", "", 200},
        {"live", HttpMethod::kGet, "/api/v1/live?tag=**", "", 200},
        {"append", HttpMethod::kPost, "/api/v1/append",
         R"({"source":"t","batches":[{"tag":"n","type":"double","times_ns":[1,-1],)"
         R"("values":[1,2]}]})",
         200},
        {"append", HttpMethod::kPost, "/api/v1/append", "[]", 400},
        {"sql", HttpMethod::kPost, "/api/v1/sql",
         R"json({"sql":"SELECT *, 1.5 AS x, NULL AS y FROM samples('**') LIMIT 5"})json", 200},
        {"sql", HttpMethod::kPost, "/api/v1/sql", "{}", 400},
        {"sql", HttpMethod::kPost, "/api/v1/sql", R"({"sql":"DROP TABLE tags"})", 403},
        {"sqlSchema", HttpMethod::kGet, "/api/v1/sql/schema", "", 200},
    };
  }

  std::vector<Example> ValueAndDataExamples() {
    return {
        {"listInitiatives", HttpMethod::kGet, "/api/v1/initiatives", "", 200},
        {"getInitiative", HttpMethod::kGet, "/api/v1/initiatives/heat-recovery", "", 200},
        {"getInitiative", HttpMethod::kGet, "/api/v1/initiatives/without-data", "", 200},
        {"getInitiative", HttpMethod::kGet, "/api/v1/initiatives/nothing", "", 404},
        {"coverage", HttpMethod::kGet, "/api/v1/coverage?tag=**&" + kExampleRange, "", 200},
        {"coverage", HttpMethod::kGet, "/api/v1/coverage", "", 400},
        {"deadLetters", HttpMethod::kGet, "/api/v1/dead-letters", "", 200},
    };
  }

  std::vector<Example> AdministrationExamples() {
    return {
        {"listTokens", HttpMethod::kGet, "/api/v1/tokens", "", 200},
        {"createToken", HttpMethod::kPost, "/api/v1/tokens", R"({"role":"viewer"})", 201},
        {"createToken", HttpMethod::kPost, "/api/v1/tokens", "{}", 400},
        {"check", HttpMethod::kPost, "/api/v1/check", "", 200},
        {"compact", HttpMethod::kPost, "/api/v1/compact", "", 200},
        {"metrics", HttpMethod::kGet, "/metrics", "", 200},
        {"backup", HttpMethod::kPost, "/api/v1/backup",
         fmt::format(R"({{"target":"{}.backup"}})", workspace().directory()), 200},
        {"backup", HttpMethod::kPost, "/api/v1/backup", R"({"target":"here"})", 400},
        {"deleteSamples", HttpMethod::kDelete,
         "/api/v1/samples?tag=loose&from=2001-01-01&to=2001-01-02&reason=test", "", 200},
        {"deleteSamples", HttpMethod::kDelete, "/api/v1/samples?tag=loose&reason=test", "", 400},
        {"noteImport", HttpMethod::kPost, "/api/v1/imports",
         R"({"file":"a.csv","map":"m.yaml","rows":1,"stored":2,"replaced":3})", 204},
        {"noteImport", HttpMethod::kPost, "/api/v1/imports", "{}", 400},
        {"audit", HttpMethod::kGet, "/api/v1/audit", "", 200},
        {"revokeToken", HttpMethod::kDelete, "/api/v1/tokens/" + token_id_, "", 204},
        {"revokeToken", HttpMethod::kDelete, "/api/v1/tokens/none", "", 404},
    };
  }

  std::set<std::string> QueryParameters(const YamlValue& operation) {
    std::set<std::string> names;
    const YamlValue* parameters = operation.Find("parameters");
    if (parameters == nullptr) return names;
    for (const YamlValue& unresolved : parameters->items) {
      const YamlValue& parameter = *checker_.Resolve(&unresolved);
      if (parameter.Find("in")->scalar == "query") names.insert(parameter.Find("name")->scalar);
    }
    return names;
  }

  /// The schema of an answer, or null when the document gives it none.
  const YamlValue* SchemaOf(const std::string& operation_id, const HttpResponse& response) {
    const YamlValue* schema = nullptr;
    ForEachOperation([&](const std::string&, const std::string&, const YamlValue& operation) {
      if (operation.Find("operationId")->scalar != operation_id) return;
      const YamlValue* answer = operation.Find("responses")->Find(std::to_string(response.status));
      ASSERT_NE(answer, nullptr) << operation_id << " " << response.status << response.body;
      const YamlValue* content = checker_.Resolve(answer)->Find("content");
      if (content == nullptr) {
        EXPECT_EQ(response.body, "") << operation_id;
        return;
      }
      const std::string type = response.content_type.substr(0, response.content_type.find(';'));
      const YamlValue* media = content->Find(type);
      ASSERT_NE(media, nullptr) << operation_id << " answers with " << type;
      schema = media->Find("schema");
    });
    return schema;
  }

  YamlValue document_;
  SchemaChecker checker_;
  std::unique_ptr<Authenticator> authenticator_;
  std::string token_;
  std::string token_id_;
};

TEST_F(OpenApiTest, TheRoutesAreThoseOfTheDocument) {
  std::set<std::string> documented;
  ForEachOperation([&](const std::string& method, const std::string& path,
                       const YamlValue& operation) {
    documented.insert(fmt::format("{} {} {}", method, path, operation.Find("operationId")->scalar));
  });
  std::set<std::string> served;
  for (const Route& route : router_.routes()) {
    served.insert(
        fmt::format("{} {} {}", MethodName(route.method), route.pattern, route.operation_id));
  }
  EXPECT_EQ(served, documented);
}

TEST_F(OpenApiTest, TheLeastRolesAreThoseOfTheDocument) {
  std::map<std::string, const Route*> routes;
  for (const Route& route : router_.routes()) routes[route.operation_id] = &route;
  ForEachOperation([&](const std::string&, const std::string&, const YamlValue& operation) {
    const std::string& id = operation.Find("operationId")->scalar;
    ASSERT_TRUE(routes.contains(id)) << id;
    const std::optional<Role> least = routes[id]->least_role;
    const YamlValue* security = operation.Find("security");
    EXPECT_EQ(least.has_value(), security == nullptr || !security->items.empty()) << id;
    const YamlValue* summary = operation.Find("summary");
    const std::size_t at = summary != nullptr ? summary->scalar.find("(role ") : std::string::npos;
    if (at == std::string::npos) return;
    const std::string_view rest = std::string_view(summary->scalar).substr(at + 6);
    EXPECT_EQ(RoleName(least.value()), rest.substr(0, rest.find(')'))) << id;
  });
}

TEST_F(OpenApiTest, EveryAnswerConformsToItsSchema) {
  for (const Example& example : Examples()) {
    const HttpResponse response = Call(example.method, example.target, example.body, Role::kAdmin);
    ASSERT_EQ(response.status, example.status) << example.operation_id << ": " << response.body;
    const YamlValue* schema = SchemaOf(example.operation_id, response);
    if (schema == nullptr || response.content_type.find("json") == std::string::npos) continue;
    boost::json::error_code code;
    const boost::json::value body = boost::json::parse(response.body, code);
    ASSERT_FALSE(code) << example.operation_id << ": " << response.body;
    EXPECT_THAT(checker_.Check(*schema, body), IsEmpty()) << example.operation_id;
  }
}

TEST_F(OpenApiTest, EveryOperationHasAnExample) {
  std::set<std::string> exercised{"writeV1", "writeV2"};  // they need a connector: tests/compat
  for (const Example& example : Examples()) exercised.insert(example.operation_id);
  ForEachOperation([&](const std::string&, const std::string&, const YamlValue& operation) {
    const std::string& id = operation.Find("operationId")->scalar;
    EXPECT_TRUE(exercised.contains(id)) << id;
  });
}

/// The names in `expected only the parameters a, b, got 'colour'`.
std::set<std::string> NamesIn(const std::string& problem) {
  const std::string_view begin_mark = "parameters ";
  const std::size_t begin = problem.find(begin_mark) + begin_mark.size();
  const std::string list = problem.substr(begin, problem.find(", got 'colour'") - begin);
  std::set<std::string> names;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(", ", at), list.size());
    names.insert(list.substr(at, end - at));
    at = end + 2;
  }
  return names;
}

TEST_F(OpenApiTest, TheParametersAreThoseOfTheDocument) {
  const std::set<std::string> lenient{"session", "influx"};  // tags whose clients send their own
  ForEachOperation(
      [&](const std::string& method, const std::string& path, const YamlValue& operation) {
        if (method != "GET" || lenient.contains(operation.Find("tags")->items[0].scalar)) return;
        const std::set<std::string> documented = QueryParameters(operation);
        // Right values for what is required, so that the unknown one is what is refused.
        std::string target = path.substr(0, path.find('{')) + (path.ends_with('}') ? "x" : "");
        target += "?colour=red";
        if (documented.contains("tag")) target += "&tag=loose";
        if (documented.contains("buckets")) target += "&buckets=1";
        const std::string problem = Problem(Call(HttpMethod::kGet, target, "", Role::kAdmin));
        if (documented.empty()) {
          EXPECT_EQ(problem, "400: expected no parameters, got 'colour'") << target;
        } else {
          EXPECT_EQ(NamesIn(problem), documented) << problem;
        }
      });
}

TEST(SchemaCheckerTest, FindsWhatDoesNotConform) {
  YamlFaults faults("schema");
  const YamlValue document = ParseYaml(R"(
a: {type: object, required: [x], properties: {x: {type: [integer, "null"]}, y: {$ref: "#/b"}}}
b: {type: array, items: {type: string, enum: [on, off]}}
c: {allOf: [{$ref: "#/a"}, {type: object, required: [z], properties: {z: {type: number}}}]}
d: {type: string, pattern: x}
)",
                                       faults);
  ASSERT_TRUE(faults.empty());
  SchemaChecker checker(document);
  const auto check = [&](std::string_view schema, std::string_view json) {
    return checker.Check(*document.Find(schema), boost::json::parse(json)).size();
  };
  EXPECT_EQ(check("a", R"({"x":1,"y":["on","off"]})"), 0U);
  EXPECT_EQ(check("a", R"({"x":null})"), 0U);
  EXPECT_EQ(check("a", R"({})"), 1U);
  EXPECT_EQ(check("a", R"({"x":1.5})"), 1U);
  EXPECT_EQ(check("a", R"({"x":1,"y":["up"]})"), 1U);
  EXPECT_EQ(check("a", R"({"x":1,"extra":1})"), 1U);
  EXPECT_EQ(check("a", "[]"), 1U);
  EXPECT_EQ(check("c", R"({"x":1,"z":2})"), 0U);
  EXPECT_EQ(check("c", R"({"x":1})"), 1U);
  EXPECT_EQ(check("c", R"({"x":1,"z":2,"extra":1})"), 1U);
  EXPECT_EQ(check("d", R"("x")"), 1U);
}

}  // namespace
}  // namespace bedplate
