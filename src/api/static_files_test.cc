#include "api/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/gzip.h"

namespace bedplate {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

class StaticFilesTest : public testing::Test {
 protected:
  HttpRequest Request(std::string path, std::string accept, std::string encoding = "gzip") {
    HttpRequest request;
    request.path = std::move(path);
    request.headers = {{"accept", std::move(accept)}, {"accept-encoding", std::move(encoding)}};
    return request;
  }

  const std::string index_ = GzipCompress("<html>", 9);
  const std::string script_ = GzipCompress("let x = 1;", 9);
  const StaticFile files_[2] = {{"/index.html", "text/html", index_, "\"1\""},
                                {"/assets/a-1f.js", "text/javascript", script_, "\"2\""}};
  StaticFiles ui_{files_};
};

TEST_F(StaticFilesTest, ServesWhatWasCompressedBefore) {
  const auto script = ui_.Answer(Request("/assets/a-1f.js", "*/*"));
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(script->body, script_);
  EXPECT_THAT(script->headers, Contains(Pair("Content-Encoding", "gzip")));
  EXPECT_THAT(script->headers, Contains(Pair("Cache-Control", HasSubstr("immutable"))));
  EXPECT_EQ(ui_.Answer(Request("/assets/a-1f.js", "*/*", ""))->body, "let x = 1;");
}

TEST_F(StaticFilesTest, PagesOfTheApplicationAreTheIndex) {
  for (const char* path : {"/", "/trends", "/plant/acme/leeds", "/index.html"}) {
    const auto page = ui_.Answer(Request(path, "text/html,*/*"));
    ASSERT_TRUE(page.has_value()) << path;
    EXPECT_EQ(page->body, index_);
    EXPECT_THAT(page->headers, Contains(Pair("Cache-Control", "no-cache")));
  }
}

TEST_F(StaticFilesTest, EverythingElseIsNotTheUis) {
  EXPECT_FALSE(ui_.Answer(Request("/trends", "application/json")).has_value());
  for (const char* path : {"/api/v1/nothing", "/api", "/query", "/assets/old-2e.js"}) {
    EXPECT_FALSE(ui_.Answer(Request(path, "text/html")).has_value()) << path;
  }
  HttpRequest post = Request("/", "text/html");
  post.method = HttpMethod::kPost;
  EXPECT_FALSE(ui_.Answer(post).has_value());
}

TEST_F(StaticFilesTest, WhatIsKnownIsNotSentAgain) {
  HttpRequest request = Request("/", "text/html");
  request.headers["if-none-match"] = "W/\"0\", \"1\"";
  EXPECT_EQ(ui_.Answer(request)->status, 304);
  EXPECT_EQ(ui_.Answer(request)->body, "");
  request.headers["if-none-match"] = "\"2\"";
  EXPECT_EQ(ui_.Answer(request)->status, 200);
}

TEST_F(StaticFilesTest, ABuildWithoutTheUiSaysSo) {
  const StaticFiles none({});
  EXPECT_THAT(none.Answer(Request("/", "*/*"))->body, HasSubstr("BEDPLATE_UI=OFF"));
  EXPECT_THAT(none.Answer(Request("/trends", "text/html"))->body, HasSubstr("./dev build"));
  EXPECT_FALSE(none.Answer(Request("/favicon.ico", "image/*")).has_value());
}

TEST(Gzip, ExpandsWhatItCompressed) {
  for (const std::size_t size : {0UL, 1UL, 1000UL, 1'000'000UL}) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>((i * i) >> 3U);
    for (const int level : {1, 9}) EXPECT_EQ(GzipExpand(GzipCompress(text, level), size), text);
  }
}

TEST(Gzip, BrokenAndTooLongAreNothing) {
  const std::string bytes = GzipCompress(std::string(100'000, 'x'), 9);
  EXPECT_FALSE(GzipExpand(bytes, 99'999).has_value());
  EXPECT_FALSE(GzipExpand(bytes.substr(0, bytes.size() - 1), 200'000).has_value());
  EXPECT_FALSE(GzipExpand("not gzip", 100).has_value());
}

TEST(Gzip, AcceptEncodingIsReadByItsWeights) {
  for (const char* yes : {"gzip", "br, gzip", "*", "gzip;q=0.1", "deflate, gzip; q=1.0, br"}) {
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  }
  for (const char* no : {"", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "gzipped"}) {
    EXPECT_FALSE(AcceptsGzip(no)) << no;
  }
}

}  // namespace
}  // namespace bedplate
