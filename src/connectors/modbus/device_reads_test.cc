#include "connectors/modbus/device_reads.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace bedplate::modbus {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr Timestamp kArrival = Timestamp::FromSeconds(1'700'000'000);

ValueSettings ValueAt(std::uint16_t address, std::chrono::nanoseconds interval = seconds(1),
                      Decoding decoding = {}) {
  ValueSettings value;
  value.range = {.address = address, .count = RegistersOf(decoding)};
  value.decoding = decoding;
  value.interval = interval;
  value.path = fmt::format("p/{}", address);
  value.place = fmt::format("d:502 unit 1 hr:{}", address);
  return value;
}

/// A device where each register holds its own address.
Bytes DataOf(const ReadRequest& request) {
  Bytes data;
  for (std::size_t i = 0; i < request.count; ++i) {
    data.push_back(static_cast<std::byte>((request.address + i) >> 8U));
    data.push_back(static_cast<std::byte>((request.address + i) & 0xFFU));
  }
  return data;
}

std::map<std::string, Sample> SamplesOf(const Delivery& delivery) {
  std::map<std::string, Sample> samples;
  for (const PathBatch& batch : delivery.batches) samples[batch.path] = batch.samples.At(0);
  return samples;
}

TEST(ModbusDeviceReadsTest, EveryValueComesFromItsOwnRegisters) {
  DeviceSettings device{{"d"}, {}};
  for (std::uint16_t at = 10; at < 400; at += 3) device.values.push_back(ValueAt(at));
  DeviceReads reads(device, {});
  EXPECT_GT(reads.size(), 3U);
  ReadingBatcher out;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    reads.Take(i, DataOf(reads.RequestOf(i)), kArrival, out);
  }
  const Delivery delivery = out.Take();
  const auto samples = SamplesOf(delivery);
  ASSERT_EQ(samples.size(), device.values.size());
  for (const ValueSettings& value : device.values) {
    EXPECT_EQ(samples.at(value.path), (Sample{kArrival, std::int64_t{value.range.address}}));
  }
  EXPECT_EQ(delivery.batches[0].origin.prefix, "d:502 unit 1 hr:10");
}

TEST(ModbusDeviceReadsTest, BitsAreYesOrNo) {
  DeviceSettings device{{"d"}, {}};
  for (std::uint16_t at = 3; at < 20; ++at) {
    device.values.push_back(ValueAt(at));
    device.values.back().range.table = Table::kCoils;
  }
  DeviceReads reads(device, {});
  ASSERT_EQ(reads.size(), 1U);
  EXPECT_EQ(reads.RequestOf(0), (ReadRequest{.table = Table::kCoils, .address = 3, .count = 17}));
  ReadingBatcher out;
  const Bytes data{std::byte{0x01}, std::byte{0x80}, std::byte{0x00}};
  reads.Take(0, data, kArrival, out);
  for (const auto& [path, sample] : SamplesOf(out.Take())) {
    EXPECT_EQ(sample.value, Value(path == "p/3" || path == "p/18")) << path;
  }
}

TEST(ModbusDeviceReadsTest, IntervalsAreKeptApartAndPhasesSpread) {
  DeviceSettings device{{"d"}, {}};
  device.values = {ValueAt(0, seconds(1)), ValueAt(1, minutes(60)), ValueAt(2, seconds(1))};
  DeviceReads reads(device, {});
  ASSERT_EQ(reads.size(), 2U);
  EXPECT_EQ(reads.IntervalOf(0), seconds(1));
  EXPECT_EQ(reads.RequestOf(0).count, 3) << "read over the one between";
  EXPECT_EQ(reads.IntervalOf(1), minutes(60));
  EXPECT_LT(reads.PhaseOf(1), seconds(5));

  std::set<std::chrono::nanoseconds> phases;
  for (int i = 0; i < 100; ++i) {
    ValueSettings value = ValueAt(0);
    value.place = fmt::format("10.0.1.{}:502 unit 1 hr:0", i);
    DeviceReads other({{"d"}, {value}}, {});
    EXPECT_EQ(other.PhaseOf(0), DeviceReads({{"d"}, {value}}, {}).PhaseOf(0));
    EXPECT_LT(other.PhaseOf(0), seconds(1));
    phases.insert(other.PhaseOf(0) / 100'000'000);
  }
  EXPECT_EQ(phases.size(), 10U) << "of 100 devices some come in each tenth of the second";
}

/// Asks as a poller does until nothing is refused any more, of a device that lacks some registers.
struct LackingDevice {
  std::set<std::uint16_t> lacks;

