#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "api/http.h"

namespace bedplate {
namespace {

using testing::HasSubstr;

Route MakeRoute(HttpMethod method, const std::string& pattern, std::optional<Role> role) {
  return {.method = method,
          .pattern = pattern,
          .operation_id = pattern,
          .least_role = role,
          .handler = [](const HttpRequest& request) {
            HttpResponse response = HttpResponse::Json("\"ok\"");
            if (request.path_params.contains("id")) response.body = request.path_params.at("id");
            return response;
          }};
}

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Add(MakeRoute(HttpMethod::kGet, "/api/v1/tokens", Role::kAdmin));
    router_.Add(MakeRoute(HttpMethod::kPost, "/api/v1/tokens", Role::kAdmin));
    router_.Add(MakeRoute(HttpMethod::kDelete, "/api/v1/tokens/{id}", Role::kAdmin));
    router_.Add(MakeRoute(HttpMethod::kGet, "/ping", std::nullopt));
  }

  HttpResponse Call(HttpMethod method, std::string path, Role role = Role::kAdmin) {
    HttpRequest request;
    request.method = method;
    request.path = std::move(path);
    request.principal = {.actor = "t1", .name = "ann", .role = role};
    return router_.Dispatch(std::move(request));
  }

  Router router_;
};

TEST_F(RouterTest, FindsByPathAndMethod) {
  EXPECT_EQ(router_.Find(HttpMethod::kPost, "/api/v1/tokens")->route->method, HttpMethod::kPost);
  EXPECT_EQ(router_.Find(HttpMethod::kDelete, "/api/v1/tokens/x y")->path_params.at("id"), "x y");
}

TEST_F(RouterTest, ParametersTakeExactlyOneSegment) {
  for (const char* path : {"/api/v1/tokens/", "/api/v1/tokens/a/b", "/api/v1/tokens/a/"}) {
    EXPECT_EQ(Call(HttpMethod::kDelete, path).status, 404) << path;
  }
}

TEST_F(RouterTest, HeadGoesWhereGetGoes) {
  EXPECT_EQ(Call(HttpMethod::kHead, "/ping").status, 200);
  EXPECT_EQ(Call(HttpMethod::kHead, "/api/v1/tokens/a").status, 405);
}

TEST_F(RouterTest, OtherMethodsAreNamed) {
  const HttpResponse response = Call(HttpMethod::kPut, "/api/v1/tokens");
  EXPECT_EQ(response.status, 405);
  ASSERT_FALSE(response.headers.empty());
  EXPECT_EQ(response.headers.back(),
            (std::pair<std::string, std::string>("Allow", "GET, HEAD, POST")));
}

TEST_F(RouterTest, RolesAreOrdered) {
  EXPECT_EQ(Call(HttpMethod::kGet, "/api/v1/tokens", Role::kEngineer).status, 403);
  EXPECT_EQ(Call(HttpMethod::kGet, "/api/v1/tokens", Role::kAdmin).status, 200);
  EXPECT_EQ(Call(HttpMethod::kGet, "/ping", Role::kViewer).status, 200);
}

TEST_F(RouterTest, NobodyGetsWhatNeedsARole) {
  const Route& route = router_.routes().front();
  const Status status = Router::Authorize(route, std::nullopt);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::kUnauthenticated);
}

TEST_F(RouterTest, ExceptionsDoNotLeak) {
  Route route = MakeRoute(HttpMethod::kGet, "/boom", std::nullopt);
  route.handler = [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); };
  router_.Add(std::move(route));
  const HttpResponse response = Call(HttpMethod::kGet, "/boom");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("secret")));
  EXPECT_THAT(response.body, HasSubstr("urn:bedplate:error:internal"));
}

class Swallow final : public BodyConsumer {
 public:
  explicit Swallow(Status status) : status_(std::move(status)) {}
  Status Consume(std::string_view chunk) override {
    size_ += chunk.size();
    return status_;
  }
  HttpResponse Finish() override { return HttpResponse::Json(std::to_string(size_)); }

