#include "api/url.h"

#include <gtest/gtest.h>

#include <random>

namespace bedplate {
namespace {

TEST(ParseTarget, DecodesPathAndParameters) {
  const auto target = ParseTarget("/api/v1/last?tag=acme%2Fleeds%2F%2A%2A&tag=b+c&flag&x=%2B");
  ASSERT_TRUE(target.ok()) << target.error().ToString();
  EXPECT_EQ(target->path, "/api/v1/last");
  const RequestTarget expected{
      .path = "/api/v1/last",
      .params = {{"flag", ""}, {"tag", "acme/leeds/**"}, {"tag", "b c"}, {"x", "+"}}};
  EXPECT_EQ(target->params, expected.params);
}

TEST(ParseTarget, PlusIsItselfInPaths) { EXPECT_EQ(ParseTarget("/a+b")->path, "/a+b"); }

TEST(ParseTarget, UnicodeArrivesAsUtf8) {
  EXPECT_EQ(ParseTarget("/m%C3%BChle")->path, "/m\xC3\xBChle");
}

class BadTargets : public testing::TestWithParam<const char*> {};

TEST_P(BadTargets, AreRefused) {
  const auto target = ParseTarget(GetParam());
  ASSERT_FALSE(target.ok()) << target->path;
  EXPECT_EQ(target.error().code(), ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(All, BadTargets,
                         testing::Values("", "*", "http://host/path", "relative", "/%", "/%4",
                                         "/%zz", "/a%2", "/a%2Fb", "/a%2fb", "/a%00b", "/?x=%00",
                                         "/a%0Ab", "/a/../b", "/a/..", "/./a", "/a//b", "//",
                                         "/%2e%2e/x", "/%ff", "/?x=%c0%af", "/?x=%ed%a0%80", "/a#b",
                                         "/?x=%1b"));

TEST(ParseTarget, ParametersAreBounded) {
  std::string target = "/?";
  for (std::size_t i = 0; i < kParamLimit; ++i) target += "a&";
  EXPECT_TRUE(ParseTarget(target).ok());
  EXPECT_FALSE(ParseTarget(target + "a").ok());
}

TEST(FormatTarget, ReadsBackAsItself) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> letter(0x20, 0x7E);
  for (int round = 0; round < 500; ++round) {
    RequestTarget target{.path = "/p", .params = {}};
    for (int i = 0; i < 5; ++i) {
      std::string name = "n";
      std::string value;
      for (int j = 0; j < 8; ++j) {
        name += static_cast<char>(letter(random));
        value += static_cast<char>(letter(random));
      }
      target.params.emplace(name, value + "\n\xE2\x82\xAC");
    }
    const auto back = ParseTarget(FormatTarget(target));
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    EXPECT_EQ(back->params, target.params);
    EXPECT_EQ(back->path, target.path);
  }
}

}  // namespace
}  // namespace bedplate
