#include "connectors/files/time_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLocal = "%Y-%m-%d %H:%M";

/// What a time means, in UTC, or the error.
std::string Read(const TimeOptions& options, std::string_view text,
                 std::optional<Timestamp> previous = {}) {
  auto reader = TimeReader::Make(options);
  if (!reader.ok()) return "error: " + reader.error().message();
  const auto time = reader->Read(text, previous);
  return time.ok() ? FormatTimestamp(*time) : "error: " + time.error().message();
}

std::string InUtc(const char* format, std::string_view text) {
  return Read({.format = format, .zone = "UTC"}, text);
}

TEST(TimeReader, ReadsTheFieldsOfAFormat) {
  EXPECT_EQ(InUtc("%d/%m/%Y %H:%M", "01/02/2018 00:15"), "2018-02-01T00:15:00Z");
  EXPECT_EQ(InUtc("%d/%m/%Y %H:%M", "1/2/2018   9:05"), "2018-02-01T09:05:00Z");
  EXPECT_EQ(InUtc("%m/%d/%y %I:%M %p", "02/01/18 12:15 AM"), "2018-02-01T00:15:00Z");
  EXPECT_EQ(InUtc("%m/%d/%y %I:%M %p", "02/01/70 12:15 pm"), "1970-02-01T12:15:00Z");
  EXPECT_EQ(InUtc("%F %T.%f", "2018-02-01 01:02:03.045"), "2018-02-01T01:02:03.045Z");
  EXPECT_EQ(InUtc("%d-%b-%Y", "28-FEB-2018"), "2018-02-28T00:00:00Z");
  EXPECT_EQ(InUtc("%Y%j", "2018365"), "2018-12-31T00:00:00Z");
  EXPECT_EQ(InUtc("%Y%m%d%H%M%S", "20180201010203"), "2018-02-01T01:02:03Z");
  EXPECT_EQ(InUtc("100%% %F", "100% 2018-02-01"), "2018-02-01T00:00:00Z");
  EXPECT_EQ(InUtc("%F %H:%M", "2018-02-01 24:00"), "2018-02-02T00:00:00Z");
  EXPECT_EQ(Read({.format = "%FT%T%z"}, "2018-02-01T01:00:00+05:30"), "2018-01-31T19:30:00Z");
  EXPECT_EQ(Read({.format = "%FT%T%z"}, "2018-02-01T01:00:00Z"), "2018-02-01T01:00:00Z");
}

TEST(TimeReader, RefusesTimesThatDoNotFit) {
  for (const std::string_view text :
       {"", "2018-02-29 00:00", "2018-13-01 00:00", "2018-01-01 24:01", "2018-01-01 00:60",
        "2018-01-01", "2018-01-01 00:00Z", "18-01-01 00:00", " 2018-01-01 00:00",
        "2500-01-01 00:00", "2018-01-32 00:00", "2018-00-10 00:00"}) {
    EXPECT_THAT(InUtc(kLocal, text), HasSubstr("error")) << text;
  }
  EXPECT_THAT(InUtc("%Y%j", "2018366"), HasSubstr("error"));
  EXPECT_EQ(
      InUtc(kLocal, "2018-01-01 0x:00"),
      "error: '2018-01-01 0x:00' is not a time of the format '%Y-%m-%d %H:%M' from 'x:00' on");
}

TEST(TimeReader, ReadsEpochsExactly) {
  EXPECT_EQ(Read({.format = "epoch_s"}, "1514764800"), "2018-01-01T00:00:00Z");
  EXPECT_EQ(Read({.format = "epoch_s"}, "1514764800.25"), "2018-01-01T00:00:00.25Z");
  EXPECT_EQ(Read({.format = "epoch_s"}, "-0.5"), "1969-12-31T23:59:59.5Z");
  EXPECT_EQ(Read({.format = "epoch_ms"}, "1514764800001"), "2018-01-01T00:00:00.001Z");
  EXPECT_EQ(Read({.format = "epoch_ns"}, "1514764800000000001"), "2018-01-01T00:00:00.000000001Z");
  EXPECT_EQ(Read({.format = "epoch_ms"}, "1.0000000"), "1970-01-01T00:00:00.001Z");
  for (const std::string_view text : {"", "x", "1.", ".5", "1e9", "1.00000001",
                                      "99999999999999999999", "9223372036854775807", "1 "}) {
    EXPECT_THAT(Read({.format = "epoch_ms"}, text), HasSubstr("error")) << text;
  }
}

TEST(TimeReader, ReadsRfc3339ButNoPlainNumbers) {
  EXPECT_EQ(Read({.format = "rfc3339"}, "2018-01-01T01:00:00+01:00"), "2018-01-01T00:00:00Z");
  EXPECT_THAT(Read({.format = "rfc3339"}, "1514764800000"), HasSubstr("error"));
  EXPECT_THAT(Read({.format = "rfc3339"}, "-1514764800000"), HasSubstr("error"));
}

TEST(TimeReader, RefusesFormatsAndZonesItDoesNotKnow) {
  EXPECT_THAT(Read({.format = "%Y-%m-%d %Q", .zone = "UTC"}, ""), HasSubstr("'%Q'"));
  EXPECT_THAT(Read({.format = "%H:%M", .zone = "UTC"}, ""), HasSubstr("a year, a month and a day"));
  EXPECT_THAT(Read({.format = "%F %", .zone = "UTC"}, ""), HasSubstr("unknown field"));
  EXPECT_THAT(Read({.format = kLocal, .zone = "Europe/Atlantis"}, ""),
              HasSubstr("'Europe/Atlantis' is not a time zone"));
  EXPECT_THAT(Read({.format = kLocal}, ""), HasSubstr("is not a time zone"));
}

