#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/yaml.h"
#include "connectors/modbus/decode.h"
#include "connectors/modbus/endpoint.h"
#include "connectors/modbus/plan.h"
#include "ingest/source.h"

namespace bedplate::modbus {

inline constexpr std::size_t kMostEndpoints = 1'000;
inline constexpr std::size_t kMostValues = 200'000;  // of a source

/// A value that is read again and again.
struct ValueSettings {
  ReadRequest range;
  Decoding decoding;  // not used where the table has bits
  std::chrono::nanoseconds interval{0};
  std::string path;
  std::string unit;   // of measure; empty: the tag's own
  std::string place;  // `10.0.1.5:502 unit 1 hr:3000`
};

struct DeviceSettings {
  Endpoint endpoint;
  std::vector<ValueSettings> values;
};

/// A source of kind `modbus`:
///
///     url: tcp://10.0.1.{1..100}:502   # braces repeat: {n} is what stood there, {n2} in the
///     second unit: 1                          # 0 to 255, also with braces interval: 1s timeout:
///     1s                      # for the answer of a unit most_registers: 125              # of one
///     request most_bits: 2000 max_gap: 8                       # registers that nobody asked for
///     and are read along max_gap_bits: 64 order: abcd                      # of registers that say
///     none: abcd badc cdab dcba registers:
///       - name: power
///         at: hr:3000                  # or 43001
///         type: f32                    # u16 i16 u32 i32 u64 i64 f32 f64 bool string bits
///         order: cdab
///         length: 8                    # registers of a string
///         bit: 3                       # of a bool
///         bits: 0-3                    # of type bits
///         scale: 0.001                 # value * scale + offset, a double
///         offset: 0
///         invalid: 0x80000000          # as the device shows it, or nan
///         unit: kW
///         interval: 10s
///         to: acme/meter-{n}/{name}    # also {host} {port} {unit}, the last is the device's
struct ModbusSettings {
  std::vector<DeviceSettings> devices;
  ReadLimits limits;
  std::chrono::nanoseconds timeout{0};
};

/// Nothing when there are faults.
std::optional<ModbusSettings> ReadModbusSettings(const SourceSpec& spec, YamlFaults& faults);

}  // namespace bedplate::modbus
