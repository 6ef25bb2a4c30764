#include "model/sample.h"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <random>

#include "model/asset.h"
#include "model/quality.h"

namespace bedplate {
namespace {

Value RandomValue(ValueType type, std::mt19937_64& random) {
  switch (type) {
    case ValueType::kDouble: return std::ldexp(static_cast<double>(random()), -40);
    case ValueType::kInt64: return static_cast<std::int64_t>(random());
    case ValueType::kBool: return random() % 2 == 0;
    case ValueType::kString: return std::string(random() % 5, 'x');
  }
  return 0.0;
}

constexpr ValueType kTypes[] = {ValueType::kDouble, ValueType::kInt64, ValueType::kBool,
                                ValueType::kString};

TEST(ValueTest, TypesHaveNamesThatReadBack) {
  for (const ValueType type : kTypes) EXPECT_EQ(ParseValueType(ValueTypeName(type)), type);
  EXPECT_EQ(ParseValueType("float"), std::nullopt);
  EXPECT_EQ(ParseValueType(""), std::nullopt);
}

TEST(ValueTest, TheAlternativeIsTheType) {
  std::mt19937_64 random(1);
  for (const ValueType type : kTypes) EXPECT_EQ(TypeOf(RandomValue(type, random)), type);
}

TEST(ValueTest, AsDoubleReadsNumbersAndBools) {
  EXPECT_EQ(AsDouble(Value(2.5)), 2.5);
  EXPECT_EQ(AsDouble(Value(std::int64_t{-7})), -7.0);
  EXPECT_EQ(AsDouble(Value(true)), 1.0);
  EXPECT_EQ(AsDouble(Value(std::string("1"))), std::nullopt);
}

TEST(ValueTest, FormattedNumbersReadBackTheSame) {
  EXPECT_EQ(FormatValue(Value(0.1)), "0.1");
  EXPECT_EQ(FormatValue(Value(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(FormatValue(Value(false)), "false");
  EXPECT_EQ(FormatValue(Value(std::string("a\"b"))), "a\"b");
  std::mt19937_64 random(2);
  for (int i = 0; i < 1000; ++i) {
    const Value value = RandomValue(ValueType::kDouble, random);
    const std::string text = FormatValue(value);
    double read = 0;
    std::from_chars(text.data(), text.data() + text.size(), read);
    EXPECT_EQ(Value(read), value) << text;
  }
}

TEST(SampleColumnsTest, GiveBackWhatWasPushed) {
  std::mt19937_64 random(3);
  for (const ValueType type : kTypes) {
    SampleColumns columns;
    columns.type = type;
    std::vector<Sample> samples;
    for (int i = 0; i < 200; ++i) {
      const bool good = i < 100 || random() % 2 == 0;
      samples.push_back({Timestamp(static_cast<std::int64_t>(random() >> 2U)),
                         RandomValue(type, random), good ? kGood : kBadOutOfRange});
      columns.Push(samples.back());
      EXPECT_TRUE(i >= 100 || columns.qualities.empty());
    }
    ASSERT_EQ(columns.size(), samples.size());
    SampleColumns copy;
    copy.type = type;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      EXPECT_EQ(columns.At(i), samples[i]);
      copy.PushFrom(columns, i);
      EXPECT_EQ(copy.At(i), samples[i]);
      if (type != ValueType::kString) {
        EXPECT_EQ(columns.NumberAt(i), AsDouble(samples[i].value));
      }
    }
    columns.Clear();
    EXPECT_TRUE(columns.empty());
    EXPECT_TRUE(columns.qualities.empty());
  }
}

TEST(SampleColumnsDeathTest, AnotherTypeIsABug) {
  SampleColumns columns;
  EXPECT_DEATH(columns.Push({Timestamp(0), Value(true), kGood}), "CHECK failed");
  SampleColumns strings;
  strings.type = ValueType::kString;
  strings.Push({Timestamp(0), Value(std::string("x")), kGood});
  EXPECT_DEATH((void)strings.NumberAt(0), "CHECK failed");
  EXPECT_DEATH(columns.PushFrom(strings, 0), "CHECK failed");
}

TEST(QualityTest, TheTopTwoBitsAreTheSeverity) {
  // Codes and severities of OPC 10000-4, 7.39.
  EXPECT_EQ(SeverityName(Quality(0x00000000)), "good");
  EXPECT_EQ(SeverityName(Quality(0x00960000)), "good");  // GoodLocalOverride
  EXPECT_EQ(SeverityName(Quality(0x408F0000)),
            "uncertain");  // UncertainNoCommunicationLastUsableValue
  EXPECT_EQ(SeverityName(Quality(0x803C0000)), "bad");
  EXPECT_EQ(SeverityName(Quality(0xC0000000)), "bad");  // reserved: not to be trusted
}

TEST(AssetLevelTest, NamesReadBackAndStandInOrder) {
  const std::string_view names[] = {"enterprise", "site", "area", "line", "equipment"};
  std::optional<AssetLevel> above;
  for (const std::string_view name : names) {
    const auto level = ParseAssetLevel(name);
    ASSERT_TRUE(level.has_value());
    EXPECT_EQ(AssetLevelName(*level), name);
    EXPECT_TRUE(!above || *above < *level);
    above = level;
  }
  EXPECT_EQ(ParseAssetLevel("Site"), std::nullopt);
}

TEST(SampleColumns, CountsTheValuesOfItsType) {
  for (const Value& value : {Value(1.5), Value(std::int64_t{7}), Value(true), Value("on")}) {
    SampleColumns samples;
    samples.type = TypeOf(value);
    samples.Push({Timestamp(0), value, kGood});
    EXPECT_EQ(samples.value_count(), 1U);
    samples.times.push_back(1);
    EXPECT_EQ(samples.value_count(), 1U);
    samples.type = samples.type == ValueType::kBool ? ValueType::kDouble : ValueType::kBool;
    EXPECT_EQ(samples.value_count(), 0U);
  }
}

}  // namespace
}  // namespace bedplate
