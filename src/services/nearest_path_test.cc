#include "services/nearest_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace bedplate {
namespace {

using ::testing::Optional;

const std::vector<std::string> kPaths = {
    "acme/leeds/line-1/energy",
    "acme/leeds/line-1/power",
    "acme/leeds/line-2/energy",
    "acme/leeds/weather/outside",
    "acme/energy",
};

TEST(NearestPathTest, OneSegmentMayBeMisspelled) {
  EXPECT_THAT(NearestPath("acme/leeds/line-1/enrgy", kPaths), Optional(kPaths[0]));
  EXPECT_THAT(NearestPath("acme/leeds/line-1/Power", kPaths), Optional(kPaths[1]));
  EXPECT_THAT(NearestPath("acme/leeds/lin-2/energy", kPaths), Optional(kPaths[2]));
  EXPECT_THAT(NearestPath("acm/energy", kPaths), Optional(kPaths[4]));
}

TEST(NearestPathTest, TheNearestOfSeveralIsNamed) {
  const std::vector<std::string> paths = {"a/flow-11", "a/flow-1", "a/flow-12"};
  EXPECT_THAT(NearestPath("a/flow1", paths), Optional(std::string("a/flow-1")));
}

TEST(NearestPathTest, WhatLacksItsBeginningIsCompleted) {
  EXPECT_THAT(NearestPath("weather/outside", kPaths), Optional(kPaths[3]));
  EXPECT_EQ(NearestPath("energy", kPaths), std::nullopt);  // three end so
}

TEST(NearestPathTest, NothingNearIsNothing) {
  EXPECT_EQ(NearestPath("acme/leeds/line-1/tonnes", kPaths), std::nullopt);
  EXPECT_EQ(NearestPath("acme/lyon/lin-1/enrgy", kPaths), std::nullopt);
  EXPECT_EQ(NearestPath("", kPaths), std::nullopt);
  EXPECT_EQ(NearestPath("acme/energy", {}), std::nullopt);
  EXPECT_EQ(NearestPath("acme/leeds/line-1/power/energy", kPaths), std::nullopt);
}

TEST(NearestPathTest, APathMayBeAsLongAsItWants) {
  const std::string parent(900, 'x');
  const std::vector<std::string> paths = {parent + "/energy"};
  EXPECT_THAT(NearestPath(parent + "/enery", paths), Optional(paths[0]));
}

}  // namespace
}  // namespace bedplate
