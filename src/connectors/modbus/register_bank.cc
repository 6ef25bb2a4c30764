#include "connectors/modbus/register_bank.h"

namespace bedplate::modbus {

void RegisterBank::Set(std::uint8_t unit, Table table, std::uint16_t address, std::uint16_t value) {
  const std::lock_guard lock(mutex_);
  units_[unit].values[{table, address}] = value;
}

void RegisterBank::SetManner(std::uint8_t unit, AnswerManner manner) {
  const std::lock_guard lock(mutex_);
  units_[unit].manner = manner;
}

void RegisterBank::SetException(std::uint8_t unit, std::optional<ExceptionCode> code) {
  const std::lock_guard lock(mutex_);
  units_[unit].exception = code;
}

std::uint64_t RegisterBank::reads(std::uint8_t unit) const {
  const std::lock_guard lock(mutex_);
  const auto known = units_.find(unit);
  return known == units_.end() ? 0 : known->second.reads;
}

std::variant<Bytes, ExceptionCode> RegisterBank::Read(const ReadRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto known = units_.find(request.unit);
  if (known == units_.end()) return ExceptionCode::kGatewayTargetSilent;
  Unit& unit = known->second;
  ++unit.reads;
  if (unit.exception) return *unit.exception;
  Bytes data(DataBytes(request.table, request.count));
  for (std::size_t i = 0; i < request.count; ++i) {
    const auto value =
        unit.values.find({request.table, static_cast<std::uint16_t>(request.address + i)});
    if (value == unit.values.end()) return ExceptionCode::kIllegalAddress;
    if (HasBits(request.table)) {
      data[i / 8] |= static_cast<std::byte>((value->second != 0 ? 1U : 0U) << (i % 8));
    } else {
      data[2 * i] = static_cast<std::byte>(value->second >> 8U);
      data[2 * i + 1] = static_cast<std::byte>(value->second & 0xFFU);
    }
  }
  return data;
}

AnswerManner RegisterBank::MannerOf(const ReadRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto known = units_.find(request.unit);
  return known == units_.end() ? AnswerManner() : known->second.manner;
}

}  // namespace bedplate::modbus
