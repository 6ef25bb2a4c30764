#include "connectors/modbus/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <random>

namespace bedplate::modbus {
namespace {

using ::testing::HasSubstr;

constexpr ByteOrder kOrders[] = {ByteOrder::kAbcd, ByteOrder::kBadc, ByteOrder::kCdab,
                                 ByteOrder::kDcba};

Bytes BytesOf(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Decoded DecodedOf(const Decoding& decoding, const Bytes& registers) {
  const auto decoded = DecodeRegisters(decoding, registers);
  EXPECT_TRUE(decoded.ok());
  return decoded.ok() ? *decoded : Decoded();
}

Value ValueOf(const Decoding& decoding, const Bytes& registers) {
  const Decoded decoded = DecodedOf(decoding, registers);
  EXPECT_EQ(decoded.quality, kGood);
  EXPECT_EQ(TypeOf(decoded.value), SampleTypeOf(decoding));
  return decoded.value;
}

Value In(Form form, ByteOrder order, const Bytes& registers) {
  return ValueOf({.form = form, .order = order}, registers);
}

TEST(ModbusDecodeTest, TheLettersOfAnOrderAreTheBytesAsTheyCome) {
  const std::int64_t number = 0x0A0B0C0D;
  EXPECT_EQ(In(Form::kU32, ByteOrder::kAbcd, BytesOf({0x0A, 0x0B, 0x0C, 0x0D})), Value(number));
  EXPECT_EQ(In(Form::kU32, ByteOrder::kBadc, BytesOf({0x0B, 0x0A, 0x0D, 0x0C})), Value(number));
  EXPECT_EQ(In(Form::kU32, ByteOrder::kCdab, BytesOf({0x0C, 0x0D, 0x0A, 0x0B})), Value(number));
  EXPECT_EQ(In(Form::kU32, ByteOrder::kDcba, BytesOf({0x0D, 0x0C, 0x0B, 0x0A})), Value(number));
}

TEST(ModbusDecodeTest, AFloatInFourOrders) {
  // 123456.0 is 0x47F12000 (IEEE 754), an example that libmodbus documents for its four orders.
  EXPECT_EQ(In(Form::kF32, ByteOrder::kAbcd, BytesOf({0x47, 0xF1, 0x20, 0x00})), Value(123456.0));
  EXPECT_EQ(In(Form::kF32, ByteOrder::kDcba, BytesOf({0x00, 0x20, 0xF1, 0x47})), Value(123456.0));
  EXPECT_EQ(In(Form::kF32, ByteOrder::kBadc, BytesOf({0xF1, 0x47, 0x00, 0x20})), Value(123456.0));
  EXPECT_EQ(In(Form::kF32, ByteOrder::kCdab, BytesOf({0x20, 0x00, 0x47, 0xF1})), Value(123456.0));
}

TEST(ModbusDecodeTest, SixtyFourBitsInFourOrders) {
  const std::int64_t number = 0x0102030405060708;
  EXPECT_EQ(In(Form::kI64, ByteOrder::kAbcd, BytesOf({1, 2, 3, 4, 5, 6, 7, 8})), Value(number));
  EXPECT_EQ(In(Form::kI64, ByteOrder::kBadc, BytesOf({2, 1, 4, 3, 6, 5, 8, 7})), Value(number));
  EXPECT_EQ(In(Form::kI64, ByteOrder::kCdab, BytesOf({7, 8, 5, 6, 3, 4, 1, 2})), Value(number));
  EXPECT_EQ(In(Form::kI64, ByteOrder::kDcba, BytesOf({8, 7, 6, 5, 4, 3, 2, 1})), Value(number));
  // pi is 0x400921FB54442D18.
  EXPECT_EQ(
      In(Form::kF64, ByteOrder::kCdab, BytesOf({0x2D, 0x18, 0x54, 0x44, 0x21, 0xFB, 0x40, 0x09})),
      Value(3.141592653589793));
}

TEST(ModbusDecodeTest, OneRegisterHasOnlyTheOrderOfItsBytes) {
  for (const ByteOrder order : kOrders) {
    const bool swaps = order == ByteOrder::kBadc || order == ByteOrder::kDcba;
    const Bytes registers = swaps ? BytesOf({0xFE, 0xFF}) : BytesOf({0xFF, 0xFE});
    EXPECT_EQ(In(Form::kI16, order, registers), Value(std::int64_t{-2}));
    EXPECT_EQ(In(Form::kU16, order, registers), Value(std::int64_t{0xFFFE}));
  }
}

TEST(ModbusDecodeTest, EveryNumberComesBackFromEveryOrder) {
  std::mt19937_64 random(1);
  const std::pair<Form, std::size_t> forms[] = {{Form::kU16, 2}, {Form::kI16, 2}, {Form::kU32, 4},
                                                {Form::kI32, 4}, {Form::kI64, 8}, {Form::kU64, 8}};
  for (int round = 0; round < 2'000; ++round) {
    for (const auto& [form, size] : forms) {
      const std::uint64_t bits = random() >> (form == Form::kU64 ? 1U : 0U);
      for (const ByteOrder order : kOrders) {
        Bytes registers(size);
        for (std::size_t i = 0; i < size; ++i) {
          std::size_t at = i;  // of byte i, counted from the highest
          if (order == ByteOrder::kCdab || order == ByteOrder::kDcba)
            at = size - 2 - i / 2 * 2 + i % 2;
          if (order == ByteOrder::kBadc || order == ByteOrder::kDcba) at ^= 1U;
          registers[at] = static_cast<std::byte>(bits >> (8 * (size - 1 - i)));
        }
        const unsigned unused = 64 - 8 * static_cast<unsigned>(size);
        const bool is_signed = form == Form::kI16 || form == Form::kI32 || form == Form::kI64;
        const std::int64_t expected = is_signed
                                          ? static_cast<std::int64_t>(bits << unused) >> unused
                                          : static_cast<std::int64_t>(bits << unused >> unused);
        ASSERT_EQ(In(form, order, registers), Value(expected)) << static_cast<int>(form);
      }
    }
  }
}

TEST(ModbusDecodeTest, AScaleOrAnOffsetMakesADouble) {
  const Bytes registers = BytesOf({0xFF, 0xF6});
  EXPECT_EQ(ValueOf({.form = Form::kI16, .scale = 0.5}, registers), Value(-5.0));
  EXPECT_EQ(ValueOf({.form = Form::kI16, .offset = 3}, registers), Value(-7.0));
  EXPECT_EQ(ValueOf({.form = Form::kI16, .scale = 0.5, .offset = 3}, registers), Value(-2.0));
  EXPECT_EQ(ValueOf({.form = Form::kF32, .scale = 2}, BytesOf({0x3F, 0x80, 0, 0})), Value(2.0));
}

TEST(ModbusDecodeTest, AnUnsignedNumberBeyondInt64IsNeverRoundedInSilence) {
  const Bytes most = BytesOf({0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF});
  const Bytes beyond = BytesOf({0x80, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(In(Form::kU64, ByteOrder::kAbcd, most),
            Value(std::numeric_limits<std::int64_t>::max()));
  const auto refused = DecodeRegisters({.form = Form::kU64}, beyond);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message(), HasSubstr("9223372036854775808"));
  EXPECT_EQ(ValueOf({.form = Form::kU64, .scale = 1}, beyond), Value(9223372036854775808.0));
  EXPECT_EQ(In(Form::kI64, ByteOrder::kAbcd, beyond),
            Value(std::numeric_limits<std::int64_t>::min()));
}

TEST(ModbusDecodeTest, WhatADeviceCallsInvalidIsBadAndStaysVisible) {
  const Decoding decoding{.form = Form::kI16, .scale = 0.1, .invalid = 0x8000};
  const Decoded invalid = DecodedOf(decoding, BytesOf({0x80, 0}));
  EXPECT_EQ(invalid.quality, kBad);
  EXPECT_EQ(invalid.value, Value(-32768 * 0.1));
  EXPECT_EQ(DecodedOf(decoding, BytesOf({0x80, 1})).quality, kGood);

  const Bytes ones(8, std::byte{0xFF});
  const Decoded counter =
      DecodedOf({.form = Form::kU64, .invalid = std::numeric_limits<std::uint64_t>::max()}, ones);
  EXPECT_EQ(counter.quality, kBad);
  EXPECT_EQ(counter.value, Value(std::numeric_limits<std::int64_t>::max()));

  const Decoding swapped{.form = Form::kU32, .order = ByteOrder::kCdab, .invalid = 0x0A0B0C0D};
  EXPECT_EQ(DecodedOf(swapped, BytesOf({0x0C, 0x0D, 0x0A, 0x0B})).quality, kBad)
      << "the pattern is of the value, not of the wire";
}

TEST(ModbusDecodeTest, AFloatThatIsNoNumberIsBadOnlyWhereThatWasSaid) {
  const Bytes nan = BytesOf({0x7F, 0xC0, 0, 0});
  const Decoded said = DecodedOf({.form = Form::kF32, .nan_is_invalid = true}, nan);
  EXPECT_EQ(said.quality, kBad);
  EXPECT_EQ(said.value, Value(0.0));
  const Decoded unsaid = DecodedOf({.form = Form::kF32}, nan);
  EXPECT_EQ(unsaid.quality, kGood);
  EXPECT_TRUE(std::isnan(std::get<double>(unsaid.value))) << "the gate refuses it with its reason";
  EXPECT_EQ(DecodedOf({.form = Form::kU32, .nan_is_invalid = true}, nan).quality, kGood);
}

TEST(ModbusDecodeTest, BitsOfARegisterAreAFieldOrAYes) {
  const Bytes registers = BytesOf({0xA5, 0x08});
  const auto field = [&](std::uint8_t first, std::uint8_t last) {
    return std::get<std::int64_t>(ValueOf({.form = Form::kBits, .bits = {first, last}}, registers));
  };
  EXPECT_EQ(field(0, 15), 0xA508);
  EXPECT_EQ(field(0, 3), 8);
  EXPECT_EQ(field(8, 11), 5);
  EXPECT_EQ(field(15, 15), 1);
  const auto yes = [&](std::uint8_t first, std::uint8_t last) {
    return std::get<bool>(ValueOf({.form = Form::kBool, .bits = {first, last}}, registers));
  };
  EXPECT_TRUE(yes(3, 3));
  EXPECT_FALSE(yes(4, 4));
  EXPECT_TRUE(yes(0, 15));
  EXPECT_EQ(ValueOf({.form = Form::kBits, .order = ByteOrder::kBadc, .bits = {0, 3}}, registers),
            Value(std::int64_t{5}));
}

TEST(ModbusDecodeTest, ATextEndsAtItsFirstNulAndHasNoSpacesAtItsEnd) {
  const Decoding three{.form = Form::kString, .string_registers = 3};
  EXPECT_EQ(ValueOf(three, BytesOf({'P', 'M', '8', '0', '0', 0})), Value(std::string("PM800")));
  EXPECT_EQ(ValueOf(three, BytesOf({'a', ' ', 'b', ' ', ' ', ' '})), Value(std::string("a b")));
  EXPECT_EQ(ValueOf(three, BytesOf({'a', 0, 'b', 'c', 'd', 'e'})), Value(std::string("a")));
  EXPECT_EQ(ValueOf(three, BytesOf({0, 0, 0, 0, 0, 0})), Value(std::string()));
  EXPECT_EQ(ValueOf({.form = Form::kString, .order = ByteOrder::kBadc, .string_registers = 2},
                    BytesOf({'i', 'h', '!', ' '})),
            Value(std::string("hi !")));
}

TEST(ModbusDecodeTest, BitsComeFromTheLowestOfEachByte) {
  const Bytes data = BytesOf({0x01, 0x82});
  const auto set = [&](std::size_t index) { return BitAt(data, index); };
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(set(i), i == 0 || i == 9 || i == 15) << i;
}

TEST(ModbusDecodeTest, NamesOfFormsAndOrders) {
  EXPECT_EQ(ParseForm("f32"), Form::kF32);
  EXPECT_EQ(ParseForm("bits"), Form::kBits);
  EXPECT_EQ(ParseForm("float"), std::nullopt);
  EXPECT_EQ(ParseByteOrder("cdab"), ByteOrder::kCdab);
  EXPECT_EQ(ParseByteOrder("CDAB"), std::nullopt);
}

}  // namespace
}  // namespace bedplate::modbus
