#include "model/nearest_path.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

const std::vector<std::string> kPaths = {"acme/leeds/line-1/filler/temperature",
                                         "acme/leeds/line-1/filler/power", "mill/energy",
                                         "mill/output"};

std::string Nearest(std::string_view pattern) {
  return NearestPath(Glob::Parse(pattern).value(), kPaths).value_or("");
}

TEST(NearestPathTest, FindsWhatWasMisspelt) {
  EXPECT_EQ(Nearest("mill/enery"), "mill/energy");
  EXPECT_EQ(Nearest("mill/ouptut"), "mill/output");
  EXPECT_EQ(Nearest("Mill/Energy"), "mill/energy");
  EXPECT_EQ(Nearest("acme/leads/line-1/filler/powr"), "acme/leeds/line-1/filler/power");
}

TEST(NearestPathTest, APatternMayHaveWildcards) {
  EXPECT_EQ(Nearest("mil/ene*"), "mill/energy");
  EXPECT_EQ(Nearest("**/temprature"), "acme/leeds/line-1/filler/temperature");
  EXPECT_EQ(Nearest("{mall,bill}/outp?t"), "mill/output");
}

TEST(NearestPathTest, AStarMayHaveBeenMeantToSpanSegments) {
  EXPECT_EQ(Nearest("acme/leeds/*"), "acme/leeds/line-1/filler/temperature");
}

TEST(NearestPathTest, SuggestsNothingThatIsFar) {
  EXPECT_EQ(Nearest("mill/voltage"), "");
  EXPECT_EQ(Nearest("typo*"), "");
  EXPECT_EQ(Nearest("xx*"), "");
  EXPECT_EQ(NearestPath(Glob::Parse("mill").value(), {}), std::nullopt);
}

}  // namespace
}  // namespace bedplate
