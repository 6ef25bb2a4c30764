#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "connectors/modbus/frame.h"

namespace bedplate::modbus {

/// A place in a device, as it stands on the wire.
struct Address {
  Table table = Table::kHoldingRegisters;
  std::uint16_t number = 0;  // from 0

  bool operator==(const Address&) const = default;
};

/// Reads `hr:0`, `ir:12`, `co:1` or `di:3`, which count from 0 as the wire does, or the numbers of
/// manuals, which count from 1 behind the digit of the table: `40001` or `400001` is `hr:0`,
/// `30001` `ir:0`, `10001` `di:0` and `00001` `co:0`.
/// Errors: kInvalidArgument says what is expected.
Result<Address> ParseAddress(std::string_view text);

/// `hr:0`.
std::string FormatAddress(const Address& address);
/// As manuals count: `40001`, and `410001` beyond the 9999 that five digits can say.
std::string FormatManualAddress(const Address& address);

}  // namespace bedplate::modbus