// Berlin, 2018: clocks went from 02:00 CET to 03:00 CEST on 25 March (01:00 UTC) and from 03:00
// CEST to 02:00 CET on 28 October (01:00 UTC); directive 2000/84/EC.
TimeOptions Berlin(AmbiguousTime ambiguous, NonexistentTime nonexistent) {
  return {.format = kLocal,
          .zone = "Europe/Berlin",
          .ambiguous = ambiguous,
          .nonexistent = nonexistent};
}

TEST(TimeReader, KnowsTheHourThatIsMissingInSpring) {
  const TimeOptions reject = Berlin(AmbiguousTime::kReject, NonexistentTime::kReject);
  EXPECT_EQ(Read(reject, "2018-03-25 01:59"), "2018-03-25T00:59:00Z");
  EXPECT_EQ(Read(reject, "2018-03-25 03:00"), "2018-03-25T01:00:00Z");
  EXPECT_THAT(Read(reject, "2018-03-25 02:00"), HasSubstr("does not exist in Europe/Berlin"));
  EXPECT_THAT(Read(reject, "2018-03-25 02:59"), HasSubstr("does not exist in Europe/Berlin"));
  const TimeOptions shift = Berlin(AmbiguousTime::kReject, NonexistentTime::kShift);
  EXPECT_EQ(Read(shift, "2018-03-25 02:30"), "2018-03-25T01:30:00Z");
}

TEST(TimeReader, KnowsTheHourThatComesTwiceInAutumn) {
  const auto berlin = [](AmbiguousTime ambiguous) {
    return Berlin(ambiguous, NonexistentTime::kReject);
  };
  EXPECT_EQ(Read(berlin(AmbiguousTime::kReject), "2018-10-28 01:59"), "2018-10-27T23:59:00Z");
  EXPECT_EQ(Read(berlin(AmbiguousTime::kReject), "2018-10-28 03:00"), "2018-10-28T02:00:00Z");
  EXPECT_THAT(Read(berlin(AmbiguousTime::kReject), "2018-10-28 02:00"), HasSubstr("comes twice"));
  EXPECT_EQ(Read(berlin(AmbiguousTime::kEarlier), "2018-10-28 02:30"), "2018-10-28T00:30:00Z");
  EXPECT_EQ(Read(berlin(AmbiguousTime::kLater), "2018-10-28 02:30"), "2018-10-28T01:30:00Z");
}

TEST(TimeReader, TellsTheTwoHoursApartByTheirOrder) {
  auto reader = TimeReader::Make(Berlin(AmbiguousTime::kSequence, NonexistentTime::kReject));
  ASSERT_TRUE(reader.ok());
  std::optional<Timestamp> previous;
  std::vector<std::string> times;
  for (const char* text : {"2018-10-28 01:30", "2018-10-28 02:00", "2018-10-28 02:30",
                           "2018-10-28 02:00", "2018-10-28 02:30", "2018-10-28 03:00"}) {
    const auto time = reader->Read(text, previous);
    ASSERT_TRUE(time.ok()) << time.error().message();
    times.push_back(FormatTimestamp(*time).substr(11, 5));
    previous = *time;
  }
  EXPECT_EQ(times,
            (std::vector<std::string>{"23:30", "00:00", "00:30", "01:00", "01:30", "02:00"}));
  const auto third = reader->Read("2018-10-28 02:00", previous);
  ASSERT_FALSE(third.ok());
  EXPECT_THAT(third.error().message(), HasSubstr("neither of the two follows"));
}

TEST(TimeReader, EveryQuarterOfAYearInAZoneFollowsTheOneBefore) {
  // The zone's own clock from UTC and back is the identity, and the reader's memory of an offset
  // must not outlive it.
  auto reader = TimeReader::Make(Berlin(AmbiguousTime::kSequence, NonexistentTime::kReject));
  ASSERT_TRUE(reader.ok());
  constexpr std::int64_t kSpring = 1'521'939'600;  // 2018-03-25T01:00:00Z
  constexpr std::int64_t kAutumn = 1'540'688'400;  // 2018-10-28T01:00:00Z
  std::optional<Timestamp> previous;
  for (std::int64_t utc = 1'514'764'800; utc < 1'546'300'800; utc += 900) {
    const std::int64_t offset = utc >= kSpring && utc < kAutumn ? 7200 : 3600;
    std::string local = FormatTimestamp(Timestamp::FromSeconds(utc + offset)).substr(0, 16);
    local[10] = ' ';
    const auto time = reader->Read(local, previous);
    ASSERT_TRUE(time.ok()) << time.error().message();
    ASSERT_EQ(time->nanoseconds(), utc * 1'000'000'000) << local;
    previous = *time;
  }
}

TEST(TimeReader, TakesMidnightForTheEndOfItsDayWhenTold) {
  TimeOptions options{
      .format = "%d/%m/%Y %H:%M", .zone = "Asia/Seoul", .midnight = MidnightMeaning::kEndOfDay};
  EXPECT_EQ(Read(options, "01/01/2018 23:45"), "2018-01-01T14:45:00Z");
  EXPECT_EQ(Read(options, "01/01/2018 00:00"), "2018-01-01T15:00:00Z");
  EXPECT_EQ(Read(options, "02/01/2018 00:15"), "2018-01-01T15:15:00Z");
  EXPECT_EQ(Read(options, "31/12/2018 00:00"), "2018-12-31T15:00:00Z");
  options.midnight = MidnightMeaning::kStartOfDay;
  EXPECT_EQ(Read(options, "01/01/2018 00:00"), "2017-12-31T15:00:00Z");
}

}  // namespace
}  // namespace bedplate
