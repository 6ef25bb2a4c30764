#include "model/path.h"

#include <gmock/gmock.h>

#include <random>

namespace bedplate {
namespace {

TEST(CheckPathTest, AcceptsWhatAPathMayBe) {
  for (const std::string& path :
       {std::string("a"), std::string("acme/leeds/line-3/temperature"), std::string("m/a b/f,x=1"),
        std::string("ü/日本/\xF0\x9F\x8F\xAD"), std::string(1024, 'x'), std::string("."),
        std::string("..")}) {
    EXPECT_TRUE(CheckPath(path).ok()) << path;
  }
}

TEST(CheckPathTest, SaysWhichRuleIsBroken) {
  const auto message = [](std::string_view path) {
    const Status status = CheckPath(path);
    return status.ok() ? std::string("no fault") : status.error().message();
  };
  EXPECT_EQ(message(""), "'' is not a path: it is empty");
  EXPECT_EQ(message("/a"), "'/a' is not a path: it has an empty segment");
  EXPECT_EQ(message("a/"), "'a/' is not a path: it has an empty segment");
  EXPECT_EQ(message("a//b"), "'a//b' is not a path: it has an empty segment");
  EXPECT_EQ(message("a*"), "'a*' is not a path: it has a control character or one of * ? { }");
  EXPECT_EQ(message("\xFF"), "'?' is not a path: it is not valid UTF-8");
  EXPECT_THAT(message(std::string(1025, 'x')), ::testing::HasSubstr("longer than 1024 bytes"));
  for (const char c : {'?', '{', '}', '\n', '\0', '\x1F', '\x7F'}) {
    EXPECT_FALSE(CheckPath(std::string("a") + c).ok()) << static_cast<int>(c);
  }
}

TEST(PathTest, ParentAndLastSegmentMakeThePath) {
  EXPECT_EQ(ParentPath("a/b/c"), "a/b");
  EXPECT_EQ(LastSegment("a/b/c"), "c");
  EXPECT_EQ(ParentPath("a"), "");
  EXPECT_EQ(LastSegment("a"), "a");
}

struct Match {
  const char* glob;
  const char* path;
  bool matches;
};

constexpr Match kMatches[] = {
    {"a/b", "a/b", true},
    {"a/b", "a/b/c", false},
    {"a/*", "a/b", true},
    {"a/*", "a/b/c", false},
    {"a/*", "a", false},
    {"*", "a/b", false},
    {"**", "a", true},
    {"**", "a/b/c", true},
    {"a/**", "a/b", true},
    {"a/**", "a/b/c", true},
    {"a/**", "a", false},
    {"a/**", "ab/c", false},
    {"**/b", "b", true},
    {"**/b", "a/b", true},
    {"**/b", "a/xb", false},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"a/**/b", "a/x/yb", false},
    {"a/**/b", "xa/b", false},
    {"a/**/b/**/c", "a/b/b/c/c", true},
    {"a/l*/t", "a/line-1/t", true},
    {"a/*-{1,2}/t", "a/line-2/t", true},
    {"a/*-{1,2}/t", "a/line-3/t", false},
    {"?", "a", true},
    {"?", "ü", true},
    {"??", "ü", false},
    {"*?", "日本", true},
    {"*???", "日本", false},
    {"?", "/", false},
    {"a?c", "a/c", false},
    {"*a*b", "xaxbxb", true},
    {"*a*b", "xaxbxa", false},
    {"{a,b}/{c,}d", "b/d", true},
    {"{a,b}/{c,}d", "b/cd", true},
};

TEST(GlobTest, MatchesByTheTable) {
  for (const Match& row : kMatches) {
    EXPECT_EQ(Glob::Parse(row.glob).value().Matches(row.path), row.matches)
        << row.glob << " on " << row.path;
  }
}

TEST(GlobTest, OnlyAPlainPathIsExact) {
  EXPECT_TRUE(Glob::Parse("a/b").value().IsExact());
  for (const char* pattern : {"a/*", "a?", "{a,b}", "**"}) {
    EXPECT_FALSE(Glob::Parse(pattern).value().IsExact()) << pattern;
  }
}

TEST(GlobTest, RefusesWhatIsNoGlob) {
  std::string many;
  for (int i = 0; i < 7; ++i) many += "{a,b}";
  for (const std::string& pattern :
       {std::string(), std::string(1025, 'x'), std::string("{a"), std::string("a}"),
        std::string("{a,{b,c}}"), std::string("}{"), many, std::string("\xFF{")}) {
    const auto glob = Glob::Parse(pattern);
    ASSERT_FALSE(glob.ok()) << pattern;
    EXPECT_EQ(glob.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(Glob::Parse(many.substr(5)).ok());
}

/// The definition, tried in every way: exponential, and so plain that it can be believed.
bool NaiveMatch(std::string_view glob, std::string_view path, bool segment_start = true) {
  if (glob.empty()) return path.empty();
  if (segment_start && glob.starts_with("**/")) {
    if (NaiveMatch(glob.substr(3), path, true)) return true;
    const std::size_t slash = path.find('/');
    return slash != std::string_view::npos && NaiveMatch(glob, path.substr(slash + 1), true);
  }
  if (glob.starts_with("**")) {
    return NaiveMatch(glob.substr(2), path, segment_start) ||
           (!path.empty() && NaiveMatch(glob, path.substr(1), path.front() == '/'));
  }
  if (glob.front() == '*') {
    return NaiveMatch(glob.substr(1), path, segment_start) ||
           (!path.empty() && path.front() != '/' && NaiveMatch(glob, path.substr(1), false));
  }
  if (path.empty()) return false;
  const bool same = glob.front() == path.front() || (glob.front() == '?' && path.front() != '/');
  return same && NaiveMatch(glob.substr(1), path.substr(1), path.front() == '/');
}

std::string RandomText(std::mt19937& random, const std::vector<std::string>& pieces) {
  std::string text;
  for (unsigned i = random() % 8 + 1; i > 0; --i) text += pieces[random() % pieces.size()];
  return text;
}

TEST(GlobTest, AgreesWithItsNaiveTwin) {
  std::mt19937 random(5);
  const std::vector<std::string> glob_pieces{"a", "b", "/", "*", "?", "/**/", "**/", "/*/"};
  const std::vector<std::string> path_pieces{"a", "b", "a/", "b/", "a"};
  int matches = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string pattern = RandomText(random, glob_pieces);
    // Three stars in a row have no meaning worth keeping.
    if (pattern.find("***") != std::string::npos) continue;
    const std::string path = RandomText(random, path_pieces);
    const bool expected = NaiveMatch(pattern, path);
    ASSERT_EQ(Glob::Parse(pattern).value().Matches(path), expected) << pattern << " on " << path;
    matches += expected ? 1 : 0;
  }
  EXPECT_GT(matches, 1000);
}

}  // namespace
}  // namespace bedplate
