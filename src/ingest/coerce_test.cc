#include "ingest/coerce.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "historian/historian.h"

namespace bedplate {
namespace {

constexpr Timestamp kTime = Timestamp::FromSeconds(1'514'764'800);

SampleColumns One(const Value& value, Timestamp time = kTime) {
  SampleColumns samples;
  samples.type = TypeOf(value);
  samples.Push({time, value, kGood});
  return samples;
}

/// The value it becomes, or the code of the refusal as a string.
Value Become(const Value& value, const CoerceTarget& target) {
  const Coerced out = Coerce(One(value), target);
  if (out.samples.size() == 1) return out.samples.ValueAt(0);
  return std::string(out.refusals.at(0).code);
}

CoerceTarget Declared(ValueType type) { return {.type = type, .converts_types = true}; }

TEST(Coerce, ConvertsBetweenDeclaredTypesWhereTheValueStaysTheSame) {
  EXPECT_EQ(Become(std::int64_t{7}, Declared(ValueType::kDouble)), Value(7.0));
  EXPECT_EQ(Become(-7.0, Declared(ValueType::kInt64)), Value(std::int64_t{-7}));
  EXPECT_EQ(Become(true, Declared(ValueType::kDouble)), Value(1.0));
  EXPECT_EQ(Become(true, Declared(ValueType::kInt64)), Value(std::int64_t{1}));
  EXPECT_EQ(Become(std::int64_t{0}, Declared(ValueType::kBool)), Value(false));
  EXPECT_EQ(Become(1.0, Declared(ValueType::kBool)), Value(true));
}

TEST(Coerce, RefusesWhatWouldLoseSomething) {
  const Value conflict = std::string("type-conflict");
  EXPECT_EQ(Become(7.5, Declared(ValueType::kInt64)), conflict);
  EXPECT_EQ(Become(2.0, Declared(ValueType::kBool)), conflict);
  EXPECT_EQ(Become(std::int64_t{-1}, Declared(ValueType::kBool)), conflict);
  EXPECT_EQ(Become(0x1p63, Declared(ValueType::kInt64)), conflict);
  EXPECT_EQ(Become(1.5, Declared(ValueType::kString)), conflict);
  EXPECT_EQ(Become(std::string("1.5"), Declared(ValueType::kDouble)), conflict);
}

TEST(Coerce, TakesAnInt64AsDoubleOnlyWhenExact) {
  const Value conflict = std::string("type-conflict");
  const std::int64_t exact = std::int64_t{1} << 53U;
  EXPECT_EQ(Become(exact, Declared(ValueType::kDouble)), Value(0x1p53));
  EXPECT_EQ(Become(exact + 1, Declared(ValueType::kDouble)), conflict);
  EXPECT_EQ(Become(std::numeric_limits<std::int64_t>::max(), Declared(ValueType::kDouble)),
            conflict);
  EXPECT_EQ(Become(std::numeric_limits<std::int64_t>::min(), Declared(ValueType::kDouble)),
            Value(-0x1p63));
}

TEST(Coerce, DoesNotConvertTypesOfATagThatIsNotDeclared) {
  EXPECT_EQ(Become(std::int64_t{7}, {.type = ValueType::kDouble}),
            Value(std::string("type-conflict")));
}

TEST(Coerce, ConvertsUnitsBeforeTypes) {
  const UnitConversion to_kelvin{.scale = 1, .offset = 273.15};
  EXPECT_EQ(Become(20.0, {.type = ValueType::kDouble, .conversion = to_kelvin}), Value(293.15));
  const UnitConversion to_watt{.scale = 1000, .offset = 0};
  EXPECT_EQ(Become(1.5, {.type = ValueType::kInt64, .converts_types = true, .conversion = to_watt}),
            Value(std::int64_t{1500}));
  EXPECT_EQ(Become(1e308, {.type = ValueType::kDouble, .conversion = to_watt}),
            Value(std::string("bad-number")));
}

TEST(Coerce, RefusesNumbersAndTimesThatCannotBeStored) {
  SampleColumns samples;
  for (const double value : {1.0, std::nan(""), HUGE_VAL, -HUGE_VAL, 2.0}) {
    samples.Push({kTime, value, kGood});
  }
  samples.Push({Timestamp(-1), 3.0, kGood});
  samples.Push({kMaxTimestamp, 4.0, kGood});
  samples.Push({kMaxTimestamp - std::chrono::nanoseconds(1), 5.0, kUncertain});
  const Coerced out = Coerce(samples, {.type = ValueType::kDouble});
  EXPECT_EQ(out.samples.doubles, (std::vector<double>{1, 2, 5}));
  EXPECT_EQ(out.samples.QualityAt(2), kUncertain);
  std::vector<std::pair<std::size_t, std::string>> refused;
  for (const Refusal& refusal : out.refusals) refused.emplace_back(refusal.index, refusal.code);
  EXPECT_EQ(refused, (std::vector<std::pair<std::size_t, std::string>>{{1, "bad-number"},
                                                                       {2, "bad-number"},
                                                                       {3, "bad-number"},
                                                                       {5, "bad-time"},
                                                                       {6, "bad-time"}}));
  EXPECT_EQ(out.refusals[3].payload, "1969-12-31T23:59:59.999999999Z 3");
}

TEST(Coerce, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(Become(std::string("caf\xE9"), {.type = ValueType::kString}),
            Value(std::string("bad-text")));
  EXPECT_EQ(Become(std::string("caf\xC3\xA9"), {.type = ValueType::kString}),
            Value(std::string("caf\xC3\xA9")));
}

TEST(Coerce, RefusesTextThatTheHistorianDoesNotTake) {
  SampleColumns samples;
  samples.type = ValueType::kString;
  samples.Push({kTime, std::string(kMaxStringBytes, 'x'), kGood});
  samples.Push({kTime, std::string(kMaxStringBytes + 1, 'x'), kGood});
  const Coerced out = Coerce(std::move(samples), {.type = ValueType::kString});
  EXPECT_EQ(out.samples.size(), 1U);
  ASSERT_EQ(out.refusals.size(), 1U);
  EXPECT_EQ(out.refusals[0].index, 1U);
  EXPECT_STREQ(out.refusals[0].code, "bad-text");
  EXPECT_EQ(out.refusals[0].reason, "longer than 1048576 bytes");
}

TEST(Coerce, TakesAnyOtherBoolThanZeroAsTrue) {
  SampleColumns samples;
  samples.type = ValueType::kBool;
  samples.times = {0, 1, 2};
  samples.bools = {0, 1, 255};
  const Coerced out = Coerce(std::move(samples), {.type = ValueType::kBool});
  EXPECT_EQ(out.samples.bools, (std::vector<std::uint8_t>{0, 1, 1}));
}

}  // namespace
}  // namespace bedplate
