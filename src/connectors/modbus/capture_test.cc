// A capture of real traffic and what Zeek's analyser made of it (values and exception of each
// answer). The files are not part of the repository: BEDPLATE_DATA names their folder, or they lie
// in ../shared/data beside the checkout.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/shared_data_test_support.h"
#include "connectors/modbus/decode.h"
#include "connectors/modbus/frame.h"

namespace bedplate::modbus {
namespace {

using ::testing::HasSubstr;

constexpr std::uint16_t kModbusPort = 502;

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The payload of one TCP segment.
struct Segment {
  std::uint16_t from_port = 0;
  std::uint16_t to_port = 0;
  Bytes payload;
};

std::uint16_t BigShort(ByteView bytes, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) << 8U |
                                    std::to_integer<unsigned>(bytes[at + 1]));
}

Segment SegmentOf(ByteView packet) {
  constexpr std::size_t kEthernetBytes = 14;
  const ByteView ip = packet.subspan(kEthernetBytes);
  const std::size_t ip_bytes = (std::to_integer<std::size_t>(ip[0]) & 0xFU) * 4;
  const ByteView tcp = ip.subspan(ip_bytes, BigShort(ip, 2) - ip_bytes);
  const std::size_t tcp_bytes = (std::to_integer<std::size_t>(tcp[12]) >> 4U) * 4;
  const ByteView payload = tcp.subspan(tcp_bytes);
  return {BigShort(tcp, 0), BigShort(tcp, 2), Bytes(payload.begin(), payload.end())};
}

/// Of a little-endian pcap file of Ethernet frames that carry TCP over IPv4.
std::vector<Segment> SegmentsOf(const std::string& pcap) {
  constexpr std::size_t kFileHeadBytes = 24;
  std::vector<Segment> segments;
  ByteReader reader(AsBytes(pcap));
  reader.Take(kFileHeadBytes);
  while (reader.ok() && !reader.AtEnd()) {
    reader.Fixed<std::uint64_t>();  // the time
    const auto size = reader.Fixed<std::uint32_t>();
    reader.Fixed<std::uint32_t>();  // on the wire
    const ByteView packet = reader.Take(size);
    if (reader.ok()) segments.push_back(SegmentOf(packet));
  }
  EXPECT_TRUE(reader.ok());
  return segments;
}

/// The client's port, the transaction and the function tell an exchange from all others.
using ExchangeKey = std::tuple<std::uint16_t, std::uint16_t, std::uint8_t>;
struct Kept {
  Frame frame;
  Bytes body;
};
using FramesByKey = std::map<ExchangeKey, Kept>;

void Collect(const Segment& segment, FramesByKey& requests, FramesByKey& answers) {
  const bool is_request = segment.to_port == kModbusPort;
  FrameStream stream;
  std::ranges::copy(segment.payload, stream.Space().begin());
  stream.Filled(segment.payload.size());
  auto frame = stream.Next();
  for (; frame.ok() && *frame; frame = stream.Next()) {
    const auto function = static_cast<std::uint8_t>((*frame)->function & 0x7FU);
    const ExchangeKey key{is_request ? segment.from_port : segment.to_port, (*frame)->transaction,
                          function};
    Kept& kept = (is_request ? requests : answers)[key];
    kept.body.assign((*frame)->body.begin(), (*frame)->body.end());
    kept.frame = **frame;
    kept.frame.body = kept.body;
  }
  EXPECT_TRUE(frame.ok()) << frame.error().ToString();
}

/// One line of the log about a function that reads.
struct Logged {
  ExchangeKey key;
  ReadRequest request;
  std::string values;  // "170,187"; "-" for none
  std::string exception;
};

