#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "connectors/modbus/device_reads.h"
#include "connectors/modbus/modbus_settings.h"
#include "connectors/modbus/poll_counts.h"
#include "ingest/source.h"

namespace bedplate::modbus {

/// Devices that speak Modbus TCP. The time of a sample is that of the answer's arrival.
class ModbusKind final : public SourceKind {
 public:
  [[nodiscard]] std::string_view name() const override { return "modbus"; }
  [[nodiscard]] std::unique_ptr<Source> Configure(const SourceSpec& spec,
                                                  YamlFaults& faults) const override;
};

class ModbusSource final : public Source {
 public:
  explicit ModbusSource(ModbusSettings settings);

  /// Reads all endpoints at once, on this thread, and ends with an error when nothing behind any of
  /// them answers. Stops at once, unless the system is just looking up a name.
  Status Run(const SourceContext& context) override;

  /// Safe from any thread.
  [[nodiscard]] const PollCounts& counts() const noexcept { return counts_; }

 private:
  const std::chrono::nanoseconds timeout_;
  std::vector<DeviceReads> devices_;  // what was learned of them stays from run to run
  ReadingBatcher batcher_;
  PollCounts counts_;
};

}  // namespace bedplate::modbus
