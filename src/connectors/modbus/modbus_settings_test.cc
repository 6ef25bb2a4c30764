#include "connectors/modbus/modbus_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "connectors/modbus/modbus_source.h"

namespace bedplate::modbus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

SourceSpec SpecOf(const std::string& yaml, YamlFaults& faults) {
  SourceSpec spec;
  spec.name = "meters";
  spec.kind = "modbus";
  spec.settings = ParseYaml(yaml, faults);
  spec.key = "sources.meters";
  return spec;
}

ModbusSettings SettingsOf(const std::string& yaml) {
  YamlFaults faults("plant.yaml");
  auto settings = ReadModbusSettings(SpecOf(yaml, faults), faults);
  EXPECT_TRUE(settings.has_value());
  for (const YamlFault& fault : faults.list()) ADD_FAILURE() << fault.ToString();
  return settings ? *std::move(settings) : ModbusSettings();
}

std::vector<std::string> FaultsOf(const std::string& yaml) {
  YamlFaults faults("plant.yaml");
  const auto source = ModbusKind().Configure(SpecOf(yaml, faults), faults);
  EXPECT_EQ(source == nullptr, !faults.empty());
  std::vector<std::string> texts;
  for (const YamlFault& fault : faults.list()) texts.push_back(fault.ToString());
  return texts;
}

/// One register with these fields.
std::vector<std::string> RegisterFaults(const std::string& fields) {
  return FaultsOf("url: tcp://a\nregisters: [{name: x, to: p/x, " + fields + "}]\n");
}

std::vector<std::string> SourceFaults(const std::string& fields) {
  return FaultsOf(fields + "\nregisters: [{name: x, to: 'p/{n}/x', at: hr:1}]\n");
}

Decoding DecodingOf(const std::string& fields) {
  const auto settings =
      SettingsOf("url: tcp://a\nregisters: [{name: x, to: p/x, " + fields + "}]\n");
  return settings.devices.at(0).values.at(0).decoding;
}

TEST(ModbusSettingsTest, TheExampleOfTheDesign) {
  const auto settings = SettingsOf(R"(
url: tcp://10.0.1.{1..100}:502
unit: 1
interval: 1s
timeout: 500ms
registers:
  - {name: power, at: "hr:3000", type: f32, order: cdab, unit: kW, scale: 0.001, to: "acme/leeds/meter-{n}/power"}
  - {name: door, at: "di:12", to: "acme/leeds/meter-{n}/{name}"}
)");
  EXPECT_EQ(settings.timeout, milliseconds(500));
  ASSERT_EQ(settings.devices.size(), 100U);
  const DeviceSettings& last = settings.devices[99];
  EXPECT_EQ(last.endpoint, (Endpoint{"10.0.1.100", 502}));
  ASSERT_EQ(last.values.size(), 2U);
  EXPECT_EQ(last.values[0].path, "acme/leeds/meter-100/power");
  EXPECT_EQ(last.values[0].place, "10.0.1.100:502 unit 1 hr:3000");
  EXPECT_EQ(last.values[0].unit, "kW");
  EXPECT_EQ(last.values[0].interval, seconds(1));
  EXPECT_EQ(last.values[0].range,
            (ReadRequest{.table = Table::kHoldingRegisters, .address = 3000, .count = 2}));
  EXPECT_EQ(last.values[0].decoding.order, ByteOrder::kCdab);
  EXPECT_EQ(last.values[0].decoding.scale, 0.001);
  EXPECT_EQ(last.values[1].path, "acme/leeds/meter-100/door");
  EXPECT_EQ(last.values[1].range,
            (ReadRequest{.table = Table::kDiscreteInputs, .address = 12, .count = 1}));
  EXPECT_EQ(last.values[1].decoding.form, Form::kBool);
}