std::vector<Logged> LoggedReads(const std::string& log) {
  const std::map<std::string, Table> reads{{"READ_COILS", Table::kCoils},
                                           {"READ_DISCRETE_INPUTS", Table::kDiscreteInputs},
                                           {"READ_HOLDING_REGISTERS", Table::kHoldingRegisters},
                                           {"READ_INPUT_REGISTERS", Table::kInputRegisters}};
  std::vector<Logged> logged;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::vector<std::string> fields;
    for (std::string cell; std::getline(cells, cell, '\t');) fields.push_back(cell);
    if (line.empty() || line[0] == '#' || !reads.contains(fields.at(8))) continue;
    const auto number = [&](std::size_t at) { return std::stoi(fields.at(at)); };
    const Table table = reads.at(fields[8]);
    logged.push_back({{number(3), number(6), static_cast<std::uint8_t>(table)},
                      {.unit = static_cast<std::uint8_t>(number(7)),
                       .table = table,
                       .address = static_cast<std::uint16_t>(number(9)),
                       .count = static_cast<std::uint16_t>(number(10))},
                      fields.at(12),
                      fields.at(19)});
  }
  return logged;
}

std::string ValuesOf(Data data, const ReadRequest& request) {
  std::string text;
  for (std::size_t i = 0; i < request.count; ++i) {
    if (i > 0) text += ',';
    if (HasBits(request.table)) {
      text += BitAt(data, i) ? '1' : '0';
    } else {
      text += FormatValue(DecodeRegisters({}, data.subspan(2 * i, 2))->value);
    }
  }
  return text;
}

class ModbusCaptureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto pcap = SharedDataFile("modbus_pcap/modbus_example.pcap");
    if (!std::filesystem::exists(pcap)) GTEST_SKIP() << "no capture of Modbus traffic here";
    for (const Segment& segment : SegmentsOf(ReadAll(pcap))) Collect(segment, requests_, answers_);
    reads_ = LoggedReads(ReadAll(SharedDataFile("modbus_pcap/modbus_detailed.log")));
  }

  FramesByKey requests_;
  FramesByKey answers_;
  std::vector<Logged> reads_;
};

TEST_F(ModbusCaptureTest, EveryLoggedReadIsReadTheSame) {
  ASSERT_EQ(reads_.size(), 9U);
  for (const Logged& logged : reads_) {
    SCOPED_TRACE(Describe(logged.request));
    const auto request = DecodeRequest(requests_.at(logged.key).frame);
    ASSERT_TRUE(std::holds_alternative<ReadRequest>(request));
    EXPECT_EQ(std::get<ReadRequest>(request), logged.request);
    const auto answer = DecodeAnswer(answers_.at(logged.key).frame, logged.request);
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    if (logged.exception == "ILLEGAL_DATA_ADDRESS") {
      EXPECT_EQ(std::get<ExceptionCode>(*answer), ExceptionCode::kIllegalAddress);
    } else {
      EXPECT_EQ(ValuesOf(std::get<Data>(*answer), logged.request), logged.values);
    }
  }
}

TEST_F(ModbusCaptureTest, OurRequestsAreTheCapturedBytes) {
  for (const Logged& logged : reads_) {
    Bytes out;
    EncodeRequest(std::get<1>(logged.key), logged.request, out);
    EXPECT_TRUE(
        std::ranges::equal(ByteView(out).subspan(kHeadBytes + 1), requests_.at(logged.key).body));
  }
}

TEST_F(ModbusCaptureTest, OtherFunctionsAreRefusedCleanly) {
  std::size_t others = 0;
  for (const auto& [key, kept] : requests_) {
    if (std::get<2>(key) <= static_cast<int>(Table::kInputRegisters)) continue;
    ++others;
    const auto request = DecodeRequest(kept.frame);
    ASSERT_TRUE(std::holds_alternative<ExceptionCode>(request));
    EXPECT_EQ(std::get<ExceptionCode>(request), ExceptionCode::kIllegalFunction);
    const auto answer = answers_.find(key);
    if (answer == answers_.end()) continue;
    const auto refused = DecodeAnswer(answer->second.frame, {.unit = kept.frame.unit});
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message(), HasSubstr("expected function 3"));
  }
  EXPECT_EQ(others, 15U);
}

}  // namespace
}  // namespace bedplate::modbus
