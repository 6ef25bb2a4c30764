#include "base/time.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

struct Instant {
  const char* text;
  std::int64_t nanoseconds;
  const char* formatted;
};

constexpr Instant kInstants[] = {
    // RFC 3339, section 5.8; the leap second it shows is refused, as POSIX time has none.
    {"1985-04-12T23:20:50.52Z", 482'196'050'520'000'000, "1985-04-12T23:20:50.52Z"},
    {"1996-12-19T16:39:57-08:00", 851'042'397'000'000'000, "1996-12-20T00:39:57Z"},
    {"1937-01-01T12:00:27.87+00:20", -1'041'337'172'130'000'000, "1937-01-01T11:40:27.87Z"},
    {"1970-01-01", 0, "1970-01-01T00:00:00Z"},
    {"2018-01-01 00:15:00Z", 1'514'765'700'000'000'000, "2018-01-01T00:15:00Z"},
    {"2018-01-01t00:15z", 1'514'765'700'000'000'000, "2018-01-01T00:15:00Z"},
    {"2000-02-29T00:00:00.000000001Z", 951'782'400'000'000'001, "2000-02-29T00:00:00.000000001Z"},
    {"2018-06-01T12:00:00+0530", 1'527'834'600'000'000'000, "2018-06-01T06:30:00Z"},
    {"1514765700000", 1'514'765'700'000'000'000, "2018-01-01T00:15:00Z"},
    {"-1", -1'000'000, "1969-12-31T23:59:59.999Z"},
    {"1700199999000.000001", 1'700'199'999'000'000'001, "2023-11-17T05:46:39.000000001Z"},
    {"1700199999000.0", 1'700'199'999'000'000'000, "2023-11-17T05:46:39Z"},
    {"1700199999000.5", 1'700'199'999'000'500'000, "2023-11-17T05:46:39.0005Z"},
    {"-0.000001", -1, "1969-12-31T23:59:59.999999999Z"},
    {"-1.5", -1'500'000, "1969-12-31T23:59:59.9985Z"},
    {"9223372036854.775807", std::numeric_limits<std::int64_t>::max(),
     "2262-04-11T23:47:16.854775807Z"},
    {"-9223372036854.775808", std::numeric_limits<std::int64_t>::min(),
     "1677-09-21T00:12:43.145224192Z"},
    {"2200-01-01T00:00:00Z", 7'258'118'400'000'000'000, "2200-01-01T00:00:00Z"},
};

TEST(TimestampTest, ReadsAndWritesRfc3339) {
  for (const Instant& row : kInstants) {
    const auto read = ParseTimestamp(row.text);
    ASSERT_TRUE(read.ok()) << row.text;
    EXPECT_EQ(read->nanoseconds(), row.nanoseconds) << row.text;
    EXPECT_EQ(FormatTimestamp(*read), row.formatted);
  }
}

TEST(TimestampTest, RefusesWhatIsNoInstant) {
  for (const char* text : {"",
                           " ",
                           "now",
                           "2018",
                           "-",
                           "2018-13-01",
                           "2018-00-01",
                           "2018-02-29",
                           "2018-01-32",
                           "2018-1-1",
                           "18-01-01",
                           "2018-01-01T",
                           "2018-01-01T00:15:00",
                           "2018-01-01T24:00:00Z",
                           "2018-01-01T00:60:00Z",
                           "1990-12-31T23:59:60Z",
                           "2018-01-01T00:15:00.Z",
                           "2018-01-01T00:15:00.0000000001Z",
                           "2018-01-01T00:15:00Zx",
                           "2018-01-01T00:15:00+",
                           "2018-01-01T00:15:00+1",
                           "2018-01-01T00:15:00+24:00",
                           "2018-01-01T00:15:00+01:60",
                           "01/01/2018",
                           "2018-01-01x",
                           "9999-01-01",
                           "0001-01-01T00:00:00Z",
                           "1e3",
                           "99999999999999999999",
                           "1700199999000.",
                           ".5",
                           "1700199999000.0000001",
                           "1700199999000.5.5",
                           "1700199999000.5x",
                           "1700199999000,5",
                           "1.5e3",
                           "9223372036854.775808",
                           "-9223372036854.775809",
                           "9223372036855"}) {
    const auto read = ParseTimestamp(text);
    if (std::string(text) == "2018") {
      // A bare whole number is milliseconds, whatever else it looks like.
      EXPECT_EQ(read.value(), Timestamp::FromMilliseconds(2018));
      continue;
    }
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(read.error().message().find("'" + std::string(text) + "'"), std::string::npos);
  }
}

TEST(TimestampTest, EveryInstantReadsBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto range = static_cast<std::uint64_t>(kMaxTimestamp.nanoseconds());
    std::int64_t value = static_cast<std::int64_t>(random() % range);
    // As often whole seconds and milliseconds, which are written shorter.
    if (i % 3 == 1) value -= value % 1'000'000'000;
    if (i % 3 == 2) value -= value % 1'000'000;
    const Timestamp time(value);
    ASSERT_EQ(ParseTimestamp(FormatTimestamp(time)).value(), time);
  }
}

TEST(TimestampTest, EveryInt64IsWritten) {
  EXPECT_EQ(FormatTimestamp(Timestamp(std::numeric_limits<std::int64_t>::min())),
            "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(FormatTimestamp(Timestamp(std::numeric_limits<std::int64_t>::max())),
            "2262-04-11T23:47:16.854775807Z");
}

TEST(TimestampTest, OnlyTheStorableRangeIsStorable) {
  EXPECT_TRUE(IsStorable(kMinTimestamp));
  EXPECT_FALSE(IsStorable(kMinTimestamp - nanoseconds(1)));
  EXPECT_FALSE(IsStorable(kMaxTimestamp));
  EXPECT_TRUE(IsStorable(kMaxTimestamp - nanoseconds(1)));
}

TEST(TimeRangeTest, IsHalfOpen) {
  const TimeRange range{Timestamp(10), Timestamp(20)};
  EXPECT_TRUE(range.Contains(Timestamp(10)));
  EXPECT_FALSE(range.Contains(Timestamp(20)));
  EXPECT_FALSE(range.Empty());
  EXPECT_TRUE((TimeRange{Timestamp(10), Timestamp(10)}).Empty());
}

TEST(DurationTest, ReadsAWholeNumberAndAUnit) {
  EXPECT_EQ(ParseDuration("250ms").value(), std::chrono::milliseconds(250));
  EXPECT_EQ(ParseDuration("1s").value(), std::chrono::seconds(1));
  EXPECT_EQ(ParseDuration("15m").value(), std::chrono::minutes(15));
  EXPECT_EQ(ParseDuration("1d").value(), std::chrono::hours(24));
  EXPECT_EQ(ParseDuration("1w").value(), std::chrono::hours(168));
  EXPECT_EQ(ParseDuration("7us").value(), std::chrono::microseconds(7));
}

TEST(DurationTest, RefusesTheRest) {
  for (const char* text : {"", "s", "1", "0s", "-1s", "+1s", "1.5s", "1 s", "1S", "1min", "1s ",
                           "99999999999999w", "99999999999999999999s"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(DurationTest, TheShortestFormReadsBack) {
  EXPECT_EQ(FormatDuration(std::chrono::minutes(15)), "15m");
  EXPECT_EQ(FormatDuration(std::chrono::minutes(120)), "2h");
  EXPECT_EQ(FormatDuration(std::chrono::milliseconds(1500)), "1500ms");
  EXPECT_EQ(FormatDuration(nanoseconds(0)), "0s");
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; ++i) {
    const nanoseconds duration(static_cast<std::int64_t>(random() >> (1 + random() % 60)) + 1);
    ASSERT_EQ(ParseDuration(FormatDuration(duration)).value(), duration);
  }
}

}  // namespace
}  // namespace bedplate
