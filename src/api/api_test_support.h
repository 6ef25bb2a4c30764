#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "api/api.h"
#include "api/http.h"
#include "api/problem.h"
#include "api/url.h"
#include "services/workspace_test_support.h"

namespace bedplate {

/// Every JSON route over real stores, called as the router would be by the transport.
class ApiTest : public WorkspaceTest {
 protected:
  ApiTest() {
    Open();
    AddApiRoutes(router_, Context());
  }

  /// Closes the stores and opens them again with `options_`.
  void Restart() {
    router_ = Router();
    Reopen();
    AddApiRoutes(router_, Context());
  }

  ApiContext Context() {
    return {services(), workspace().catalog().tokens(), clock_, "0.1.0-test", false};
  }

  /// `target` as in a request line: `/api/v1/last?tag=a/b`.
  HttpResponse Call(HttpMethod method, std::string_view target, std::string body, Role role) {
    HttpRequest request;
    request.method = method;
    auto parsed = ParseTarget(target);
    EXPECT_TRUE(parsed.ok()) << target;
    request.path = std::move(parsed.value().path);
    request.params = std::move(parsed.value().params);
    request.headers = headers_;
    request.body = std::move(body);
    request.principal = {"tester", "Tester", role};
    return router_.Dispatch(std::move(request));
  }
  HttpResponse Get(std::string_view target, Role role = Role::kViewer) {
    return Call(HttpMethod::kGet, target, {}, role);
  }
  HttpResponse Post(std::string_view target, std::string body, Role role = Role::kAdmin) {
    return Call(HttpMethod::kPost, target, std::move(body), role);
  }

  /// The body of an answer that must be a success.
  std::string GetBody(std::string_view target) {
    HttpResponse response = Get(target);
    EXPECT_EQ(response.status, 200) << response.body;
    return std::move(response.body);
  }
  /// `400: parameter 'limit': expected …` of an answer that must be a problem document.
  static std::string Problem(const HttpResponse& response) {
    EXPECT_EQ(response.content_type, "application/problem+json") << response.body;
    return std::to_string(response.status) + ": " + ErrorOf(response).message();
  }

  Router router_;
  std::map<std::string, std::string, std::less<>> headers_;
};

}  // namespace bedplate
