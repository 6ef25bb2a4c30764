#include "connectors/modbus/endpoint.h"

#include <gtest/gtest.h>

namespace bedplate::modbus {
namespace {

TEST(ModbusEndpointTest, HasAHostAndMayHaveAPort) {
  EXPECT_EQ(*ParseEndpoint("tcp://10.0.1.5:1502"), (Endpoint{"10.0.1.5", 1502}));
  EXPECT_EQ(*ParseEndpoint("tcp://meter.acme.local"), (Endpoint{"meter.acme.local", 502}));
  EXPECT_EQ(*ParseEndpoint("tcp://[fe80::1]:502"), (Endpoint{"fe80::1", 502}));
  EXPECT_EQ(*ParseEndpoint("tcp://[::1]"), (Endpoint{"::1", 502}));
  for (const char* const url : {"tcp://10.0.1.5:1502", "tcp://[::1]:502"}) {
    EXPECT_EQ("tcp://" + FormatEndpoint(*ParseEndpoint(url)), url);
  }
}

TEST(ModbusEndpointTest, WhatIsNoneIsRefused) {
  for (const char* const url :
       {"", "10.0.1.5", "tcp:10.0.1.5", "http://a", "tcp://", "tcp://:502", "tcp://a:", "tcp://a:0",
        "tcp://a:65536", "tcp://a:x", "tcp://a:502/", "tcp://a b", "tcp://[::1", "tcp://[]:1",
        "tcp://[::1]502", "tcp://a@b"}) {
    EXPECT_FALSE(ParseEndpoint(url).ok()) << url;
  }
}

}  // namespace
}  // namespace bedplate::modbus
