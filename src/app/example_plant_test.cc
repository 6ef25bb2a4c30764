#include "app/example_plant.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

TEST(ExamplePlant, EveryDateMovesByTheSameDays) {
  EXPECT_EQ(ShiftDates("{from: 2018-01-01, to: 2018-07-01} # 2018-12-31", 1),
            "{from: 2018-01-02, to: 2018-07-02} # 2019-01-01");
  EXPECT_EQ(ShiftDates("2016-02-28", 1), "2016-02-29");
  EXPECT_EQ(ShiftDates("no date, 0.08, 2018-1", 7), "no date, 0.08, 2018-1");
  EXPECT_EQ(ShiftDates(ShiftDates("a 2018-03-01", 400), -400), "a 2018-03-01");
}

}  // namespace
}  // namespace bedplate
