#include "ingest/name_pattern.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/path.h"

namespace bedplate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string FaultOf(const std::string& pattern) {
  const auto parsed = NamePattern::Parse(pattern);
  return parsed.ok() ? "none" : parsed.error().message();
}

/// What the pattern catches, or "no match".
std::string Catch(const std::string& pattern, const std::string& name) {
  const auto parsed = NamePattern::Parse(pattern);
  if (!parsed.ok()) return parsed.error().message();
  Caught caught;
  if (!parsed->Match(name, caught)) return "no match";
  std::string text;
  for (const auto& [hole, part] : caught) text += std::string(hole) + "=" + std::string(part) + ";";
  return text;
}

TEST(NamePatternTest, CatchesPartsOfANameByLevel) {
  EXPECT_EQ(Catch("acme/{site}/{line}/temp", "acme/leeds/line-3/temp"), "site=leeds;line=line-3;");
  EXPECT_EQ(Catch("acme/{site}/temp", "acme/leeds/line-3/temp"), "no match");
  EXPECT_EQ(Catch("acme/{site}/temp", "acme//temp"), "no match");
  EXPECT_EQ(Catch("acme/leeds", "acme/leeds"), "");
  EXPECT_EQ(Catch("acme/leeds", "acme/leeds/x"), "no match");
  EXPECT_EQ(Catch("acme/leeds/{x}", "acme/leeds"), "no match");
}

TEST(NamePatternTest, CatchesWithinALevel) {
  EXPECT_EQ(Catch("a/press-{n}/t", "a/press-12/t"), "n=12;");
  EXPECT_EQ(Catch("ns=2;s=Press.{n}.{signal}", "ns=2;s=Press.7.Temp"), "n=7;signal=Temp;");
  EXPECT_EQ(Catch("{a}_{b}", "x_y_z"), "a=x;b=y_z;");
  EXPECT_EQ(Catch("{a}_end", "x_end_end"), "a=x_end;");
  EXPECT_EQ(Catch("{a}.t", "t"), "no match");
}

TEST(NamePatternTest, TheRestMayHaveManyLevels) {
  EXPECT_EQ(Catch("umh/v1/{path...}", "umh/v1/acme/leeds/x"), "path=acme/leeds/x;");
  EXPECT_EQ(Catch("umh/v1/{path...}", "umh/v1"), "no match");
  EXPECT_EQ(Catch("umh/{v}/#", "umh/v1/acme/leeds"), "v=v1;");
  EXPECT_EQ(Catch("+/{site}", "acme/leeds"), "site=leeds;");
}

TEST(NamePatternTest, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(FaultOf(""), HasSubstr("empty"));
  EXPECT_EQ(FaultOf("a/{b"), "pattern 'a/{b', character 3: '{' without '}'");
  EXPECT_THAT(FaultOf("a/b}"), HasSubstr("'}' without '{'"));
  EXPECT_THAT(FaultOf("{a}{b}"), HasSubstr("text between"));
  EXPECT_THAT(FaultOf("{a}/{a}"), HasSubstr("comes twice"));
  EXPECT_THAT(FaultOf("{rest...}/a"), HasSubstr("nothing may follow"));
  EXPECT_THAT(FaultOf("a+/b"), HasSubstr("whole levels"));
  EXPECT_THAT(FaultOf("#/b"), HasSubstr("nothing may follow"));
  EXPECT_THAT(FaultOf("{}"), HasSubstr("needs a name"));
  EXPECT_THAT(FaultOf("{A b}"), HasSubstr("needs a name"));
}

TEST(NamePatternTest, TheFilterHasAllThatMatches) {
  EXPECT_EQ(NamePattern::Parse("acme/{site}/press-{n}/t")->Filter(), "acme/+/+/t");
  EXPECT_EQ(NamePattern::Parse("umh/v1/{path...}")->Filter(), "umh/v1/#");
  EXPECT_EQ(NamePattern::Parse("umh/press-{path...}")->Filter(), "umh/#");
  EXPECT_EQ(NamePattern::Parse("+/b/#")->Filter(), "+/b/#");
  EXPECT_EQ(NamePattern::Parse("{a}")->Filter(), "+");
  EXPECT_EQ(NamePattern::Parse("a/b")->Filter(), "a/b");
}

TEST(PathTemplateTest, PutsThePartsIntoAPath) {
  const auto to = PathTemplate::Parse("acme/{site}/press/{n}", {"site", "n"});
  ASSERT_TRUE(to.ok());
  EXPECT_EQ(to->Fill({{"site", "leeds"}, {"n", "7"}}), "acme/leeds/press/7");
  EXPECT_EQ(to->Fill({{"site", "a*b"}, {"n", "x/y"}}), "acme/a%2Ab/press/x/y");
}

TEST(PathTemplateTest, NamesAnUnknownHole) {
  const auto to = PathTemplate::Parse("acme/{sight}", {"site", "n"});
  ASSERT_FALSE(to.ok());
  EXPECT_EQ(to.error().message(),
            "path 'acme/{sight}', character 6: there is no {sight}; known: site, n");
  EXPECT_FALSE(PathTemplate::Parse("acme//x", {}).ok());
  EXPECT_FALSE(PathTemplate::Parse("", {}).ok());
}

/// Whatever a machine calls things: what matches is put together again from what was caught, and
/// the path that comes out is one.
TEST(NamePatternTest, WhatIsCaughtIsWhatStoodThere) {
  static constexpr std::string_view kAlphabet = "ab/.-*{x";
  std::mt19937 random(11);
  const auto pattern = NamePattern::Parse("a/{one}.{two}/{three...}");
  const auto to = PathTemplate::Parse("p/{one}/{two}/{three}", pattern->Holes());
  int matches = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string name = "a/";
    const std::size_t length = 2 + random() % 12;
    while (name.size() < length) name += kAlphabet[random() % kAlphabet.size()];
    Caught caught;
    if (!pattern->Match(name, caught)) continue;
    ++matches;
    ASSERT_EQ(caught.size(), 3U);
    EXPECT_EQ(name, "a/" + std::string(caught[0].second) + "." + std::string(caught[1].second) +
                        "/" + std::string(caught[2].second));
    EXPECT_TRUE(CheckPath(to->Fill(caught)).ok()) << name;
  }
  EXPECT_GT(matches, 100);
}

}  // namespace
}  // namespace bedplate
