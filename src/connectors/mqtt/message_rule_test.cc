// What rules make of messages; docs/guides/mqtt.md shows the same payloads.

#include "connectors/mqtt/message_rule.h"

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate::mqtt {
namespace {

using testing::HasSubstr;

constexpr Timestamp kArrival = Timestamp::FromSeconds(1'700'000'000);

std::string TextOf(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}i", *number);
  return fmt::format("{}", std::get<double>(value));
}

/// The values of a message, one a line: path, value and, where it is not that of arrival, time.
std::string Apply(const std::string& yaml, const std::string& topic, std::string_view payload) {
  YamlFaults faults("rule.yaml");
  const YamlValue node = ParseYaml(yaml, faults);
  const auto rule = MessageRule::Read(node, "map", faults);
  if (!rule) return faults.list().front().ToString();
  Caught caught;
  if (!rule->topic().Match(topic, caught)) return "no match";
  const auto values = rule->Apply(caught, payload, kArrival);
  if (!values.ok()) return "refused: " + values.error().ToString();
  std::string text;
  for (const MessageValue& value : *values) {
    text += value.path + " " + TextOf(value.sample.value);
    if (value.sample.time != kArrival) text += " " + FormatTimestamp(value.sample.time);
    text += "\n";
  }
  return text;
}

constexpr char kPlain[] = "{topic: 'acme/{line}/temp', to: 'acme/{line}/temperature'}";

TEST(MessageRuleTest, APlainPayloadIsANumberOrASwitch) {
  EXPECT_EQ(Apply(kPlain, "acme/l3/temp", "21.5"), "acme/l3/temperature 21.5\n");
  EXPECT_EQ(Apply(kPlain, "acme/l3/temp", " -1e-3\r\n"), "acme/l3/temperature -0.001\n");
  EXPECT_EQ(Apply(kPlain, "acme/l3/temp", "ON"), "acme/l3/temperature true\n");
  EXPECT_EQ(Apply(kPlain, "acme/l3/temp", "false"), "acme/l3/temperature false\n");
  EXPECT_EQ(Apply(kPlain, "acme/l3/temp", "warm"),
            "refused: expected a number, true or false for acme/l3/temperature, got 'warm'");
  EXPECT_THAT(Apply(kPlain, "acme/l3/temp", ""), HasSubstr("refused"));
  EXPECT_THAT(Apply(kPlain, "acme/l3/temp", "nan"), HasSubstr("refused"));
  EXPECT_THAT(Apply(kPlain, "acme/l3/temp", "\xFF"), HasSubstr("UTF-8"));
}

TEST(MessageRuleTest, TheTypeOfTheRuleDecides) {
  EXPECT_EQ(Apply("{topic: a, to: a, type: string}", "a", "warm"), "a 'warm'\n");
  EXPECT_EQ(Apply("{topic: a, to: a, type: int64}", "a", "9007199254740993"),
            "a 9007199254740993i\n");
  EXPECT_THAT(Apply("{topic: a, to: a, type: int64}", "a", "1.5"), HasSubstr("expected int64"));
  EXPECT_EQ(Apply("{topic: a, to: a, type: bool}", "a", "1"), "a true\n");
  EXPECT_EQ(Apply("{topic: a, to: a, value: /v, type: int64}", "a", R"({"v": "12"})"), "a 12i\n");
}

TEST(MessageRuleTest, ScaleAndOffset) {
  EXPECT_EQ(Apply("{topic: a, to: a, scale: 0.5, offset: -3}", "a", "10"), "a 2\n");
  EXPECT_THAT(Apply("{topic: a, to: a, scale: 0.5, type: int64}", "a", "10"),
              HasSubstr("scale and offset make fractions"));
}

TEST(MessageRuleTest, AValueStandsAtAPlaceWithATime) {
  const std::string rule = "{topic: a, value: /d/v, time: /t, to: x/y}";
  EXPECT_EQ(Apply(rule, "a", R"({"t": 1514765700123, "d": {"v": 7}})"),
            "x/y 7 2018-01-01T00:15:00.123Z\n");
  EXPECT_EQ(Apply(rule, "a", R"({"d": {"v": true}, "t": 1514765700123.000001})"),
            "x/y true 2018-01-01T00:15:00.123000001Z\n");
  EXPECT_EQ(Apply(rule, "a", R"({"t": 0, "d": {"v": null}})"), "");
  EXPECT_THAT(Apply(rule, "a", R"({"t": 0, "d": {}})"), HasSubstr("a value at /d/v"));
  EXPECT_THAT(Apply(rule, "a", R"({"d": {"v": 7}})"), HasSubstr("a time at /t"));
  EXPECT_THAT(Apply(rule, "a", R"({"t": -1, "d": {"v": 7}})"), HasSubstr("in ms"));
  EXPECT_THAT(Apply(rule, "a", R"({"t": 1e30, "d": {"v": 7}})"), HasSubstr("in ms"));
  EXPECT_THAT(Apply(rule, "a", R"({"t": 0, "d": {"v": [1]}})"), HasSubstr("plain value"));
  EXPECT_THAT(Apply(rule, "a", R"({"t": 0, "d": {"v": 7})"), HasSubstr("refused"));
}

TEST(MessageRuleTest, TimesHaveUnits) {
  const auto apply = [](const std::string& unit, const std::string& time) {
    return Apply("{topic: a, value: /v, time: /t, time_unit: " + unit + ", to: x}", "a",
                 "{\"v\": 1, \"t\": " + time + "}");
  };
  EXPECT_EQ(apply("s", "1514765700"), "x 1 2018-01-01T00:15:00Z\n");
  EXPECT_EQ(apply("s", "1514765700.000000001"), "x 1 2018-01-01T00:15:00.000000001Z\n");
  EXPECT_EQ(apply("us", "1514765700000001"), "x 1 2018-01-01T00:15:00.000001Z\n");
  EXPECT_EQ(apply("ns", "1514765700000000001"), "x 1 2018-01-01T00:15:00.000000001Z\n");
  EXPECT_EQ(apply("rfc3339", R"("2018-01-01T01:15:00+01:00")"), "x 1 2018-01-01T00:15:00Z\n");
  EXPECT_THAT(apply("rfc3339", R"("yesterday")"), HasSubstr("refused"));
  EXPECT_THAT(apply("s", R"("1514765700")"), HasSubstr("refused"));
}

TEST(MessageRuleTest, ATreeIsATagForEachPlainValue) {
  EXPECT_EQ(Apply("{topic: 'umh/v1/{path...}', value: umh, to: '{path}'}", "umh/v1/acme/l3/press",
                  R"({"timestamp_ms": 1514765700000, "temp": {"oil": 60.5, "air": 21},
                      "on": true, "speeds": [1, 2], "program": "P7", "gone": null})"),
            "acme/l3/press/temp/oil 60.5 2018-01-01T00:15:00Z\n"
            "acme/l3/press/temp/air 21 2018-01-01T00:15:00Z\n"
            "acme/l3/press/on true 2018-01-01T00:15:00Z\n"
            "acme/l3/press/speeds/0 1 2018-01-01T00:15:00Z\n"
            "acme/l3/press/speeds/1 2 2018-01-01T00:15:00Z\n"
            "acme/l3/press/program 'P7' 2018-01-01T00:15:00Z\n");
  EXPECT_EQ(Apply("{topic: a, value: tree, to: x}", "a", R"({"a/b": 1, "c*": 2})"),
            "x/a/b 1\nx/c%2A 2\n");
}

TEST(MessageRuleTest, EachItemOfAnArrayHasItsOwnNameAndTime) {
  const std::string rule =
      "{topic: 'log/{site}', each: /samples, value: ./v, time: ./t, time_unit: s,"
      " names: {metric: ./name}, to: '{site}/{metric}'}";
  EXPECT_EQ(
      Apply(rule, "log/leeds",
            R"({"samples": [{"name": "oil", "t": 60, "v": 1}, {"v": 2, "t": 61.5, "name": 7}]})"),
      "leeds/oil 1 1970-01-01T00:01:00Z\nleeds/7 2 1970-01-01T00:01:01.5Z\n");
  EXPECT_EQ(Apply(rule, "log/leeds", R"({"samples": []})"), "");
  EXPECT_THAT(Apply(rule, "log/leeds", R"({"samples": 5})"), HasSubstr("an array at /samples"));
  EXPECT_THAT(Apply(rule, "log/leeds", R"({"samples": [{"t": 60, "v": 1}]})"),
              HasSubstr("a name at /name"));
  EXPECT_EQ(Apply("{topic: a, each: ., to: x, value: .}", "a", "[1, 2]"), "x 1\nx 2\n");
}

TEST(MessageRuleTest, HalfAMessageDoesNotCount) {
  const std::string rule = "{topic: a, value: tree, to: x}";
  EXPECT_THAT(Apply(rule, "a", R"({"a": 1, "b": )"), HasSubstr("refused"));
  EXPECT_THAT(Apply(rule, "a", R"({"a": 1} trailing)"), HasSubstr("refused"));
  EXPECT_THAT(Apply(rule, "a", R"({"a": 1, "a": 2})"), HasSubstr("once"));
  EXPECT_THAT(Apply(rule, "a", R"({"a": 1, "b": NaN})"), HasSubstr("refused"));
  EXPECT_THAT(Apply(rule, "a", std::string(100, '[')), HasSubstr("refused"));
}

TEST(MessageRuleTest, FaultsNameTheirPlace) {
  EXPECT_THAT(Apply("{topic: 'a/{x', to: a}", "a", ""), HasSubstr("map.topic: expected"));
  EXPECT_THAT(Apply("{topic: 'a/{x}', to: 'b/{y}'}", "a", ""), HasSubstr("there is no {y}"));
  EXPECT_THAT(Apply("{topic: a, to: a, valu: plain}", "a", ""), HasSubstr("valu"));
  EXPECT_THAT(Apply("{topic: a}", "a", ""), HasSubstr("map.to"));
  EXPECT_THAT(Apply("{topic: a, to: a, time: /t}", "a", ""), HasSubstr("map.time"));
}

}  // namespace
}  // namespace bedplate::mqtt
