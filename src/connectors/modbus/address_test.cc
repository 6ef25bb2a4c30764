#include "connectors/modbus/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bedplate::modbus {
namespace {

using ::testing::HasSubstr;

Address AddressOf(std::string_view text) {
  const auto address = ParseAddress(text);
  EXPECT_TRUE(address.ok()) << text;
  return address.ok() ? *address : Address();
}

TEST(ModbusAddressTest, NamesCountFromZeroAndManualsFromOne) {
  EXPECT_EQ(AddressOf("hr:0"), (Address{Table::kHoldingRegisters, 0}));
  EXPECT_EQ(AddressOf("ir:12"), (Address{Table::kInputRegisters, 12}));
  EXPECT_EQ(AddressOf("co:1"), (Address{Table::kCoils, 1}));
  EXPECT_EQ(AddressOf("di:65535"), (Address{Table::kDiscreteInputs, 65'535}));
  EXPECT_EQ(AddressOf("40001"), (Address{Table::kHoldingRegisters, 0}));
  EXPECT_EQ(AddressOf("400001"), (Address{Table::kHoldingRegisters, 0}));
  EXPECT_EQ(AddressOf("465536"), (Address{Table::kHoldingRegisters, 65'535}));
  EXPECT_EQ(AddressOf("30013"), (Address{Table::kInputRegisters, 12}));
  EXPECT_EQ(AddressOf("10004"), (Address{Table::kDiscreteInputs, 3}));
  EXPECT_EQ(AddressOf("00002"), (Address{Table::kCoils, 1}));
}

TEST(ModbusAddressTest, EveryAddressReadsBackInBothWays) {
  for (int function = 1; function <= 4; ++function) {
    for (std::uint32_t number = 0; number < kTableSize; ++number) {
      const Address address{static_cast<Table>(function), static_cast<std::uint16_t>(number)};
      ASSERT_EQ(AddressOf(FormatAddress(address)), address);
      ASSERT_EQ(AddressOf(FormatManualAddress(address)), address);
    }
  }
  EXPECT_EQ(FormatManualAddress({Table::kHoldingRegisters, 9'998}), "49999");
  EXPECT_EQ(FormatManualAddress({Table::kHoldingRegisters, 9'999}), "410000");
}

TEST(ModbusAddressTest, WhatIsNoAddressIsRefused) {
  for (const char* const text :
       {"", "hr", "hr:", "hr:-1", "hr:65536", "hr:1x", "hr: 1", "HR:1", "xx:1", "1", "4001",
        "40000", "400000", "465537", "20001", "50001", "4000001", "4 001", "40a01"}) {
    const auto address = ParseAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_THAT(address.error().message(), HasSubstr("hr:0"));
  }
}

}  // namespace
}  // namespace bedplate::modbus
