#include "api/json_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

namespace bedplate {
namespace {

std::string Milliseconds(std::int64_t nanoseconds) {
  std::string text;
  AppendMilliseconds(text, nanoseconds);
  return text;
}

TEST(JsonWriterTest, PutsCommasWhereTheyBelong) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("a").BeginArray().Integer(1).Integer(-2).BeginArray().EndArray();
  json.BeginObject().EndObject().EndArray();
  json.Key("b").Bool(true).Key("c").Null().Key("d").Text("x\"\\/\t").EndObject();
  EXPECT_EQ(text, R"({"a":[1,-2,[],{}],"b":true,"c":null,"d":"x\"\\/\t"})");
}

TEST(JsonWriterTest, WhatIsNoNumberIsNull) {
  std::string text;
  const std::vector<double> numbers{1, std::numeric_limits<double>::quiet_NaN(),
                                    -std::numeric_limits<double>::infinity(), 0.1};
  JsonWriter(text).Numbers(numbers);
  EXPECT_EQ(text, "[1,null,null,0.1]");
}

TEST(JsonWriterTest, MillisecondsAreExact) {
  EXPECT_EQ(Milliseconds(0), "0");
  EXPECT_EQ(Milliseconds(1'514'764'800'000'000'000), "1514764800000");
  EXPECT_EQ(Milliseconds(1'500'000), "1.5");
  EXPECT_EQ(Milliseconds(1), "0.000001");
  EXPECT_EQ(Milliseconds(-1), "-0.000001");
  EXPECT_EQ(Milliseconds(-2'500'000), "-2.5");
  EXPECT_EQ(Milliseconds(std::numeric_limits<std::int64_t>::max()), "9223372036854.775807");
  EXPECT_EQ(Milliseconds(std::numeric_limits<std::int64_t>::min()), "-9223372036854.775808");
}

TEST(JsonWriterTest, MillisecondsReadBackToTheNanosecond) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    auto time = static_cast<std::int64_t>(random());  // of any sign
    if (i % 3 == 1) time -= time % 1'000;
    if (i % 3 == 2) time -= time % 1'000'000;
    const auto read = ParseTimestamp(Milliseconds(time));
    ASSERT_TRUE(read.ok()) << Milliseconds(time);
    ASSERT_EQ(read->nanoseconds(), time);
  }
}

TEST(JsonWriterTest, WholeColumns) {
  std::string text;
  const std::vector<std::uint64_t> counts{0, 18'446'744'073'709'551'615ULL};
  const std::vector<std::int64_t> times{0, 1'000'000};
  JsonWriter json(text);
  json.BeginArray().Unsigneds(counts).MillisecondsOf(times).Unsigneds({}).EndArray();
  EXPECT_EQ(text, "[[0,18446744073709551615],[0,1],[]]");
}

}  // namespace
}  // namespace bedplate