 private:
  Status status_;
  std::size_t size_ = 0;
};

TEST_F(RouterTest, ConsumersGetTheBodyAndTheirErrorsTheRoutesForm) {
  Route route{.method = HttpMethod::kPost, .pattern = "/write", .operation_id = "write"};
  route.consumer = [](const HttpRequest& head) -> Result<std::unique_ptr<BodyConsumer>> {
    const bool fails = head.Param("fail").has_value();
    Status status;
    if (fails) status = Error(ErrorCode::kResourceExhausted, "disk full");
    return std::unique_ptr<BodyConsumer>(std::make_unique<Swallow>(std::move(status)));
  };
  route.error_format = [](const Error& error, int status) {
    return HttpResponse{.status = status, .body = "!" + error.message()};
  };
  router_.Add(std::move(route));
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.path = "/write";
  request.body = "12345";
  EXPECT_EQ(router_.Dispatch(request).body, "5");
  request.params.emplace("fail", "");
  const HttpResponse failed = router_.Dispatch(request);
  EXPECT_EQ(failed.status, 507);
  EXPECT_EQ(failed.body, "!disk full");
}

TEST(Problem, IsADocumentWithItsStatus) {
  const HttpResponse response =
      ProblemResponse(Error(ErrorCode::kInvalidArgument, "expected \"a\", got '\xFF'").At("x:1"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"urn:bedplate:error:invalid-argument\",\"title\":\"Invalid argument\","
            "\"status\":400,\"detail\":\"x:1: expected \\\"a\\\", got '\xEF\xBF\xBD'\","
            "\"retryable\":false}");
}

TEST(Problem, EveryCodeHasItsStatus) {
  const std::vector<std::pair<ErrorCode, int>> statuses = {{ErrorCode::kInvalidArgument, 400},
                                                           {ErrorCode::kUnauthenticated, 401},
                                                           {ErrorCode::kPermissionDenied, 403},
                                                           {ErrorCode::kNotFound, 404},
                                                           {ErrorCode::kAlreadyExists, 409},
                                                           {ErrorCode::kConflict, 409},
                                                           {ErrorCode::kResourceExhausted, 507},
                                                           {ErrorCode::kDeadlineExceeded, 408},
                                                           {ErrorCode::kCancelled, 499},
                                                           {ErrorCode::kUnavailable, 503},
                                                           {ErrorCode::kUnsupported, 422},
                                                           {ErrorCode::kCorruption, 500},
                                                           {ErrorCode::kIo, 500},
                                                           {ErrorCode::kInternal, 500}};
  for (const auto& [code, status] : statuses) {
    EXPECT_EQ(HttpStatusOf(Error(code, "x")), status) << ErrorCodeName(code);
  }
  const HttpResponse full = ProblemResponse(Error(ErrorCode::kResourceExhausted, "x").Retryable());
  EXPECT_EQ(full.status, 507);
  EXPECT_NE(full.body.find("\"retryable\":true"), std::string::npos) << full.body;
}

/// A store that takes nothing more until it is restarted: who holds samples keeps them, and asks
/// again later than one that is told that the server is busy.
TEST(Problem, WhatNeedsAPersonFirstSaysSo) {
  const HttpResponse busy = ProblemResponse(Error(ErrorCode::kUnavailable, "busy").Retryable());
  EXPECT_EQ(busy.status, 503);
  EXPECT_NE(busy.body.find("\"retryable\":true"), std::string::npos) << busy.body;
  EXPECT_TRUE(busy.headers.empty());
  const HttpResponse read_only = ProblemResponse(Error(ErrorCode::kUnavailable, "read-only"));
  EXPECT_EQ(read_only.status, 503);
  EXPECT_NE(read_only.body.find("\"retryable\":false"), std::string::npos) << read_only.body;
  EXPECT_NE(read_only.body.find("read-only"), std::string::npos) << read_only.body;
  const std::pair<std::string, std::string> later("Retry-After", "60");
  EXPECT_EQ(read_only.headers, std::vector{later});
}

}  // namespace
}  // namespace bedplate
