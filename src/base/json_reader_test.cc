#include "base/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string FaultOf(JsonReader& json) {
  const Status status = json.Finish();
  return status.ok() ? "none" : status.error().ToString();
}

/// Whether `text` is one JSON value.
bool IsJson(std::string_view text) {
  JsonReader json(text);
  json.Skip();
  return json.Finish().ok();
}

TEST(JsonReaderTest, ReadsFieldsAsTheyCome) {
  JsonReader json(R"( { "a" : [ 1 , 2.5e1 , -3 ] , "b" : { } , "c" : "x" , "d":true,"e":null } )");
  std::vector<double> numbers;
  std::string text;
  bool flag = false;
  std::vector<std::string> skipped;
  json.EnterObject();
  while (json.NextField()) {
    if (json.field() == "a") {
      json.EnterArray();
      while (json.NextItem()) numbers.push_back(json.Number());
    } else if (json.field() == "c") {
      text = json.Text();
    } else if (json.field() == "d") {
      flag = json.Bool();
    } else {
      skipped.push_back(json.field());
      json.Skip();
    }
  }
  EXPECT_EQ(FaultOf(json), "none");
  EXPECT_THAT(numbers, ElementsAre(1, 25, -3));
  EXPECT_EQ(text, "x");
  EXPECT_TRUE(flag);
  EXPECT_THAT(skipped, ElementsAre("b", "e"));
}

TEST(JsonReaderTest, TakesWhatRfc8259Takes) {
  for (const char* text :
       {"0", "-0", "1E+2", "1e-400", "0.5", "\"\"", "[]", "{}", "null", "true", "false",
        " [ [ ] , { } ] ", "\"\\u00e9\\ud83d\\ude00\\n\\/\"", "\"\xc3\xa9\"", "[1,\r\n\t2]"}) {
    EXPECT_TRUE(IsJson(text)) << text;
  }
}

TEST(JsonReaderTest, RefusesWhatRfc8259DoesNotTake) {
  for (const char* text : {"",
                           " ",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "-",
                           "NaN",
                           "Infinity",
                           "nul",
                           "True",
                           "'a'",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{\"a\":1,}",
                           "{\"a\" 1}",
                           "{a:1}",
                           "{\"a\":}",
                           "[",
                           "{",
                           "\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\n\"",
                           "\"\x01\"",
                           "1 2",
                           "[1]]",
                           "\xef\xbb\xbf[1]",
                           "\"\xff\"",
                           "\"\xed\xa0\x80\"",
                           "1e400",
                           "-1e400",
                           "/**/1"}) {
    EXPECT_FALSE(IsJson(text)) << text;
  }
}

TEST(JsonReaderTest, OnlyWhatIsTooSmallBecomesZero) {
  const auto read = [](const std::string& text) -> std::optional<double> {
    JsonReader json(text);
    const double number = json.Number();
    if (!json.Finish().ok()) return std::nullopt;
    return number;
  };
  const std::string huge(320, '9');
  for (const std::string& text :
       std::vector<std::string>{huge + "e-2", huge + "E-2", "-" + huge + "e-2", huge, "1e400"}) {
    EXPECT_EQ(read(text), std::nullopt) << text;
  }
  EXPECT_EQ(read(huge + "e-400"), 1e-80) << "many digits, and a number all the same";
  EXPECT_EQ(read("1e-400"), 0.0);
  EXPECT_EQ(read("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(read("4e-324"), 5e-324) << "the least double";
  EXPECT_TRUE(std::signbit(*read("-1e-400")));
}

TEST(JsonReaderTest, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(IsJson(nested(JsonReader::kMaxDepth)));
  EXPECT_FALSE(IsJson(nested(JsonReader::kMaxDepth + 1)));
  EXPECT_FALSE(IsJson(std::string(1'000'000, '[')));
}

TEST(JsonReaderTest, AFaultNamesItsPlace) {
  JsonReader json(R"({"batches":[{},{"values":[1,2,"abc"]}]})");
  json.EnterObject();
  while (json.NextField()) {
    json.EnterArray();
    while (json.NextItem()) {
      json.EnterObject();
      while (json.NextField()) {
        json.EnterArray();
        while (json.NextItem()) (void)json.Number();
      }
    }
  }
  EXPECT_EQ(FaultOf(json), "batches[1].values[2]: expected a number, got \"abc\"");
}

TEST(JsonReaderTest, TheFirstFaultStaysAndLoopsEnd) {
  JsonReader json("[true,true,true]");
  json.EnterArray();
  int items = 0;
  while (json.NextItem()) {
    ++items;
    EXPECT_EQ(json.Number(), 0);
    EXPECT_EQ(json.Text(), "");
  }
  EXPECT_EQ(items, 1);
  EXPECT_EQ(FaultOf(json), "[0]: expected a number, got true");
}

TEST(JsonReaderTest, IntegersAreExactOrRefused) {
  const auto integer = [](std::string_view text) {
    JsonReader json(text);
    const std::int64_t value = json.Integer();
    return json.Finish().ok() ? std::to_string(value) : "refused";
  };
  EXPECT_EQ(integer("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(integer("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(integer("9223372036854775808"), "refused");
  EXPECT_EQ(integer("1.0"), "refused");
  EXPECT_EQ(integer("1e3"), "refused");
  JsonReader negative("-1");
  EXPECT_EQ(negative.Unsigned(), 0U);
  EXPECT_THAT(FaultOf(negative), HasSubstr("expected a whole number from 0"));
}

TEST(JsonReaderTest, ABookmarkGoesBack) {
  JsonReader json(R"({"values":[1,2],"type":"int64"})");
  json.EnterObject();
  ASSERT_TRUE(json.NextField());
  JsonReader values = json;
  json.Skip();
  ASSERT_TRUE(json.NextField());
  EXPECT_EQ(json.Text(), "int64");
  EXPECT_FALSE(json.NextField());
  values.EnterArray();
  std::vector<std::int64_t> numbers;
  while (values.NextItem()) numbers.push_back(values.Integer());
  EXPECT_THAT(numbers, ElementsAre(1, 2));
  EXPECT_EQ(FaultOf(json), "none");
}

}  // namespace
}  // namespace bedplate
