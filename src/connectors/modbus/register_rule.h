#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "connectors/modbus/address.h"
#include "connectors/modbus/decode.h"
#include "connectors/modbus/plan.h"
#include "ingest/name_pattern.h"

namespace bedplate::modbus {

/// One entry of `registers`, for all devices of a source.
struct RegisterRule {
  std::string name;
  Address address;
  std::uint16_t count = 1;  // registers or bits
  Decoding decoding;
  std::string unit;
  std::chrono::nanoseconds interval{0};
  PathTemplate path;
};

/// What a rule takes over when it says nothing.
struct RuleDefaults {
  ByteOrder order = ByteOrder::kAbcd;
  std::chrono::nanoseconds interval{0};
  ReadLimits limits;
  std::vector<std::string> holes;  // that a path may use
};

/// The interval that `field` says, or `fallback`.
std::chrono::nanoseconds ReadInterval(YamlMapReader& map, std::string_view field,
                                      std::chrono::nanoseconds fallback);
/// The order of bytes that `order` says, or `fallback`.
ByteOrder ReadOrder(YamlMapReader& map, ByteOrder fallback);

/// Nothing when there are faults.
std::optional<RegisterRule> ReadRegisterRule(const YamlValue& node, const std::string& key,
                                             const RuleDefaults& defaults, YamlFaults& faults);

}  // namespace bedplate::modbus