TEST(ModbusSettingsTest, EveryCombinationOfBracesAndUnits) {
  const auto settings = SettingsOf(R"(
url: tcp://gw-{a,b}.local:{502,503}
unit: "{1..3}"
registers: [{name: x, at: 40001, to: "p/{n}/{n2}/{host}/{port}/{unit}"}]
)");
  std::vector<std::string> paths;
  for (const DeviceSettings& device : settings.devices) {
    for (const ValueSettings& value : device.values) paths.push_back(value.path);
  }
  ASSERT_EQ(paths.size(), 12U);
  EXPECT_EQ(paths[0], "p/a/502/gw-a.local/502/1");
  EXPECT_EQ(paths[4], "p/a/503/gw-a.local/503/2");
  EXPECT_EQ(paths[11], "p/b/503/gw-b.local/503/3");
}

TEST(ModbusSettingsTest, LimitsAndDefaultsForAllRegisters) {
  const auto settings = SettingsOf(R"(
url: tcp://a
most_registers: 64
most_bits: 100
max_gap: 0
max_gap_bits: 7
order: dcba
interval: 2s
registers:
  - {name: x, at: hr:0, to: p/x}
  - {name: y, at: hr:1, to: p/y, order: abcd, interval: 1m}
)");
  EXPECT_EQ(settings.limits.registers, 64);
  EXPECT_EQ(settings.limits.bits, 100);
  EXPECT_EQ(settings.limits.gap_registers, 0);
  EXPECT_EQ(settings.limits.gap_bits, 7);
  const auto& values = settings.devices.at(0).values;
  EXPECT_EQ(values[0].decoding.order, ByteOrder::kDcba);
  EXPECT_EQ(values[0].interval, seconds(2));
  EXPECT_EQ(values[1].decoding.order, ByteOrder::kAbcd);
  EXPECT_EQ(values[1].interval, seconds(60));
}

