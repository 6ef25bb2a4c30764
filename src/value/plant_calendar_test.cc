#include "value/plant_calendar.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

PlantCalendar Calendar(std::string_view zone) {
  auto calendar = PlantCalendar::ForZone(zone);
  BEDPLATE_CHECK(calendar.ok());
  return std::move(calendar).value();
}

std::string Utc(const PlantCalendar& calendar, std::string_view text) {
  const auto time = calendar.Parse(text);
  return time.ok() ? FormatTimestamp(time.value()) : "refused";
}

TEST(PlantCalendar, ReadsLocalAndAbsoluteTimes) {
  const PlantCalendar seoul = Calendar("Asia/Seoul");
  EXPECT_EQ(Utc(seoul, "2018-01-01"), "2017-12-31T15:00:00Z");
  EXPECT_EQ(Utc(seoul, "2018-01-01 06:30"), "2017-12-31T21:30:00Z");
  EXPECT_EQ(Utc(seoul, "2018-01-01T06:30:15"), "2017-12-31T21:30:15Z");
  EXPECT_EQ(Utc(seoul, "2018-01-01T06:30:00Z"), "2018-01-01T06:30:00Z");
  for (const char* bad : {"", "2018", "2018-13-01", "2018-02-30", "2018-01-01x", "01/02/2018",
                          "1969-12-31", "2200-01-02", "99999-01-01", "2018-01-01 25:00",
                          "2018-03-25 02:60:ya", "20-02-25 1:60:ya", "2018-01-01 06", "2018-1-1"}) {
    EXPECT_EQ(Utc(seoul, bad), "refused") << bad;
  }
}

TEST(PlantCalendar, TakesTheFirstMomentWhereTheClockChanges) {
  const PlantCalendar berlin = Calendar("Europe/Berlin");
  EXPECT_EQ(Utc(berlin, "2018-03-25 02:30"), "2018-03-25T01:00:00Z");  // does not exist
  EXPECT_EQ(Utc(berlin, "2018-10-28 02:30"), "2018-10-28T00:30:00Z");  // happens twice
}

TEST(PlantCalendar, NumbersHoursOfTheWeekFromMonday) {
  const PlantCalendar seoul = Calendar("Asia/Seoul");
  const Timestamp monday = seoul.Parse("2018-01-01").value();
  EXPECT_EQ(seoul.CodeOf(CalendarFactor::kHourOfWeek, monday), 0);
  EXPECT_EQ(seoul.CodeOf(CalendarFactor::kHourOfWeek, monday + hours(167)), 167);
  EXPECT_EQ(seoul.CodeOf(CalendarFactor::kHourOfWeek, monday + hours(168)), 0);
  EXPECT_EQ(seoul.CodeOf(CalendarFactor::kDayOfWeek, monday + hours(24 * 6)), 6);
  EXPECT_EQ(seoul.CodeOf(CalendarFactor::kHourOfDay, monday - minutes(1)), 23);
  EXPECT_EQ(PlantCalendar::WeekdayOf(-1), 2);  // 1969-12-31, a Wednesday
}

TEST(PlantCalendar, RefusesAnUnknownZone) {
  const auto calendar = PlantCalendar::ForZone("Mars/Olympus");
  ASSERT_FALSE(calendar.ok());
  EXPECT_NE(calendar.error().message().find("Mars/Olympus"), std::string::npos);
}

TEST(PlanBuckets, DaysAreAsLongAsClockChangesMakeThem) {
  const PlantCalendar berlin = Calendar("Europe/Berlin");
  const TimeRange march{berlin.Parse("2018-03-24").value(), berlin.Parse("2018-03-27").value()};
  const auto days = PlanBuckets(march, hours(24), berlin);
  ASSERT_TRUE(days.ok());
  ASSERT_EQ(days.value().size(), 3U);
  const TimeRange change = days.value().At(1);
  EXPECT_EQ(change.stop - change.start, hours(23));
  const auto quarters = PlanBuckets(march, minutes(15), berlin);
  ASSERT_TRUE(quarters.ok());
  EXPECT_EQ(quarters.value().size(), (24U + 23U + 24U) * 4U);
}

TEST(PlanBuckets, ADayThatStartsWithAShiftDoesSoWhenTheClockChanges) {
  const PlantCalendar berlin = Calendar("Europe/Berlin");
  const auto edges = [&](std::string_view from, std::string_view to) {
    const TimeRange range{berlin.Parse(from).value(), berlin.Parse(to).value()};
    std::vector<std::string> texts;
    for (const Timestamp edge : PlanBuckets(range, hours(24), berlin).value().edges) {
      texts.push_back(FormatTimestamp(edge));
    }
    return texts;
  };
  EXPECT_EQ(edges("2018-03-24 06:00", "2018-03-26 06:00"),
            (std::vector<std::string>{"2018-03-24T05:00:00Z", "2018-03-25T04:00:00Z",
                                      "2018-03-26T04:00:00Z"}));
  EXPECT_EQ(edges("2018-10-27 06:00", "2018-10-29 06:00"),
            (std::vector<std::string>{"2018-10-27T04:00:00Z", "2018-10-28T05:00:00Z",
                                      "2018-10-29T05:00:00Z"}));
  EXPECT_EQ(edges("2018-03-25 06:00", "2018-03-27 06:00"),
            (std::vector<std::string>{"2018-03-25T04:00:00Z", "2018-03-26T04:00:00Z",
                                      "2018-03-27T04:00:00Z"}));
}

TEST(PlanBuckets, ADayThatTheZoneLeftOutIsNone) {
  const PlantCalendar apia = Calendar("Pacific/Apia");  // went from 29 to 31 December 2011
  const TimeRange range{apia.Parse("2011-12-28").value(), apia.Parse("2012-01-02").value()};
  const Buckets days = PlanBuckets(range, hours(24), apia).value();
  ASSERT_EQ(days.size(), 4U);
  for (std::size_t i = 0; i < days.size(); ++i) {
    EXPECT_EQ(days.At(i).stop - days.At(i).start, hours(24)) << i;
    EXPECT_EQ(days.days[i], apia.DayOf(range.start) + static_cast<std::int32_t>(i < 2 ? i : i + 1));
  }
}

TEST(PlanBuckets, LeavesOutACutLastBucket) {
  const PlantCalendar seoul = Calendar("Asia/Seoul");
  const Timestamp start = seoul.Parse("2018-01-01").value();
  EXPECT_EQ(PlanBuckets({start, start + hours(24 * 20)}, hours(24 * 7), seoul).value().size(), 2U);
  EXPECT_EQ(PlanBuckets({start, start + minutes(59)}, hours(1), seoul).value().size(), 0U);
  EXPECT_EQ(PlanBuckets({start, start}, hours(1), seoul).value().size(), 0U);
}

TEST(PlanBuckets, RefusesOddGranularitiesAndTooManyBuckets) {
  const PlantCalendar seoul = Calendar("Asia/Seoul");
  EXPECT_FALSE(PlanBuckets(kAllTime, minutes(7), seoul).ok());
  const auto many = PlanBuckets(kAllTime, minutes(15), seoul);
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(many.error().code(), ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace bedplate
