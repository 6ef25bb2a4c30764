#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "base/json_reader.h"

namespace bedplate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class AdminApiTest : public ApiTest {
 protected:
  /// A text field of a flat object.
  static std::string Field(const std::string& body, std::string_view name) {
    std::string found;
    JsonReader json(body);
    json.EnterObject();
    while (json.NextField()) {
      if (json.field() == name) {
        found = json.Text();
      } else {
        json.Skip();
      }
    }
    EXPECT_TRUE(json.Finish().ok()) << body;
    return found;
  }
};

TEST_F(AdminApiTest, ATokenIsMadeShownOnceAndRevoked) {
  const HttpResponse created = Post("/api/v1/tokens", R"({"name":"scada","role":"writer"})");
  EXPECT_EQ(created.status, 201);
  const std::string secret = Field(created.body, "secret");
  const std::string id = Field(created.body, "id");
  EXPECT_TRUE(workspace().catalog().tokens().Verify(secret).ok());

  const HttpResponse list = Get("/api/v1/tokens", Role::kAdmin);
  EXPECT_THAT(list.body, HasSubstr(R"("name":"scada","role":"writer","created":1514851200000)"));
  EXPECT_THAT(list.body, Not(HasSubstr(secret)));

  EXPECT_EQ(Call(HttpMethod::kDelete, "/api/v1/tokens/" + id, {}, Role::kAdmin).status, 204);
  EXPECT_FALSE(workspace().catalog().tokens().Verify(secret).ok());
  EXPECT_EQ(Call(HttpMethod::kDelete, "/api/v1/tokens/none", {}, Role::kAdmin).status, 404);
}

TEST_F(AdminApiTest, WrongTokenRequestsAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "400: expected an object, got the end of the text"},
      {"{}", "400: role: expected one of viewer, writer, engineer, admin, got nothing"},
      {R"({"role":"king"})",
       R"(400: role: expected one of viewer, writer, engineer, admin, got "king")"},
      {R"({"role":"admin","rank":1})", "400: rank: expected one of the fields name, role"},
      {R"({"role":"admin"} x)", "400: expected nothing after the JSON document, got x"},
      {R"({"role":"admin","role":"viewer"})", "400: role: expected each field once, got it again"},
  };
  for (const auto& [body, problem] : cases)
    EXPECT_EQ(Problem(Post("/api/v1/tokens", body)), problem);
}

TEST_F(AdminApiTest, OnlyAdminsSeeTokensAndTheAudit) {
  EXPECT_EQ(Get("/api/v1/tokens", Role::kEngineer).status, 403);
  EXPECT_EQ(Get("/api/v1/audit", Role::kEngineer).status, 403);
  EXPECT_EQ(Post("/api/v1/tokens", R"({"role":"viewer"})", Role::kEngineer).status, 403);
  EXPECT_EQ(Post("/api/v1/check", "", Role::kWriter).status, 403);
}

TEST_F(AdminApiTest, WhoMadeATokenIsInTheAudit) {
  Post("/api/v1/tokens", R"({"role":"viewer","name":"wall"})");
  const HttpResponse audit = Get("/api/v1/audit?limit=1", Role::kAdmin);
  EXPECT_THAT(audit.body, HasSubstr(R"("actor":"tester","action":"token.create")"));
  EXPECT_EQ(Problem(Get("/api/v1/audit?limit=10001", Role::kAdmin)),
            "400: parameter 'limit': expected a whole number from 1 to 10000, got '10001'");
}

TEST_F(AdminApiTest, ACheckOfSoundStoresHasNoProblems) {
  IngestSeries("a", kMidnight, std::chrono::seconds(1), 1000, [](int i) { return 1.0 * i; });
  ASSERT_TRUE(workspace().historian().Flush().ok());
  const HttpResponse report = Post("/api/v1/check", "", Role::kEngineer);
  EXPECT_EQ(report.status, 200);
  EXPECT_THAT(report.body, HasSubstr(R"("samples":1000)"));
  EXPECT_THAT(report.body, HasSubstr(R"("problems":[])"));
}

TEST_F(AdminApiTest, UnknownPathsAndMethodsAreProblems) {
  EXPECT_THAT(Problem(Get("/api/v1/nothing")), StartsWith("404: "));
  EXPECT_EQ(Call(HttpMethod::kDelete, "/api/v1/info", {}, Role::kAdmin).status, 405);
}

}  // namespace
}  // namespace bedplate