TEST(ModbusSettingsTest, HowRegistersAreDecoded) {
  EXPECT_EQ(DecodingOf("at: hr:0").form, Form::kU16);
  const Decoding bit = DecodingOf("at: hr:0, type: bool, bit: 3");
  EXPECT_EQ(bit.bits.first, 3);
  EXPECT_EQ(bit.bits.last, 3);
  const Decoding yes = DecodingOf("at: hr:0, type: bool");
  EXPECT_EQ(yes.bits.last - yes.bits.first, 15);
  const Decoding bits = DecodingOf("at: hr:0, type: bits, bits: 4-7");
  EXPECT_EQ(bits.form, Form::kBits);
  EXPECT_EQ(bits.bits.first, 4);
  EXPECT_EQ(bits.bits.last, 7);
  EXPECT_EQ(DecodingOf("at: hr:0, type: string, length: 8").string_registers, 8);
  EXPECT_EQ(DecodingOf("at: hr:0, type: i16, invalid: 0x8000").invalid, 0x8000U);
  EXPECT_EQ(DecodingOf("at: hr:0, type: i16, invalid: -32768").invalid, 0x8000U);
  EXPECT_EQ(DecodingOf("at: hr:0, type: i64, invalid: -1").invalid, 0xFFFF'FFFF'FFFF'FFFFU);
  EXPECT_EQ(DecodingOf("at: hr:0, type: u64, invalid: 0xFFFFFFFFFFFFFFFF").invalid,
            0xFFFF'FFFF'FFFF'FFFFU);
  EXPECT_TRUE(DecodingOf("at: hr:0, type: f32, invalid: nan").nan_is_invalid);
  EXPECT_EQ(DecodingOf("at: hr:0, offset: -273.15").offset, -273.15);
}

TEST(ModbusSettingsTest, AFaultOfARegisterNamesItsPlace) {
  EXPECT_THAT(RegisterFaults("at: hr:1, tipe: u16"),
              ElementsAre(HasSubstr("(did you mean 'type'?)")));
  EXPECT_THAT(RegisterFaults("at: xx:1"),
              ElementsAre(HasSubstr("plant.yaml:2:36: sources.meters.registers[0].at: expected an "
                                    "address such as hr:0")));
  for (const char* const fields : {"at: hr:65535, type: u32",
                                   "at: hr:0, type: u8",
                                   "at: co:0, type: u16",
                                   "at: hr:0, bit: 3",
                                   "at: co:0, type: bool, bit: 1",
                                   "at: hr:0, type: bool, bit: 16",
                                   "at: hr:0, type: bits",
                                   "at: hr:0, type: bits, bits: 3-1",
                                   "at: hr:0, bits: 0-3",
                                   "at: hr:0, type: bits, bits: 0-16",
                                   "at: hr:0, type: string",
                                   "at: hr:0, length: 2",
                                   "at: hr:0, type: string, length: 0",
                                   "at: hr:0, type: string, length: 126",
                                   "at: hr:0, type: bool, scale: 2",
                                   "at: hr:0, type: string, length: 2, offset: 1",
                                   "at: hr:0, scale: nan",
                                   "at: hr:0, invalid: 0x10000",
                                   "at: hr:0, invalid: -32769",
                                   "at: hr:0, invalid: nan",
                                   "at: hr:0, type: bool, invalid: 1",
                                   "at: hr:0, invalid: 0x",
                                   "at: hr:0, order: abdc",
                                   "at: hr:0, interval: 0s",
                                   "at: hr:0, interval: 1ms",
                                   "at: hr:0, interval: 2w",
                                   "type: u16"}) {
    EXPECT_EQ(RegisterFaults(fields).size(), 1U) << fields;
  }
}

TEST(ModbusSettingsTest, AFaultOfTheSourceNamesItsPlace) {
  EXPECT_THAT(SourceFaults("url: http://{a,b}"),
              ElementsAre(HasSubstr("sources.meters.url: expected tcp://HOST[:PORT]")));
  for (const char* const fields :
       {"url: 'tcp://a{1..2}:x'", "url: 'tcp://a{1..2'", "url: 'tcp://a{1..1001}'",
        "url: 'tcp://a{1,2}{3}'", "url: 'tcp://a{1,2}'\nunit: 256",
        "url: 'tcp://a{1,2}'\nunit: one", "url: 'tcp://a{1,2}'\nunit: '{1..'",
        "url: 'tcp://a{1,2}'\ntimeout: 2m", "url: 'tcp://a{1,2}'\nmost_registers: 126",
        "url: 'tcp://a{1,2}'\nmost_registers: 0", "url: 'tcp://a{1,2}'\nmost_bits: 2001",
        "url: 'tcp://a{1,2}'\nmax_gap: -1", "url: 'tcp://a{1,2}'\nregister: []"}) {
    EXPECT_GE(SourceFaults(fields).size(), 1U) << fields;
  }
  EXPECT_EQ(FaultsOf("url: tcp://a").size(), 1U) << "no registers";
  EXPECT_EQ(FaultsOf("url: tcp://a\nregisters: []").size(), 1U);
  EXPECT_EQ(FaultsOf("url: tcp://a\nregisters: [{}]").size(), 3U) << "name, at, to";
  EXPECT_GE(FaultsOf("[]").size(), 1U);
}

TEST(ModbusSettingsTest, TwoValuesThatGiveOnePathAreAFault) {
  EXPECT_THAT(SourceFaults("url: 'tcp://a{1,1}'"), ElementsAre(HasSubstr("'p/1/x' twice")));
  EXPECT_THAT(FaultsOf("url: 'tcp://a{1,2}'\nregisters: [{name: x, at: hr:0, to: p/x}]"),
              ElementsAre(HasSubstr("registers[0].to: expected a path of its own")));
  EXPECT_THAT(FaultsOf("url: tcp://a\nregisters: [{name: x, at: hr:0, to: 'p/{m}'}]"),
              ElementsAre(HasSubstr("known: host, port, unit, name")));
}

TEST(ModbusSettingsTest, MoreValuesThanAPlantHasTagsAreAFault) {
  std::string yaml = "url: 'tcp://a{1..1000}'\nregisters:\n";
  for (int i = 0; i < 201; ++i) {
    yaml += "  - {name: x" + std::to_string(i) + ", at: hr:0, to: 'p/{n}/{name}'}\n";
  }
  EXPECT_THAT(FaultsOf(yaml), ElementsAre(HasSubstr("at most 200000 values")));
}

}  // namespace
}  // namespace bedplate::modbus
