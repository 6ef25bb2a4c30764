#include "api/request_guard.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

HttpRequest Request(HttpMethod method, std::map<std::string, std::string, std::less<>> headers) {
  HttpRequest request;
  request.method = method;
  request.headers = std::move(headers);
  return request;
}

TEST(HostName, DropsPortBracketsAndDot) {
  const std::pair<const char*, const char*> names[] = {{"Plant.Example:8080", "plant.example"},
                                                       {"plant.example.", "plant.example"},
                                                       {"[::1]:8080", "::1"},
                                                       {"[::1]", "::1"},
                                                       {"2001:db8::1", "2001:db8::1"},
                                                       {"10.0.0.1:1", "10.0.0.1"},
                                                       {"", ""}};
  for (const auto& [host, name] : names) EXPECT_EQ(HostName(host), name);
}

TEST(RequestGuard, KnowsLoopbackConfiguredAndCertifiedNames) {
  const RequestGuard guard({"plant.example", "10.0.0.1"},
                           [](const std::string& name) { return name == "certified.example"; });
  for (const char* host : {"localhost:8080", "127.0.0.1:9", "127.1.2.3", "[::1]:8080", "LOCALHOST",
                           "ui.localhost", "plant.example", "10.0.0.1:8443", "certified.example"}) {
    EXPECT_TRUE(guard.Check(Request(HttpMethod::kGet, {{"host", host}}), true).ok()) << host;
  }
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                           "notlocalhost", "10.0.0.2", ""}) {
    EXPECT_FALSE(guard.Check(Request(HttpMethod::kGet, {{"host", host}}), true).ok()) << host;
  }
}

TEST(RequestGuard, ChangesComeFromOwnPagesOnly) {
  const RequestGuard guard({});
  const auto allows = [&](HttpMethod method, std::string_view header, std::string_view value) {
    return guard
        .Check(Request(method,
                       {{"host", "localhost:8080"}, {std::string(header), std::string(value)}}),
               true)
        .ok();
  };
  for (const HttpMethod method : {HttpMethod::kPost, HttpMethod::kPut, HttpMethod::kDelete}) {
    EXPECT_TRUE(allows(method, "origin", "http://localhost:8080"));
    EXPECT_FALSE(allows(method, "origin", "https://localhost:8080"));
    EXPECT_FALSE(allows(method, "origin", "http://localhost:9090"));
    EXPECT_FALSE(allows(method, "origin", "http://evil.example"));
    EXPECT_FALSE(allows(method, "origin", "null"));
    EXPECT_TRUE(allows(method, "sec-fetch-site", "same-origin"));
    EXPECT_FALSE(allows(method, "sec-fetch-site", "same-site"));
    EXPECT_FALSE(allows(method, "sec-fetch-site", "cross-site"));
    EXPECT_FALSE(allows(method, "x-other", "no browser at all"));
    EXPECT_TRUE(guard.Check(Request(method, {{"host", "localhost:8080"}}), false).ok());
  }
  EXPECT_TRUE(allows(HttpMethod::kGet, "origin", "http://evil.example"));
}

}  // namespace
}  // namespace bedplate
