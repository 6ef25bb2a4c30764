// Golden bytes follow the examples of the Modbus Application Protocol 1.1b3, 6.1 to 6.4.

#include "connectors/modbus/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <random>
#include <vector>

namespace bedplate::modbus {
namespace {

using ::testing::HasSubstr;

Bytes BytesOf(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

void Feed(FrameStream& stream, ByteView bytes) {
  ASSERT_LE(bytes.size(), stream.Space().size());
  std::ranges::copy(bytes, stream.Space().begin());
  stream.Filled(bytes.size());
}

/// The only frame in `bytes`; what it points to lives until the next call.
Frame FrameOf(const Bytes& bytes) {
  static FrameStream stream;
  stream = FrameStream();
  Feed(stream, bytes);
  const auto frame = stream.Next();
  EXPECT_TRUE(frame.ok() && frame->has_value());
  return frame.ok() && *frame ? **frame : Frame();
}

std::string StreamErrorOf(const Bytes& bytes) {
  FrameStream stream;
  Feed(stream, bytes);
  const auto frame = stream.Next();
  return frame.ok() ? "no error" : frame.error().message();
}

std::string AnswerErrorOf(const Bytes& bytes, const ReadRequest& request) {
  const auto answer = DecodeAnswer(FrameOf(bytes), request);
  return answer.ok() ? "no error" : answer.error().ToString();
}

constexpr ReadRequest kHolding{
    .unit = 0x11, .table = Table::kHoldingRegisters, .address = 0x6B, .count = 3};
constexpr ReadRequest kCoils{.unit = 4, .table = Table::kCoils, .address = 0x13, .count = 19};

TEST(ModbusFrameTest, RequestsStandAsInTheStandard) {
  Bytes out;
  EncodeRequest(0x1501, kHolding, out);
  EncodeRequest(2, kCoils, out);
  EXPECT_EQ(out, BytesOf({0x15, 0x01, 0, 0, 0, 6, 0x11, 3, 0, 0x6B, 0, 3,  //
                          0,    2,    0, 0, 0, 6, 4,    1, 0, 0x13, 0, 19}));
}

TEST(ModbusFrameTest, AnswersStandAsInTheStandard) {
  Bytes out;
  const Bytes registers = BytesOf({0x02, 0x2B, 0, 0, 0, 0x64});
  EncodeAnswer(7, kHolding, registers, out);
  EXPECT_EQ(out, BytesOf({0, 7, 0, 0, 0, 9, 0x11, 3, 6, 0x02, 0x2B, 0, 0, 0, 0x64}));
  const Frame frame = FrameOf(out);
  EXPECT_EQ(frame.transaction, 7);
  const auto answer = DecodeAnswer(frame, kHolding);
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(std::ranges::equal(std::get<Data>(*answer), registers));
}

TEST(ModbusFrameTest, AnExceptionIsAnAnswer) {
  Bytes request;
  EncodeRequest(9, kHolding, request);
  Bytes out;
  EncodeException(FrameOf(request), ExceptionCode::kIllegalAddress, out);
  EXPECT_EQ(out, BytesOf({0, 9, 0, 0, 0, 3, 0x11, 0x83, 2}));
  const auto answer = DecodeAnswer(FrameOf(out), kHolding);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(std::get<ExceptionCode>(*answer), ExceptionCode::kIllegalAddress);
  EXPECT_EQ(ExceptionText(std::get<ExceptionCode>(*answer)), "illegal data address (exception 2)");
  EXPECT_EQ(ExceptionText(static_cast<ExceptionCode>(77)), "unknown (exception 77)");
}

TEST(ModbusFrameTest, EveryRequestAndAnswerReadsBackAsItWasWritten) {
  for (int function = 1; function <= 4; ++function) {
    const auto table = static_cast<Table>(function);
    for (std::uint16_t count = 1; count <= MostOf(table); ++count) {
      const ReadRequest request{.unit = static_cast<std::uint8_t>(count % 248),
                                .table = table,
                                .address = static_cast<std::uint16_t>(kTableSize - count),
                                .count = count};
      Bytes out;
      EncodeRequest(count, request, out);
      const auto read = DecodeRequest(FrameOf(out));
      ASSERT_TRUE(std::holds_alternative<ReadRequest>(read));
      EXPECT_EQ(std::get<ReadRequest>(read), request);

      const Bytes data(DataBytes(table, count), static_cast<std::byte>(count));
      out.clear();
      EncodeAnswer(count, request, data, out);
      ASSERT_LE(out.size(), kMostBytes);
      const auto answer = DecodeAnswer(FrameOf(out), request);
      ASSERT_TRUE(answer.ok()) << answer.error().ToString();
      EXPECT_TRUE(std::ranges::equal(std::get<Data>(*answer), data));
    }
  }
}

TEST(ModbusFrameTest, FramesAreFoundHoweverTheyArrive) {
  Bytes all;
  const Bytes registers(6, std::byte{0xAB});
  for (std::uint16_t i = 0; i < 200; ++i) EncodeAnswer(i, kHolding, registers, all);
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    FrameStream stream;
    ByteView left(all);
    std::uint16_t next = 0;
    while (!left.empty()) {
      const std::size_t room = std::min(stream.Space().size(), left.size());
      const std::size_t piece = 1 + random() % std::min<std::size_t>(room, 40);
      Feed(stream, left.first(piece));
      left = left.subspan(piece);
      for (auto frame = stream.Next(); frame.ok() && *frame; frame = stream.Next()) {
        ASSERT_EQ((*frame)->transaction, next++) << "seed " << seed;
        ASSERT_EQ((*frame)->body.size(), 7U);
      }
    }
    EXPECT_EQ(next, 200);
  }
}

TEST(ModbusFrameTest, TheLargestFrameFitsAndThereIsAlwaysRoomForMore) {
  FrameStream stream;
  Bytes out;
  const ReadRequest most{.count = kMostRegisters};
  EncodeAnswer(1, most, Bytes(2 * std::size_t{kMostRegisters}), out);
  for (int i = 0; i < 20; ++i) {
    Feed(stream, ByteView(out).first(out.size() - 1));
    const auto none = stream.Next();
    ASSERT_TRUE(none.ok() && !none->has_value());
    EXPECT_FALSE(stream.Space().empty());
    Feed(stream, ByteView(out).last(1));
    const auto frame = stream.Next();
    ASSERT_TRUE(frame.ok() && frame->has_value());
  }
}

TEST(ModbusFrameTest, WhatIsNotModbusIsNamed) {
  EXPECT_THAT(StreamErrorOf(BytesOf({0, 1, 0, 1, 0, 6, 1})), HasSubstr("protocol 0, got 1"));
  EXPECT_THAT(StreamErrorOf(BytesOf({0, 1, 0, 0, 0, 0, 1})), HasSubstr("2 to 254 bytes, got 0"));
  EXPECT_THAT(StreamErrorOf(BytesOf({0, 1, 0, 0, 0, 1, 1})), HasSubstr("got 1"));
  EXPECT_THAT(StreamErrorOf(BytesOf({0, 1, 0, 0, 0, 255, 1})), HasSubstr("got 255"));
  EXPECT_THAT(StreamErrorOf(BytesOf({'H', 'T', 'T', 'P', '/', '1', '.'})), HasSubstr("protocol"));
}

TEST(ModbusFrameTest, AnAnswerThatDoesNotFitItsRequestIsNamed) {
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 9, 0x12, 3, 6, 0, 0, 0, 0, 0, 0}), kHolding),
              HasSubstr("unit 17 hr:107 x 3: expected unit 17, got 18"));
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 9, 0x11, 4, 6, 0, 0, 0, 0, 0, 0}), kHolding),
              HasSubstr("expected function 3, got 4"));
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 3, 0x11, 0x84, 2}), kHolding),
              HasSubstr("expected function 3, got 132"))
      << "an exception of another function";
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 2, 0x11, 3}), kHolding),
              HasSubstr("expected a byte count and data, bytes: 7, got 0"));
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 9, 0x11, 3, 4, 0, 0, 0, 0, 0, 0}), kHolding),
              HasSubstr("expected byte count 6, got 4"));
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 8, 0x11, 3, 6, 0, 0, 0, 0, 0}), kHolding),
              HasSubstr("expected data bytes 6, got 5"));
  EXPECT_THAT(
      AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 10, 0x11, 3, 6, 0, 0, 0, 0, 0, 0, 0}), kHolding),
      HasSubstr("expected data bytes 6, got 7"));
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 2, 0x11, 0x83}), kHolding),
              HasSubstr("expected bytes of an exception: 1, got 0"));
  EXPECT_THAT(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 4, 0x11, 0x83, 2, 2}), kHolding),
              HasSubstr("expected bytes of an exception: 1, got 2"));
}

