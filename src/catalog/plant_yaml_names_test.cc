#include "catalog/plant_yaml_names.h"

#include <gmock/gmock.h>

namespace bedplate {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Expand(std::string_view pattern) {
  const auto names = ExpandNames(pattern, 100);
  if (!names.ok()) return {names.error().message()};
  return *names;
}

TEST(ExpandNamesTest, RangesAndLists) {
  EXPECT_THAT(Expand("filler"), ElementsAre("filler"));
  EXPECT_THAT(Expand("line-{1..4}"), ElementsAre("line-1", "line-2", "line-3", "line-4"));
  EXPECT_THAT(Expand("{8..11}"), ElementsAre("8", "9", "10", "11"));
  EXPECT_THAT(Expand("m{08..11}x"), ElementsAre("m08x", "m09x", "m10x", "m11x"));
  EXPECT_THAT(Expand("{0..1}"), ElementsAre("0", "1"));
  EXPECT_THAT(Expand("{mixer,filler}"), ElementsAre("mixer", "filler"));
  EXPECT_THAT(Expand("{a,b}-{1..2}"), ElementsAre("a-1", "a-2", "b-1", "b-2"));
  EXPECT_THAT(Expand("{7..7}"), ElementsAre("7"));
}

TEST(ExpandNamesTest, WhatIsNeitherIsRefused) {
  for (const std::string_view pattern : {"{}", "{a}", "{1..}", "{..1}", "{2..1}", "{1..x}",
                                         "{-1..1}", "{1..99999999999}", "{{1..2}}", "{1...3}"}) {
    EXPECT_THAT(Expand(pattern), ElementsAre("a range {1..4} or a list {a,b} in the braces"))
        << pattern;
  }
  EXPECT_THAT(Expand("{1..2"), ElementsAre("a '}' for each '{'"));
}

TEST(ExpandNamesTest, TheLimitHoldsBeforeAnythingIsBuilt) {
  const auto code = [](std::string_view pattern, std::size_t limit) {
    const auto names = ExpandNames(pattern, limit);
    return names.ok() ? ErrorCode::kInternal : names.error().code();
  };
  EXPECT_TRUE(ExpandNames("{1..100}", 100).ok());
  EXPECT_EQ(code("{1..101}", 100), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code("{0..4294967295}", 100), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code("{1..11}{1..10}", 100), ErrorCode::kResourceExhausted);
  EXPECT_EQ(code("a", 0), ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace bedplate