  [[nodiscard]] bool Has(const ReadRequest& request) const {
    for (std::uint32_t i = 0; i < request.count; ++i) {
      if (lacks.contains(static_cast<std::uint16_t>(request.address + i))) return false;
    }
    return true;
  }
  int AskAll(DeviceReads& reads, std::chrono::nanoseconds now, ReadingBatcher& out) const {
    int requests = 0;
    for (std::size_t i = 0; i < reads.size(); ++i) {
      while (!reads.IsWaiting(i, now)) {
        ++requests;
        if (Has(reads.RequestOf(i))) {
          reads.Take(i, DataOf(reads.RequestOf(i)), kArrival, out);
          break;
        }
        reads.Refused(i, ExceptionCode::kIllegalAddress, now, out);
      }
    }
    return requests;
  }
};

TEST(ModbusDeviceReadsTest, ARequestThatIsRefusedIsHalvedUntilTheMissingStandAlone) {
  DeviceSettings device{{"d"}, {}};
  for (std::uint16_t at = 0; at < 100; ++at) device.values.push_back(ValueAt(at));
  DeviceReads reads(device, {});
  ASSERT_EQ(reads.size(), 1U);
  const LackingDevice peer{.lacks = {17, 63}};
  ReadingBatcher out;
  EXPECT_LE(peer.AskAll(reads, seconds(0), out), 4 * 7) << "about log2(100) for each of them";
  Delivery first = out.Take();
  EXPECT_EQ(SamplesOf(first).size(), 98U);
  ASSERT_EQ(first.letters.size(), 2U);
  for (const DeadLetter& letter : first.letters) {
    EXPECT_EQ(letter.code, "no-such-register");
    EXPECT_THAT(letter.reason, HasSubstr("illegal data address"));
  }
  const DeadLetter& one = first.letters[first.letters[0].tag == "p/17" ? 0 : 1];
  const DeadLetter& other = first.letters[first.letters[0].tag == "p/17" ? 1 : 0];
  EXPECT_EQ(one.place, "d:502 unit 1 hr:17");
  EXPECT_EQ(other.tag, "p/63");

  const auto count = reads.size();
  EXPECT_EQ(peer.AskAll(reads, seconds(1), out), static_cast<int>(count) - 2);
  Delivery second = out.Take();
  EXPECT_EQ(SamplesOf(second).size(), 98U) << "the neighbours go on";
  EXPECT_TRUE(second.letters.empty()) << "once is enough";
  EXPECT_EQ(reads.size(), count);
}

TEST(ModbusDeviceReadsTest, AMissingRegisterIsAskedForAgainLaterAndMayCome) {
  DeviceReads reads({{"d"}, {ValueAt(5)}}, {});
  ReadingBatcher out;
  LackingDevice peer{.lacks = {5}};
  EXPECT_EQ(peer.AskAll(reads, seconds(0), out), 1);
  EXPECT_EQ(peer.AskAll(reads, minutes(4), out), 0);
  EXPECT_EQ(peer.AskAll(reads, minutes(5), out), 1);
  EXPECT_EQ(out.Take().letters.size(), 1U);
  peer.lacks.clear();
  EXPECT_EQ(peer.AskAll(reads, minutes(10), out), 1);
  EXPECT_EQ(SamplesOf(out.Take()).size(), 1U);
  peer.lacks = {5};
  EXPECT_EQ(peer.AskAll(reads, minutes(11), out), 1);
  EXPECT_EQ(out.Take().letters.size(), 1U) << "gone again is news again";
}

TEST(ModbusDeviceReadsTest, ATableThatThereIsNotIsNotHalved) {
  DeviceReads reads({{"d"}, {ValueAt(0), ValueAt(1), ValueAt(2)}}, {});
  ReadingBatcher out;
  EXPECT_EQ(reads.Refused(0, ExceptionCode::kIllegalFunction, seconds(0), out), std::nullopt);
  EXPECT_EQ(reads.size(), 1U);
  EXPECT_TRUE(reads.IsWaiting(0, seconds(1)));
  EXPECT_EQ(out.Take().letters.size(), 3U);
}

TEST(ModbusDeviceReadsTest, WhatCannotBeASampleIsALetterAndTheRestIsKept) {
  DeviceSettings device{{"d"}, {}};
  device.values = {ValueAt(0, seconds(1), {.form = Form::kU64}), ValueAt(4)};
  DeviceReads reads(device, {});
  ReadingBatcher out;
  Bytes data(10, std::byte{0xFF});
  data[9] = std::byte{7};
  reads.Take(0, data, kArrival, out);
  const Delivery delivery = out.Take();
  EXPECT_EQ(SamplesOf(delivery).at("p/4").value, Value(std::int64_t{0xFF07}));
  ASSERT_EQ(delivery.letters.size(), 1U);
  EXPECT_EQ(delivery.letters[0].code, "bad-number");
  EXPECT_EQ(delivery.letters[0].tag, "p/0");
  EXPECT_THAT(delivery.letters[0].reason, HasSubstr("18446744073709551615"));
  EXPECT_EQ(delivery.letters[0].payload, "0xFFFF 0xFFFF 0xFFFF 0xFFFF");
}

}  // namespace
}  // namespace bedplate::modbus
