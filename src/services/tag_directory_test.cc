#include "services/tag_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;

constexpr const char* kPlant = R"(format: bedplate/plant/1
assets:
  acme:
    level: enterprise
    tags:
      power: {type: double, unit: kW, description: Power of the whole works}
      state: {type: string}
)";

std::vector<std::string> Paths(const std::vector<TagView>& views) {
  std::vector<std::string> paths;
  for (const TagView& view : views) paths.push_back(view.tag.path);
  return paths;
}

class TagDirectoryTest : public WorkspaceTest {
 protected:
  TagDirectoryTest() {
    Open();
    Apply(kPlant);
    Ingest("acme/power", {{kMidnight, 4.0, kGood}});
    Ingest("line/3/filler/count", {{kMidnight, std::int64_t{7}, kGood}});
  }

  std::vector<std::string> List(std::string_view glob, std::string words = "") {
    auto list = services().tags().List({GlobOf(glob), std::move(words)});
    EXPECT_TRUE(list.ok());
    return Paths(list.value().tags);
  }
};

TEST_F(TagDirectoryTest, JoinsDeclaredAndWrittenTagsByPath) {
  const auto list = services().tags().List({GlobOf("**"), ""});
  ASSERT_TRUE(list.ok());
  EXPECT_THAT(Paths(list.value().tags),
              ElementsAre("acme/power", "acme/state", "line/3/filler/count"));
  const TagView& power = list.value().tags[0];
  EXPECT_TRUE(power.tag.declared);
  EXPECT_EQ(power.tag.unit, "kW");
  EXPECT_EQ(power.series->samples, 1U);
  EXPECT_FALSE(list.value().tags[1].series);
  const TagView& count = list.value().tags[2];
  EXPECT_FALSE(count.tag.declared);
  EXPECT_EQ(count.tag.type, ValueType::kInt64);
  EXPECT_FALSE(list.value().truncated);
}

TEST_F(TagDirectoryTest, EveryWordMustStandInPathOrDescription) {
  EXPECT_THAT(List("**", "WHOLE power"), ElementsAre("acme/power"));
  EXPECT_THAT(List("**", "  filler  "), ElementsAre("line/3/filler/count"));
  EXPECT_THAT(List("**", "filler power"), ElementsAre());
  EXPECT_THAT(List("acme/*", ""), ElementsAre("acme/power", "acme/state"));
}

TEST_F(TagDirectoryTest, TheLimitIsSaid) {
  const auto list = services().tags().List({GlobOf("**"), "", 2});
  EXPECT_EQ(list.value().tags.size(), 2U);
  EXPECT_TRUE(list.value().truncated);
  EXPECT_FALSE(services().tags().List({GlobOf("**"), "", 3}).value().truncated);
}

TEST_F(TagDirectoryTest, OverlappingGlobsGiveEachTagOnce) {
  const std::vector<Glob> globs{GlobOf("line/**"), GlobOf("**/power"), GlobOf("acme/power")};
  const auto views = services().tags().Match(globs);
  ASSERT_TRUE(views.ok());
  EXPECT_THAT(Paths(views.value()), ElementsAre("acme/power", "line/3/filler/count"));
}

TEST_F(TagDirectoryTest, FindSaysWhatIsMissing) {
  EXPECT_EQ(services().tags().Find("acme/state").value().tag.type, ValueType::kString);
  const auto missing = services().tags().Find("acme/stat");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(services().tags().Find("a//b").error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace bedplate
