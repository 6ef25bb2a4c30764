#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "connectors/modbus/modbus_server.h"

namespace bedplate::modbus {

/// The registers of some units, as a device or a gateway keeps them. What was never set does not
/// exist. Safe for concurrent use.
class RegisterBank final : public ServedDevice {
 public:
  /// A register, or a bit (0 or 1).
  void Set(std::uint8_t unit, Table table, std::uint16_t address, std::uint16_t value);
  /// How a unit answers from now on.
  void SetManner(std::uint8_t unit, AnswerManner manner);
  /// What a unit answers from now on instead of data; none: data again.
  void SetException(std::uint8_t unit, std::optional<ExceptionCode> code);
  /// Requests for a unit so far.
  [[nodiscard]] std::uint64_t reads(std::uint8_t unit) const;

  std::variant<Bytes, ExceptionCode> Read(const ReadRequest& request) override;
  AnswerManner MannerOf(const ReadRequest& request) override;

 private:
  struct Unit {
    std::map<std::pair<Table, std::uint16_t>, std::uint16_t> values;
    AnswerManner manner;
    std::optional<ExceptionCode> exception;
    std::uint64_t reads = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::uint8_t, Unit> units_;
};

}  // namespace bedplate::modbus
