#include "base/time_parts.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;

std::optional<minutes> Offset(std::string_view text, OffsetMinutes rule, std::string_view rest) {
  const auto offset = TakeOffset(text, rule);
  if (offset) {
    EXPECT_EQ(text, rest);
  }
  return offset;
}

TEST(TimePartsTest, OffsetsOfBothForms) {
  for (const OffsetMinutes rule : {OffsetMinutes::kRequired, OffsetMinutes::kOptional}) {
    EXPECT_EQ(Offset("Zx", rule, "x"), minutes(0));
    EXPECT_EQ(Offset("z", rule, ""), minutes(0));
    EXPECT_EQ(Offset("+01:30x", rule, "x"), minutes(90));
    EXPECT_EQ(Offset("-0130", rule, ""), minutes(-90));
    EXPECT_EQ(Offset("-23:59", rule, ""), minutes(-1439));
    for (const std::string_view bad :
         {"", "x", "01:00", "+", "+1", "+1:00", "+24:00", "+01:60", "+01:", "+01:3", "+:30"}) {
      EXPECT_EQ(Offset(bad, rule, ""), std::nullopt) << bad;
    }
  }
}

TEST(TimePartsTest, HoursAloneWhereAllowed) {
  EXPECT_EQ(Offset("+01", OffsetMinutes::kRequired, ""), std::nullopt);
  EXPECT_EQ(Offset("+01", OffsetMinutes::kOptional, ""), minutes(60));
  EXPECT_EQ(Offset("-05 x", OffsetMinutes::kOptional, " x"), minutes(-300));
}

TEST(TimePartsTest, FractionsAreNeverRounded) {
  const auto fraction = [](std::string_view text) { return TakeFraction(text); };
  EXPECT_EQ(fraction("5"), nanoseconds(500'000'000));
  EXPECT_EQ(fraction("000000001Z"), nanoseconds(1));
  EXPECT_EQ(fraction("0000000010"), std::nullopt);
  EXPECT_EQ(fraction("Z"), std::nullopt);
  EXPECT_EQ(fraction(""), std::nullopt);
}

}  // namespace
}  // namespace bedplate
