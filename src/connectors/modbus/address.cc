#include "connectors/modbus/address.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "base/parse_number.h"

namespace bedplate::modbus {
namespace {

constexpr std::size_t kShortManualDigits = 5;
constexpr std::size_t kLongManualDigits = 6;
constexpr std::uint32_t kMostInShortManual = 9'999;

/// Each table with the digit that manuals put in front of it.
constexpr std::array<std::pair<char, Table>, 4> kManualDigits{{
    {'0', Table::kCoils},
    {'1', Table::kDiscreteInputs},
    {'3', Table::kInputRegisters},
    {'4', Table::kHoldingRegisters},
}};

std::optional<Address> ReadNamed(std::string_view text) {
  for (const auto& [digit, table] : kManualDigits) {
    if (text.substr(0, 2) != TableName(table) || text.substr(2, 1) != ":") continue;
    const auto number = ParseNumber<std::uint32_t>(text.substr(3));
    if (!number || *number >= kTableSize) return std::nullopt;
    return Address{table, static_cast<std::uint16_t>(*number)};
  }
  return std::nullopt;
}

std::optional<Address> ReadManual(std::string_view text) {
  if (text.size() != kShortManualDigits && text.size() != kLongManualDigits) return std::nullopt;
  const auto number = ParseNumber<std::uint32_t>(text.substr(1));
  if (!number || *number == 0 || *number > kTableSize) return std::nullopt;
  for (const auto& [digit, table] : kManualDigits) {
    if (text.front() == digit) return Address{table, static_cast<std::uint16_t>(*number - 1)};
  }
  return std::nullopt;
}

}  // namespace

Result<Address> ParseAddress(std::string_view text) {
  if (const auto address = ReadNamed(text)) return *address;
  if (const auto address = ReadManual(text)) return *address;
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("expected an address such as hr:0, ir:12, co:1, di:3 or 40001, got '{}'", text));
}

std::string FormatAddress(const Address& address) {
  return fmt::format("{}:{}", TableName(address.table), address.number);
}

std::string FormatManualAddress(const Address& address) {
  char digit = '?';
  for (const auto& [each, table] : kManualDigits) {
    if (table == address.table) digit = each;
  }
  const std::uint32_t number = std::uint32_t{address.number} + 1;
  const std::size_t digits = number <= kMostInShortManual ? 4 : 5;
  return fmt::format("{}{:0{}}", digit, number, digits);
}

}  // namespace bedplate::modbus
