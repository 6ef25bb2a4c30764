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

/// A source of kind `modbus`, as docs/guides/modbus.md has it.
struct ModbusSettings {
  std::vector<DeviceSettings> devices;
  ReadLimits limits;
  std::chrono::nanoseconds timeout{0};
};

/// Nothing when there are faults.
std::optional<ModbusSettings> ReadModbusSettings(const SourceSpec& spec, YamlFaults& faults);

}  // namespace bedplate::modbus
