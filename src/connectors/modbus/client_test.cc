// The client against a server that does what broken devices and networks do.

#include "connectors/modbus/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>

#include "connectors/modbus/decode.h"
#include "connectors/modbus/register_bank.h"

namespace bedplate::modbus {
namespace {

namespace asio = boost::asio;

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr seconds kLong{20};        // nothing that works takes so long
constexpr milliseconds kShort{50};  // for answers that never come

class ModbusClientTest : public testing::Test {
 protected:
  void SetUp() override {
    for (std::uint16_t i = 0; i < 10; ++i) {
      bank_.Set(1, Table::kHoldingRegisters, i, static_cast<std::uint16_t>(100 + i));
    }
    bank_.Set(1, Table::kInputRegisters, 7, 0xFFFF);
    for (std::uint16_t i = 0; i < 10; ++i) bank_.Set(1, Table::kCoils, i, i % 3 == 0 ? 1 : 0);
    bank_.Set(1, Table::kDiscreteInputs, 65'535, 1);
    const auto port = server_.Serve("127.0.0.1", 0, bank_);
    ASSERT_TRUE(port.ok()) << port.error().ToString();
    port_ = *port;
    client_.emplace(io_.get_executor(), Endpoint{"127.0.0.1", port_}, clock_);
    ASSERT_TRUE(Connect().ok());
  }

  template <typename T>
  T Await(asio::awaitable<T> task) {
    std::optional<T> result;
    asio::co_spawn(
        io_, [&]() -> asio::awaitable<void> { result.emplace(co_await std::move(task)); },
        [](const std::exception_ptr& thrown) {
          if (thrown) std::rethrow_exception(thrown);
        });
    io_.restart();
    io_.run();
    return *std::move(result);
  }

  Status Connect() { return Await(client_->Connect(kLong)); }

  /// `100 101`, `1 0 1`, the exception or the error.
  std::string Read(const ReadRequest& request, std::chrono::nanoseconds timeout = kLong) {
    const auto answer = Await(client_->Read(request, timeout));
    if (!answer.ok()) return answer.error().ToString();
    if (const auto* const code = std::get_if<ExceptionCode>(&*answer)) return ExceptionText(*code);
    const Data data = std::get<Data>(*answer);
    std::string text;
    for (std::size_t i = 0; i < request.count; ++i) {
      if (i > 0) text += ' ';
      text += HasBits(request.table)
                  ? std::to_string(static_cast<int>(BitAt(data, i)))
                  : FormatValue(DecodeRegisters({}, data.subspan(2 * i, 2))->value);
    }
    return text;
  }
  std::string ReadOne(std::chrono::nanoseconds timeout = kLong) { return Read({}, timeout); }
  void Answer(AnswerManner::Fault fault, milliseconds delay = {}) {
    bank_.SetManner(1, {fault, delay});
  }

  SystemClock clock_;
  RegisterBank bank_;
  ModbusServer server_;
  std::uint16_t port_ = 0;
  asio::io_context io_;
  std::optional<Client> client_;
};

TEST_F(ModbusClientTest, ReadsTheFourTables) {
  EXPECT_EQ(Read({.table = Table::kHoldingRegisters, .address = 2, .count = 3}), "102 103 104");
  EXPECT_EQ(Read({.table = Table::kInputRegisters, .address = 7}), "65535");
  EXPECT_EQ(Read({.table = Table::kCoils, .address = 0, .count = 10}), "1 0 0 1 0 0 1 0 0 1");
  EXPECT_EQ(Read({.table = Table::kDiscreteInputs, .address = 65'535}), "1");
  EXPECT_EQ(server_.connections(), 1U);
  EXPECT_EQ(server_.requests(), 4U);
}

TEST_F(ModbusClientTest, AnExceptionLeavesTheConnection) {
  EXPECT_EQ(Read({.address = 9, .count = 2}), "illegal data address (exception 2)");
  EXPECT_EQ(Read({.unit = 9}), "no answer to the gateway (exception 11)");
  EXPECT_EQ(ReadOne(), "100");
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(ModbusClientTest, AnAnswerThatComesTooLateIsDropped) {
  Answer(AnswerManner::Fault::kLate);
  EXPECT_EQ(ReadOne(kShort), "no answer in time");
  EXPECT_TRUE(client_->connected());
  Answer(AnswerManner::Fault::kNone);
  EXPECT_EQ(Read({.address = 1}), "101") << "and not the value of the late answer";
  EXPECT_EQ(client_->late_answers(), 1U);
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(ModbusClientTest, TheThirdSilenceInARowCostsTheConnection) {
  Answer(AnswerManner::Fault::kSilence);
  EXPECT_EQ(ReadOne(kShort), "no answer in time");
  EXPECT_EQ(ReadOne(kShort), "no answer in time");
  EXPECT_TRUE(client_->connected());
  Answer(AnswerManner::Fault::kNone);
  EXPECT_EQ(ReadOne(), "100") << "which is counted from anew";
  Answer(AnswerManner::Fault::kSilence);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(client_->connected());
    EXPECT_EQ(ReadOne(kShort), "no answer in time");
  }
  EXPECT_FALSE(client_->connected());
  EXPECT_EQ(ReadOne(), "not connected");
}

TEST_F(ModbusClientTest, WhatNobodyAskedForEndsTheConnection) {
  using Fault = AnswerManner::Fault;
  const std::pair<Fault, const char*> faults[] = {
      {Fault::kWrongTransaction, "which nobody asked for"},
      {Fault::kWrongUnit, "expected unit 1, got 77"},
      {Fault::kNotModbus, "not Modbus TCP"},
      {Fault::kCut, "closed the connection"},
      {Fault::kReset, "reset"}};
  for (const auto& [fault, expected] : faults) {
    Answer(fault);
    EXPECT_THAT(ReadOne(), HasSubstr(expected));
    EXPECT_FALSE(client_->connected());
    Answer(Fault::kNone);
    ASSERT_TRUE(Connect().ok());
    EXPECT_EQ(ReadOne(), "100") << "nothing is left of the old connection";
  }
}

TEST_F(ModbusClientTest, AnAnswerThatComesTwiceIsNotTakenForTheNext) {
  Answer(AnswerManner::Fault::kTwice);
  EXPECT_EQ(ReadOne(), "100");
  EXPECT_THAT(Read({.address = 1}), HasSubstr("which nobody asked for"));
}

TEST_F(ModbusClientTest, AnAnswerMayComeInPieces) {
  Answer(AnswerManner::Fault::kTrickle, milliseconds(1));
  EXPECT_EQ(Read({.address = 0, .count = 4}), "100 101 102 103");
}

TEST_F(ModbusClientTest, PiecesThatComeTooLateAreDroppedAsAWhole) {
  Answer(AnswerManner::Fault::kTrickle, milliseconds(20));
  EXPECT_EQ(ReadOne(kShort), "no answer in time");
  Answer(AnswerManner::Fault::kNone);
  EXPECT_EQ(Read({.address = 1}), "101");
  EXPECT_EQ(client_->late_answers(), 1U);
}

TEST_F(ModbusClientTest, NobodyThereIsSaid) {
  client_->Close();
  RegisterBank other;
  std::uint16_t free_port = 0;
  {
    ModbusServer short_lived;
    free_port = *short_lived.Serve("127.0.0.1", 0, other);
  }
  Client client(io_.get_executor(), {"127.0.0.1", free_port}, clock_);
  const Status connected = Await(client.Connect(kLong));
  ASSERT_FALSE(connected.ok());
  EXPECT_EQ(connected.error().code(), ErrorCode::kUnavailable);
}

TEST_F(ModbusClientTest, ANameIsLookedUp) {
  Client client(io_.get_executor(), {"localhost", port_}, clock_);
  EXPECT_TRUE(Await(client.Connect(kLong)).ok());
  Client unknown(io_.get_executor(), {"no-such-host.invalid", port_}, clock_);
  EXPECT_FALSE(Await(unknown.Connect(kLong)).ok());
}

TEST_F(ModbusClientTest, APortThatIsTakenIsAConflict) {
  const auto taken = server_.Serve("127.0.0.1", port_, bank_);
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code(), ErrorCode::kConflict);
  EXPECT_EQ(server_.Serve("nowhere", 0, bank_).error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace bedplate::modbus