TEST(ModbusFrameTest, ADeviceWithoutOthersBehindItMayAnswerAsUnit0Or255) {
  for (const int unit : {0, 255}) {
    EXPECT_EQ(AnswerErrorOf(BytesOf({0, 1, 0, 0, 0, 6, unit, 1, 3, 0, 0, 0}), kCoils), "no error");
  }
}

TEST(ModbusFrameTest, AServerOwesAnExceptionForWhatItDoesNotDo) {
  const auto owed = [](std::initializer_list<int> bytes) {
    const auto request = DecodeRequest(FrameOf(BytesOf(bytes)));
    const auto* const code = std::get_if<ExceptionCode>(&request);
    return code == nullptr ? 0 : static_cast<int>(*code);
  };
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 125}), 0);
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 6, 0, 0, 0, 1}), 1) << "no writing";
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 0, 0, 0, 0, 1}), 1);
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 2, 1, 7}), 1);
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 3, 0xFF, 0xFF, 0, 2}), 2) << "beyond the table";
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 0}), 3);
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 126}), 3);
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 6, 1, 1, 0, 0, 0x07, 0xD1}), 3);
  EXPECT_EQ(owed({0, 1, 0, 0, 0, 5, 1, 3, 0, 0, 0}), 3);
}

}  // namespace
}  // namespace bedplate::modbus
