#include "connectors/line_protocol/line_path.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(LinePath, IsMeasurementTagValuesByKeyAndField) {
  const LineKey key{.measurement = "m", .tags = {{"a", "x"}, {"b", "y z"}}};
  EXPECT_EQ(PathOfLineField(PathOfLineKey(key), "f"), "m/x/y z/f");
  EXPECT_EQ(PathOfLineField("acme/leeds/press", "temperature"), "acme/leeds/press/temperature");
}

}  // namespace
}  // namespace bedplate
